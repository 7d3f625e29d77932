#!/usr/bin/env python3
"""Writes every fixture anew."""
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).parent
for script in ("activations", "cnn", "convolution", "groups", "losses", "metrics", "normalization", "optimizers", "recurrent", "sequences", "wiring"):
    subprocess.run([sys.executable, str(here / f"{script}.py")], check=True)
