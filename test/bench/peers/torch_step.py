#!/usr/bin/env python3
"""Milliseconds per training step of PyTorch on a model of examples/, as one JSON line.

Usage: torch_step.py {mlp,cnn,lstm} [--threads 1] [--batch 32] [--seconds 1] [--tuned]
  mlp, cnn, lstm   the models of mnist-mlp.net, mnist.net, rows-lstm.net
  --tuned          malloc keeps its memory, so that a step meets no page faults, and the CNN runs channels_last
Needs: PyTorch (Debian: python3-torch libopenblas0-openmp)
Prints: {"peer", "threads", "batch", "ms", "median"}; a time is the mean of ten steps.
"""
import argparse
import json
import os
import statistics
import sys
import time

MALLOC = {
    "MALLOC_MMAP_THRESHOLD_": str(4 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(4 << 30),
    "MALLOC_TOP_PAD_": str(256 << 20),
}
STEPS_PER_TIME = 10
TIMES_PER_RESTART = 10

parser = argparse.ArgumentParser()
parser.add_argument("model", choices=["mlp", "cnn", "lstm"])
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--batch", type=int, default=32)
parser.add_argument("--seconds", type=float, default=1.0)
parser.add_argument("--tuned", action="store_true")
options = parser.parse_args()

# malloc reads its settings when a process starts.
if options.tuned and any(os.environ.get(name) != value for name, value in MALLOC.items()):
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **MALLOC})

import torch
from torch import nn


class LastState(nn.Module):
    """LSTM(64) over the rows of an image, a dense layer on its last state."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(28, 64, batch_first=True)
        self.head = nn.Linear(64, 10)

    def forward(self, image):
        states, _ = self.lstm(image)
        return self.head(states[:, -1])


def mlp():
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 5 * 5, 128), nn.ReLU(), nn.Linear(128, 10),
    )


MODELS = {"mlp": (mlp, [784]), "cnn": (cnn, [1, 28, 28]), "lstm": (LastState, [28, 28])}

torch.manual_seed(1)
torch.set_num_threads(options.threads)
make, shape = MODELS[options.model]
model = make()
image = torch.rand(options.batch, *shape)
label = torch.randint(0, 10, (options.batch,))
if options.tuned and options.model == "cnn":
    model = model.to(memory_format=torch.channels_last)
    image = image.to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
loss = nn.CrossEntropyLoss()
start = [parameter.detach().clone() for parameter in model.parameters()]


def restart():
    """Back to the first weights: a net that knows its few examples by heart has other gradients."""
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), start):
            parameter.copy_(value)
    for state in optimizer.state.values():
        for value in state.values():
            value.zero_()


def steps():
    start = time.perf_counter()
    for _ in range(STEPS_PER_TIME):
        optimizer.zero_grad(set_to_none=True)
        loss(model(image), label).backward()
        optimizer.step()
    return (time.perf_counter() - start) / STEPS_PER_TIME * 1e3


for _ in range(3):
    steps()
times = []
end = time.perf_counter() + options.seconds
while time.perf_counter() < end or len(times) < 5:
    if len(times) % TIMES_PER_RESTART == 0:
        restart()
    times.append(steps())
report = {
    "peer": f"PyTorch {torch.__version__}{' tuned' if options.tuned else ''}",
    "threads": options.threads,
    "batch": options.batch,
    "ms": min(times),
    "median": statistics.median(times),
}
print(json.dumps(report))
