#!/usr/bin/env python3
"""Convolutions, pooling and moved borders in their variants: results and gradients. The padding of `same` is TensorFlow's (the odd element goes after), cut or added by hand."""
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


def conv1d(stride=1, dilation=1, padding="valid", groups=1):
    def run(p, x):
        k = p["window.kernel"]
        if padding == "same":
            x = F.pad(x, same(x.shape[2], k.shape[0], stride, dilation))
        if padding == "causal":
            x = F.pad(x, [(k.shape[0] - 1) * dilation, 0])
        return F.conv1d(x, k.permute(2, 1, 0), p["window.bias"], stride, 0, dilation, groups)

    return run


def around(x, sizes, stride, dilation=1, value=0.0):
    """Pads each axis of [batch, c, ..] as `same` does."""
    amounts = [same(n, size, stride, dilation) for n, size in zip(x.shape[2:], sizes)]
    return F.pad(x, [a for pair in reversed(amounts) for a in pair], value=value)


def conv3d(stride=1, dilation=1, groups=1, padding="valid"):
    def run(p, x):
        k = p["window.kernel"]
        if padding == "same":
            x = around(x, k.shape[:3], stride, dilation)
        return F.conv3d(x, k.permute(4, 3, 0, 1, 2), p["window.bias"], stride, 0, dilation, groups)

    return run


def separable(stride=1, padding="valid"):
    def run(p, x):
        k = p["window.depthwise.kernel"]
        kh, kw, c, m = k.shape
        if padding == "same":
            x = around(x, (kh, kw), stride)
        y = F.conv2d(x, k.permute(2, 3, 0, 1).reshape(c * m, 1, kh, kw), None, stride, groups=c)
        return F.conv2d(y, p["window.pointwise.kernel"].T[:, :, None, None], p["window.pointwise.bias"])

    return run


def separable_weights(kh, kw, c, m, filters):
    return {"window.depthwise.kernel": numbers(33, [kh, kw, c, m], 0.5), "window.pointwise.kernel": numbers(35, [c * m, filters], 0.5),
            "window.pointwise.bias": numbers(34, [filters], 0.2)}


def depthwise(stride=1, padding="valid", dilation=1):
    def run(p, x):
        k = p["window.kernel"]  # [kh, kw, c, m]
        kh, kw, c, m = k.shape
        if padding == "same":
            (top, bottom), (left, right) = (same(x.shape[2 + a], k.shape[a], stride, dilation) for a in (0, 1))
            x = F.pad(x, [left, right, top, bottom])
        return F.conv2d(x, k.permute(2, 3, 0, 1).reshape(c * m, 1, kh, kw), p["window.bias"], stride, 0, dilation, c)

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


def transpose1d(stride, padding="valid"):
    def run(p, x):
        k = p["window.kernel"]  # [size, filters, c]
        size = k.shape[0]
        y = F.conv_transpose1d(x, k.permute(2, 1, 0), None, stride)
        beyond = max(size - stride, 0)
        length = x.shape[2] * stride + (0 if padding == "same" else beyond)
        cut = beyond // 2 if padding == "same" else 0
        y = F.pad(y, [0, max(length + cut - y.shape[2], 0)])
        return y[:, :, cut : cut + length] + p["window.bias"][:, None]

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


def pooling(function, size, stride, padding="valid", value=0.0):
    """1-D and 3-D: `function` is torch's; of averages, padding does not count."""

    def run(p, x):
        dims = x.dim() - 2
        if padding == "valid":
            return function(x, size, stride)
        y = function(around(x, [size] * dims, stride, value=value), size, stride)
        return y if value else y / function(around(torch.ones_like(x), [size] * dims, stride), size, stride)

    return run


