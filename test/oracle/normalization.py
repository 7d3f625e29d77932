#!/usr/bin/env python3
"""Normalisation: results and gradients. PyTorch's running variance is the unbiased one, Keras' the biased: the running statistics here are Keras'."""
import torch
import torch.nn.functional as F

from oracle import case, numbers, write

BATCH = 6


def source(stage, shape):
    return f"""
model Normalised {{
  input  x: f32{shape}
  target t: f32{shape}
  param  shift: {shape} ~ zeros
  output y = (x + shift) -> {stage} as norm
  loss mean_squared_error(y, t)
  optimizer sgd(learning_rate: 1.0)
  train {{ batch: {BATCH} }}
}}
"""


def make(name, stage, shape, run, only=("gamma", "beta"), steps=3):
    data = {"x": numbers(41, [BATCH, *shape], 2.0, 0.5), "t": numbers(42, [BATCH, *shape])}
    starts = {"gamma": numbers(43, shape[-1:], 0.3, 1.0), "beta": numbers(44, shape[-1:], 0.3)}
    parameters = {"shift": numbers(40, shape, 0.1)} | {f"norm.{key}": starts[key] for key in only}
    forward = lambda p, x, training: {"y": run(p, x["x"] + p["shift"], training)}
    return case(name, source(stage, shape), parameters, data, forward, lambda out, x, p: ((out["y"] - x["t"]) ** 2).mean(), steps=steps)


def batch_norm(n, momentum=0.99, epsilon=1e-3):
    mean, variance = torch.zeros(n), torch.ones(n)

    def run(p, x, training):
        nonlocal mean, variance
        gamma, beta = p.get("norm.gamma"), p.get("norm.beta")
        first = x.movedim(-1, 1)
        if not training:
            return F.batch_norm(first, mean, variance, gamma, beta, False, 0.0, epsilon).movedim(1, -1)
        flat = x.detach().reshape(-1, n)
        mean = momentum * mean + (1 - momentum) * flat.mean(0)
        variance = momentum * variance + (1 - momentum) * flat.var(0, unbiased=False)
        return F.batch_norm(first, None, None, gamma, beta, True, 0.0, epsilon).movedim(1, -1)

    return run


write("normalization", [
    make("batch_norm of an image", "batch_norm", [4, 3, 5], batch_norm(5)),
    make("batch_norm of a vector", "batch_norm(momentum: 0.5, epsilon: 1e-2)", [5], batch_norm(5, 0.5, 1e-2)),
    make("batch_norm without scale", "batch_norm(scale: false)", [5], batch_norm(5), only=["beta"]),
    make("batch_norm without center", "batch_norm(center: false)", [5], batch_norm(5), only=["gamma"]),
    make("layer_norm", "layer_norm", [3, 5], lambda p, x, training: F.layer_norm(x, [5], p["norm.gamma"], p["norm.beta"], 1e-3)),
    make("group_norm", "group_norm(2)", [4, 3, 6], lambda p, x, training: F.group_norm(x.movedim(-1, 1), 2, p["norm.gamma"], p["norm.beta"], 1e-3).movedim(1, -1)),
    make("rms_norm", "rms_norm", [3, 5], lambda p, x, training: p["norm.gamma"] * x / torch.sqrt((x**2).mean(-1, keepdim=True) + 1e-6), only=["gamma"]),
    make("layer_norm without scale", "layer_norm(scale: false, epsilon: 1e-2)", [3, 5], lambda p, x, training: F.layer_norm(x, [5], None, p["norm.beta"], 1e-2), only=["beta"]),
    make("layer_norm without center", "layer_norm(center: false)", [5], lambda p, x, training: F.layer_norm(x, [5], p["norm.gamma"], None, 1e-3), only=["gamma"]),
    make("group_norm without scale", "group_norm(2, scale: false, epsilon: 1e-2)", [4, 6], lambda p, x, training: F.group_norm(x.movedim(-1, 1), 2, torch.ones(6), p["norm.beta"], 1e-2).movedim(1, -1), only=["beta"]),
    make("group_norm without center", "group_norm(3, center: false)", [4, 6], lambda p, x, training: F.group_norm(x.movedim(-1, 1), 3, p["norm.gamma"], None, 1e-3).movedim(1, -1), only=["gamma"]),
])
