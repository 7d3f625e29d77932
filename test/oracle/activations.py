#!/usr/bin/env python3
"""Activations: values and, in the change of `w`, gradients; where they bend, and far from 0, where exponentials overflow in 32 bits."""
import torch
import torch.nn.functional as F

from oracle import case, given, numbers, write

BATCH, N = 8, 6


def make(name, stage, run, size=N):
    source = f"""
model Activation {{
  input  x: f32[{N}]
  target t: f32[{size}]
  param  w: [{N}] ~ ones
  output y = (x * w) -> {stage}
  loss mean_squared_error(y, t)
  optimizer sgd(learning_rate: 1.0)
  train {{ batch: {BATCH} }}
}}
"""
    data = {"x": numbers(51, [BATCH, N], 4.0), "t": numbers(52, [BATCH, size])}
    forward = lambda p, x, training: {"y": run(x["x"] * p["w"])}
    return case(name, source, {"w": numbers(50, [N], 0.3, 1.0)}, data, forward, lambda out, x, p: ((out["y"] - x["t"]) ** 2).mean())


FAR = [[-1e4, -104, -89, 89, 104, 1e4], [-40, -20, -1e-6, 1e-6, 20, 40]]


def far(name, stage, run, size=N):
    """Each element of `x` has a row and column of its own; the loss is linear, so that no large result hides a small one."""
    source = f"""
model Activation {{
  input  x: f32[{N}]
  param  w: [{N}] ~ ones
  output y = (x * w) -> {stage}
  loss sum(y)
  optimizer sgd(learning_rate: 1.0)
  train {{ batch: {len(FAR)} }}
}}
"""
    forward = lambda p, x, training: {"y": run(x["x"] * p["w"])}
    return case(f"{name}, far from 0", source, {"w": given([1] * N)}, {"x": given(FAR)}, forward, lambda out, x, p: out["y"].sum(-1).mean())


def sparsemax(x):
    """By sorting (Martins and Astudillo, 2016, algorithm 1)."""
    z = x.sort(-1, descending=True).values
    k = torch.arange(1, x.shape[-1] + 1)
    held = 1 + k * z > z.cumsum(-1)
    size = held.sum(-1, keepdim=True)
    threshold = (torch.where(held, z, torch.zeros_like(z)).sum(-1, keepdim=True) - 1) / size
    return F.relu(x - threshold)


STAGES = [
    ("linear", "linear", lambda x: x),
    ("relu", "relu", F.relu),
    ("relu6", "relu6", F.relu6),
    ("leaky_relu", "leaky_relu", lambda x: F.leaky_relu(x, 0.2)),
    ("leaky_relu(0.1)", "leaky_relu(0.1)", lambda x: F.leaky_relu(x, 0.1)),
    ("elu", "elu", F.elu),
    ("elu(0.5)", "elu(0.5)", lambda x: F.elu(x, 0.5)),
    ("selu", "selu", F.selu),
    ("sigmoid", "sigmoid", torch.sigmoid),
    ("hard_sigmoid", "hard_sigmoid", F.hardsigmoid),
    ("tanh", "tanh", torch.tanh),
    ("softmax", "softmax", lambda x: F.softmax(x, -1)),
    ("log_softmax", "log_softmax", lambda x: F.log_softmax(x, -1)),
    ("softplus", "softplus", F.softplus),
    ("softsign", "softsign", F.softsign),
    ("gelu", "gelu", F.gelu),
    ("gelu, approximate", "gelu(approximate: true)", lambda x: F.gelu(x, approximate="tanh")),
    ("silu", "silu", F.silu),
    ("mish", "mish", F.mish),
    ("sparsemax", "sparsemax", sparsemax),
    ("exponential", "rescaling(0.2) -> exponential", lambda x: torch.exp(0.2 * x)),
    ("celu", "celu", F.celu),
    ("celu(0.5)", "celu(0.5)", lambda x: F.celu(x, 0.5)),
    ("log_sigmoid", "log_sigmoid", F.logsigmoid),
    ("hard_tanh", "hard_tanh", F.hardtanh),
    ("hard_silu", "hard_silu", F.hardswish),
    ("hard_shrink", "hard_shrink", F.hardshrink),
    ("soft_shrink", "soft_shrink", F.softshrink),
    ("soft_shrink(0.2)", "soft_shrink(0.2)", lambda x: F.softshrink(x, 0.2)),
    ("tanh_shrink", "tanh_shrink", F.tanhshrink),
    ("threshold", "threshold(0.3, -0.7)", lambda x: F.threshold(x, 0.3, -0.7)),
    ("squareplus", "squareplus", lambda x: (x + torch.sqrt(x**2 + 4)) / 2),
    ("glu", "glu", F.glu, N // 2),
]

write("activations", [make(*stage) for stage in STAGES] + [far(*stage) for stage in STAGES if stage[0] != "exponential"])