def again(*times):
    """Each element of the axes after the channels several times."""

    def run(p, x):
        for axis, n in enumerate(times):
            x = x.repeat_interleave(n, 2 + axis)
        return x

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
    make("conv1d_transpose, stride 2", "conv1d_transpose(4, 3, stride: 2)", [5, 3], [11, 4], kernel([3, 4, 3], 4), transpose1d(2)),
    make("conv1d_transpose, same, stride 2", "conv1d_transpose(4, 4, stride: 2, padding: same)", [5, 3], [10, 4], kernel([4, 4, 3], 4), transpose1d(2, "same")),
    make("conv1d_transpose, stride beyond the kernel", "conv1d_transpose(3, 2, stride: 3)", [4, 2], [12, 3], kernel([2, 3, 2], 3), transpose1d(3)),
    make("max_pool2d", "max_pool2d(2)", [6, 7, 3], [3, 3, 3], {}, max_pool(2, 2)),
    make("max_pool2d, same, overlapping", "max_pool2d(3, stride: 2, padding: same)", [6, 5, 2], [3, 3, 2], {}, max_pool(3, 2, "same")),
    make("average_pool2d", "average_pool2d(2)", [6, 7, 3], [3, 3, 3], {}, average_pool(2, 2)),
    make("average_pool2d, same", "average_pool2d(3, stride: 2, padding: same)", [6, 5, 2], [3, 3, 2], {}, average_pool(3, 2, "same")),
    make("average_pool2d, same, padding counted", "average_pool2d(3, stride: 2, padding: same, count_include_pad: true)", [6, 5, 2], [3, 3, 2], {}, average_pool(3, 2, "same", True)),
    make("global_average_pool2d", "global_average_pool2d", [4, 5, 3], [3], {}, lambda p, x: x.mean((2, 3))),
    make("global_max_pool2d", "global_max_pool2d", [4, 5, 3], [3], {}, lambda p, x: x.amax((2, 3))),
    make("up_sampling2d", "up_sampling2d([2, 3])", [3, 2, 2], [6, 6, 2], {}, lambda p, x: x.repeat_interleave(2, 2).repeat_interleave(3, 3)),
    make("conv1d, dilation 2", "conv1d(4, 3, dilation: 2)", [9, 3], [5, 4], kernel([3, 3, 4], 4), conv1d(dilation=2)),
    make("conv1d, groups 2", "conv1d(6, 3, groups: 2)", [7, 4], [5, 6], kernel([3, 2, 6], 6), conv1d(groups=2)),
    make("conv3d", "conv3d(3, 2)", [3, 4, 3, 2], [2, 3, 2, 3], kernel([2, 2, 2, 2, 3], 3), conv3d()),
    make("conv3d, stride 2", "conv3d(3, 2, stride: 2)", [5, 4, 6, 2], [2, 2, 3, 3], kernel([2, 2, 2, 2, 3], 3), conv3d(2)),
    make("conv3d, same, stride 2", "conv3d(3, [3, 2, 3], stride: 2, padding: same)", [3, 5, 4, 2], [2, 3, 2, 3], kernel([3, 2, 3, 2, 3], 3), conv3d(2, padding="same")),
    make("conv3d, dilation 2", "conv3d(2, 2, dilation: 2)", [4, 3, 4, 2], [2, 1, 2, 2], kernel([2, 2, 2, 2, 2], 2), conv3d(dilation=2)),
    make("conv3d, groups 2", "conv3d(4, 2, groups: 2)", [3, 3, 2, 4], [2, 2, 1, 4], kernel([2, 2, 2, 2, 4], 4), conv3d(groups=2)),
    make("depthwise_conv2d, dilation 2", "depthwise_conv2d(2, multiplier: 2, dilation: 2)", [5, 4, 2], [3, 2, 4], kernel([2, 2, 2, 2], 4), depthwise(dilation=2)),
    make("separable_conv2d", "separable_conv2d(4, 3, multiplier: 2)", [6, 5, 3], [4, 3, 4], separable_weights(3, 3, 3, 2, 4), separable()),
    make("separable_conv2d, same, stride 2", "separable_conv2d(4, 3, stride: 2, padding: same)", [6, 5, 3], [3, 3, 4], separable_weights(3, 3, 3, 1, 4), separable(2, "same")),
    make("max_pool1d", "max_pool1d", [7, 3], [3, 3], {}, pooling(F.max_pool1d, 2, 2)),
    make("max_pool1d, same, overlapping", "max_pool1d(3, stride: 2, padding: same)", [6, 3], [3, 3], {}, pooling(F.max_pool1d, 3, 2, "same", -math.inf)),
    make("max_pool3d", "max_pool3d", [4, 5, 2, 2], [2, 2, 1, 2], {}, pooling(F.max_pool3d, 2, 2)),
    make("max_pool3d, same, overlapping", "max_pool3d(3, stride: 2, padding: same)", [4, 3, 5, 2], [2, 2, 3, 2], {}, pooling(F.max_pool3d, 3, 2, "same", -math.inf)),
    make("average_pool1d", "average_pool1d", [7, 3], [3, 3], {}, pooling(F.avg_pool1d, 2, 2)),
    make("average_pool1d, same", "average_pool1d(3, stride: 2, padding: same)", [6, 3], [3, 3], {}, pooling(F.avg_pool1d, 3, 2, "same")),
    make("average_pool3d", "average_pool3d", [4, 5, 2, 2], [2, 2, 1, 2], {}, pooling(F.avg_pool3d, 2, 2)),
    make("average_pool3d, same", "average_pool3d(3, stride: 2, padding: same)", [4, 3, 5, 2], [2, 2, 3, 2], {}, pooling(F.avg_pool3d, 3, 2, "same")),
    make("global_average_pool1d", "global_average_pool1d", [5, 3], [3], {}, lambda p, x: x.mean(2)),
    make("global_max_pool1d", "global_max_pool1d", [5, 3], [3], {}, lambda p, x: x.amax(2)),
    make("global_average_pool3d", "global_average_pool3d", [2, 3, 4, 3], [3], {}, lambda p, x: x.mean((2, 3, 4))),
    make("global_max_pool3d", "global_max_pool3d", [2, 3, 4, 3], [3], {}, lambda p, x: x.amax((2, 3, 4))),
    make("up_sampling1d", "up_sampling1d(3)", [3, 2], [9, 2], {}, again(3)),
    make("up_sampling3d", "up_sampling3d([1, 2, 3])", [2, 2, 2, 2], [2, 4, 6, 2], {}, again(1, 2, 3)),
    make("zero_padding1d", "zero_padding1d([1, 2])", [3, 2], [6, 2], {}, lambda p, x: F.pad(x, [1, 2])),
    make("zero_padding2d", "zero_padding2d(1, [0, 2])", [3, 2, 2], [5, 4, 2], {}, lambda p, x: F.pad(x, [0, 2, 1, 1])),
    make("zero_padding3d", "zero_padding3d(1, [2, 0])", [2, 3, 2, 2], [4, 5, 4, 2], {}, lambda p, x: F.pad(x, [1, 1, 2, 0, 1, 1])),
    make("cropping1d", "cropping1d([1, 2])", [6, 2], [3, 2], {}, lambda p, x: x[:, :, 1:4]),
    make("cropping2d", "cropping2d(1, [0, 2])", [5, 5, 2], [3, 3, 2], {}, lambda p, x: x[:, :, 1:4, :3]),
    make("cropping3d", "cropping3d(1, [2, 0])", [4, 5, 4, 2], [2, 3, 2, 2], {}, lambda p, x: x[:, :, 1:3, 2:, 1:3]),
    make("permute", "permute([1, 2, 0])", [2, 3, 4], [3, 4, 2], {}, lambda p, x: x.movedim(1, -1).permute(0, 2, 3, 1).movedim(-1, 1)),
    make("repeat_vector", "repeat_vector(3)", [4], [3, 4], {}, lambda p, x: x[:, :, None].expand(-1, -1, 3)),
    make("flatten", "flatten", [2, 3, 4], [24], {}, lambda p, x: x.movedim(1, -1).flatten(1)),
    make("rescaling", "rescaling(0.5, offset: -1)", [2, 3], [2, 3], {}, lambda p, x: x * 0.5 - 1),
])
