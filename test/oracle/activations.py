#!/usr/bin/env python3
"""Activations: values and, in the change of `w`, gradients."""
import torch
import torch.nn.functional as F

from oracle import case, numbers, write

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


def sparsemax(x):
    """By sorting (Martins and Astudillo, 2016, algorithm 1)."""
    z = x.sort(-1, descending=True).values
    k = torch.arange(1, x.shape[-1] + 1)
    held = 1 + k * z > z.cumsum(-1)
    size = held.sum(-1, keepdim=True)
    threshold = (torch.where(held, z, torch.zeros_like(z)).sum(-1, keepdim=True) - 1) / size
    return F.relu(x - threshold)


write("activations", [
    make("linear", "linear", lambda x: x),
    make("relu", "relu", F.relu),
    make("relu6", "relu6", F.relu6),
    make("leaky_relu", "leaky_relu", lambda x: F.leaky_relu(x, 0.2)),
    make("leaky_relu(0.1)", "leaky_relu(0.1)", lambda x: F.leaky_relu(x, 0.1)),
    make("elu", "elu", F.elu),
    make("elu(0.5)", "elu(0.5)", lambda x: F.elu(x, 0.5)),
    make("selu", "selu", F.selu),
    make("sigmoid", "sigmoid", torch.sigmoid),
    make("hard_sigmoid", "hard_sigmoid", F.hardsigmoid),
    make("tanh", "tanh", torch.tanh),
    make("softmax", "softmax", lambda x: F.softmax(x, -1)),
    make("log_softmax", "log_softmax", lambda x: F.log_softmax(x, -1)),
    make("softplus", "softplus", F.softplus),
    make("softsign", "softsign", F.softsign),
    make("gelu", "gelu", F.gelu),
    make("gelu, approximate", "gelu(approximate: true)", lambda x: F.gelu(x, approximate="tanh")),
    make("silu", "silu", F.silu),
    make("mish", "mish", F.mish),
    make("sparsemax", "sparsemax", sparsemax),
    make("exponential", "rescaling(0.2) -> exponential", lambda x: torch.exp(0.2 * x)),
    make("celu", "celu", F.celu),
    make("celu(0.5)", "celu(0.5)", lambda x: F.celu(x, 0.5)),
    make("log_sigmoid", "log_sigmoid", F.logsigmoid),
    make("hard_tanh", "hard_tanh", F.hardtanh),
    make("hard_silu", "hard_silu", F.hardswish),
    make("hard_shrink", "hard_shrink", F.hardshrink),
    make("soft_shrink", "soft_shrink", F.softshrink),
    make("soft_shrink(0.2)", "soft_shrink(0.2)", lambda x: F.softshrink(x, 0.2)),
    make("tanh_shrink", "tanh_shrink", F.tanhshrink),
    make("threshold", "threshold(0.3, -0.7)", lambda x: F.threshold(x, 0.3, -0.7)),
    make("squareplus", "squareplus", lambda x: (x + torch.sqrt(x**2 + 4)) / 2),
    make("glu", "glu", F.glu, N // 2),
])
