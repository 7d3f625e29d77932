#!/usr/bin/env python3
"""Convolutions and pooling in their variants: results and gradients. The padding of `same` is TensorFlow's (the odd element goes after), cut or added by hand."""
import math

import torch
import torch.nn.functional as F

from oracle import case, numbers, write

BATCH = 2


def same(n, k, s, d=1):
    total = max((math.ceil(n / s) - 1) * s + (k - 1) * d + 1 - n, 0)
    return [total // 2, total - total // 2]


def source(stage, shape, result):
    return f"""
model Windows {{
  input  x: f32{shape}
  target t: f32{result}
  param  shift: {shape} ~ zeros
  output y = (x + shift) -> {stage} as window
  loss mean_squared_error(y, t)
  optimizer sgd(learning_rate: 1.0)
  train {{ batch: {BATCH} }}
}}
"""


def make(name, stage, shape, result, weights, run):
    """`run(p, x)` works on channels-first [batch, c, ...]; the gradient by the input is seen in `shift`."""

    def forward(p, x, training):
        y = run(p, (x["x"] + p["shift"]).movedim(-1, 1))
        return {"y": y.movedim(1, -1)}

    parameters = {"shift": numbers(30, shape, 0.1)} | weights
    data = {"x": numbers(31, [BATCH, *shape]), "t": numbers(32, [BATCH, *result])}
    return case(name, source(stage, shape, result), parameters, data, forward, lambda out, x, p: ((out["y"] - x["t"]) ** 2).mean(), steps=2)


def kernel(shape, filters):
    return {"window.kernel": numbers(33, shape, 0.5), "window.bias": numbers(34, [filters], 0.2)}


def conv2d(stride=1, dilation=1, groups=1, padding="valid"):
    def run(p, x):
        k = p["window.kernel"]
        if padding == "same":
            (top, bottom), (left, right) = (same(x.shape[2 + a], k.shape[a], stride, dilation) for a in (0, 1))
            x = F.pad(x, [left, right, top, bottom])
        return F.conv2d(x, k.permute(3, 2, 0, 1), p["window.bias"], stride, 0, dilation, groups)

    return run


def conv1d(stride=1, dilation=1, padding="valid"):
    def run(p, x):
        k = p["window.kernel"]
        if padding == "same":
            x = F.pad(x, same(x.shape[2], k.shape[0], stride, dilation))
        if padding == "causal":
            x = F.pad(x, [(k.shape[0] - 1) * dilation, 0])
        return F.conv1d(x, k.permute(2, 1, 0), p["window.bias"], stride, 0, dilation)

    return run


def depthwise(stride=1, padding="valid"):
    def run(p, x):
        k = p["window.kernel"]  # [kh, kw, c, m]
        kh, kw, c, m = k.shape
        if padding == "same":
            (top, bottom), (left, right) = (same(x.shape[2 + a], k.shape[a], stride) for a in (0, 1))
            x = F.pad(x, [left, right, top, bottom])
        return F.conv2d(x, k.permute(2, 3, 0, 1).reshape(c * m, 1, kh, kw), p["window.bias"], stride, groups=c)

    return run


def transpose(stride, padding="valid"):
    def run(p, x):
        k = p["window.kernel"]  # [kh, kw, filters, c]
        y = F.conv_transpose2d(x, k.permute(3, 2, 0, 1), None, stride)
        sizes, cuts = [], []
        for a in (0, 1):
            n, size = x.shape[2 + a], k.shape[a]
            sizes.append(n * stride if padding == "same" else n * stride + max(size - stride, 0))
            cuts.append(max(size - stride, 0) // 2 if padding == "same" else 0)
        grow = [max(sizes[a] + cuts[a] - y.shape[2 + a], 0) for a in (0, 1)]
        y = F.pad(y, [0, grow[1], 0, grow[0]])
        y = y[:, :, cuts[0] : cuts[0] + sizes[0], cuts[1] : cuts[1] + sizes[1]]
        return y + p["window.bias"][:, None, None]

    return run


def max_pool(size, stride, padding="valid"):
    def run(p, x):
        if padding == "same":
            (top, bottom), (left, right) = (same(x.shape[2 + a], size, stride) for a in (0, 1))
            x = F.pad(x, [left, right, top, bottom], value=-math.inf)
        return F.max_pool2d(x, size, stride)

    return run


def average_pool(size, stride, padding="valid", count=False):
    def run(p, x):
        one = torch.ones_like(x)
        if padding == "same":
            (top, bottom), (left, right) = (same(x.shape[2 + a], size, stride) for a in (0, 1))
            x, one = (F.pad(v, [left, right, top, bottom]) for v in (x, one))
        if count:
            one = torch.ones_like(one)
        return F.avg_pool2d(x, size, stride) / F.avg_pool2d(one, size, stride)

    return run


write("convolution", [
    make("conv2d", "conv2d(4, 3)", [7, 6, 3], [5, 4, 4], kernel([3, 3, 3, 4], 4), conv2d()),
    make("conv2d, stride 2", "conv2d(4, 3, stride: 2)", [8, 7, 3], [3, 3, 4], kernel([3, 3, 3, 4], 4), conv2d(2)),
    make("conv2d, same", "conv2d(4, [3, 2], padding: same)", [5, 6, 3], [5, 6, 4], kernel([3, 2, 3, 4], 4), conv2d(padding="same")),
    make("conv2d, same, stride 2", "conv2d(4, 3, stride: 2, padding: same)", [6, 7, 3], [3, 4, 4], kernel([3, 3, 3, 4], 4), conv2d(2, padding="same")),
    make("conv2d, dilation 2", "conv2d(4, 3, dilation: 2)", [8, 7, 3], [4, 3, 4], kernel([3, 3, 3, 4], 4), conv2d(dilation=2)),
    make("conv2d, same, dilation 2", "conv2d(4, 3, dilation: 2, padding: same)", [6, 5, 3], [6, 5, 4], kernel([3, 3, 3, 4], 4), conv2d(dilation=2, padding="same")),
    make("conv2d, groups 2", "conv2d(6, 3, groups: 2)", [6, 5, 4], [4, 3, 6], kernel([3, 3, 2, 6], 6), conv2d(groups=2)),
    make("conv2d, kernel 1", "conv2d(5, 1)", [4, 3, 3], [4, 3, 5], kernel([1, 1, 3, 5], 5), conv2d()),
    make("conv2d, stride beyond the kernel", "conv2d(4, 2, stride: 3)", [8, 8, 2], [3, 3, 4], kernel([2, 2, 2, 4], 4), conv2d(3)),
    make("conv1d", "conv1d(4, 3)", [9, 3], [7, 4], kernel([3, 3, 4], 4), conv1d()),
    make("conv1d, same, stride 2", "conv1d(4, 3, stride: 2, padding: same)", [8, 3], [4, 4], kernel([3, 3, 4], 4), conv1d(2, padding="same")),
    make("conv1d, causal, dilation 2", "conv1d(4, 3, dilation: 2, padding: causal)", [9, 3], [9, 4], kernel([3, 3, 4], 4), conv1d(dilation=2, padding="causal")),
    make("depthwise_conv2d", "depthwise_conv2d(3, multiplier: 2)", [6, 5, 3], [4, 3, 6], kernel([3, 3, 3, 2], 6), depthwise()),
    make("depthwise_conv2d, same, stride 2", "depthwise_conv2d(3, stride: 2, padding: same)", [6, 5, 3], [3, 3, 3], kernel([3, 3, 3, 1], 3), depthwise(2, "same")),
    make("conv2d_transpose, stride 2", "conv2d_transpose(4, 3, stride: 2)", [4, 3, 2], [9, 7, 4], kernel([3, 3, 4, 2], 4), transpose(2)),
    make("conv2d_transpose, same, stride 2", "conv2d_transpose(4, 3, stride: 2, padding: same)", [4, 3, 2], [8, 6, 4], kernel([3, 3, 4, 2], 4), transpose(2, "same")),
    make("conv2d_transpose, stride beyond the kernel", "conv2d_transpose(3, 2, stride: 3)", [3, 2, 2], [9, 6, 3], kernel([2, 2, 3, 2], 3), transpose(3)),
    make("max_pool2d", "max_pool2d(2)", [6, 7, 3], [3, 3, 3], {}, max_pool(2, 2)),
    make("max_pool2d, same, overlapping", "max_pool2d(3, stride: 2, padding: same)", [6, 5, 2], [3, 3, 2], {}, max_pool(3, 2, "same")),
    make("average_pool2d", "average_pool2d(2)", [6, 7, 3], [3, 3, 3], {}, average_pool(2, 2)),
    make("average_pool2d, same", "average_pool2d(3, stride: 2, padding: same)", [6, 5, 2], [3, 3, 2], {}, average_pool(3, 2, "same")),
    make("average_pool2d, same, padding counted", "average_pool2d(3, stride: 2, padding: same, count_include_pad: true)", [6, 5, 2], [3, 3, 2], {}, average_pool(3, 2, "same", True)),
    make("global_average_pool2d", "global_average_pool2d", [4, 5, 3], [3], {}, lambda p, x: x.mean((2, 3))),
    make("global_max_pool2d", "global_max_pool2d", [4, 5, 3], [3], {}, lambda p, x: x.amax((2, 3))),
    make("up_sampling2d", "up_sampling2d([2, 3])", [3, 2, 2], [6, 6, 2], {}, lambda p, x: x.repeat_interleave(2, 2).repeat_interleave(3, 3)),
])
