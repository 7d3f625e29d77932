#!/usr/bin/env python3
"""Metrics, before training: from sorted examples, ranks and counts where the library has sums over thresholds and totals; in 64 bits from inputs rounded to 32."""
import torch

from oracle import array, case, classes, given, numbers, sample, write

BATCH, N = 40, 5
TIED = [[0.4, 0.4, 0.1, 0.1, 0.0], [0.2, 0.2, 0.2, 0.2, 0.2], [0.0, 0.3, 0.3, 0.3, 0.1], [0.1, 0.1, 0.1, 0.1, 0.6]]


def make(name, call, kind, target, values, x, expected):
    source = f"""
model Measured {{
  input  x: {kind}
  target t: {target}
  param  w: [1] ~ ones
  output y = x * sum(w)
  loss   sum(w^2)
  optimizer sgd(learning_rate: 1.0)
  metric found = {call}
  train {{ batch: {x["shape"][0]} }}
}}
"""
    result = case(name, source, {"w": given([1])}, {"x": x, "t": values}, lambda p, data, training: {"y": data["x"]})
    y, t = array(x), array(values)
    result["expected"]["metrics"] = {"found": sample(torch.as_tensor(expected(y, t), dtype=torch.float64))}
    return result


def many(name, call, expected, values=classes(71, [BATCH], N), x=numbers(70, [BATCH, N], 0.5, 0.5)):
    return make(name, call, f"f32[{N}]", f"class[{N}]", values, x, expected)


def binary(name, call, expected, values=classes(73, [BATCH], 2), x=numbers(72, [BATCH], 0.5, 0.5)):
    return make(name, call, "f32", "bool", values, x, expected)


def real(name, call, expected, shape=(), x=None, values=None):
    x = x or numbers(74, [BATCH, *shape], 2.0, 1.0)
    return make(name, call, f"f32{list(shape) if shape else ''}", f"f32{list(shape) if shape else ''}", values or numbers(75, [BATCH, *shape], 2.0, 1.0), x, expected)


def top(k):
    """The true class is right if fewer than k are above it: of equals, all are right."""
    return lambda y, t: (torch.sort(y, -1, descending=True).values[:, k - 1] <= y.gather(-1, t.long()[:, None])[:, 0]).double().mean()


def confusion(y, t):
    return torch.bincount(t.long() * N + y.argmax(-1), minlength=N * N).double()


def at(threshold):
    """Hits, said, true: counts of positives."""
    return lambda y, t: (((y > threshold) & (t > 0)).sum().item(), (y > threshold).sum().item(), (t > 0).sum().item())


def ratio(a, b):
    return a / b if b else 0.0


def area(y, t, steps=None):
    """The share of pairs in order, ties one half; of scores between two of `steps` thresholds the order is not seen (the first is below all scores)."""
    scores = y if steps is None else torch.ceil(y * (steps - 1)).clamp(min=1)
    yes, no = scores[t > 0], scores[t == 0]
    order = yes[:, None] - no[None]
    return ((order > 0).double() + (order == 0).double() / 2).mean()


def determined(y, t):
    return 1 - ((y - t) ** 2).sum() / ((t - t.mean()) ** 2).sum()


GRID = given([0.0, 0.0, 0.0, 1.0, 1.0, 0.5, 0.5, 0.25, 0.75, 1.0])
TRUTHS = given([0, 0, 1, 1, 1, 0, 1, 0, 1, 0])

write("metrics", [
    many("accuracy", "accuracy(y, t)", lambda y, t: (y.argmax(-1) == t).double().mean()),
    many("top_k_accuracy", "top_k_accuracy(y, t, k: 2)", top(2)),
    many("top_k_accuracy of ties", "top_k_accuracy(y, t, k: 2)", top(2), given([1, 3, 0, 0]), given(TIED)),
    many("top_k_accuracy of one", "top_k_accuracy(y, t, k: 1)", top(1)),
    many("confusion_matrix", "confusion_matrix(y, t)", confusion),
    many("perplexity", "perplexity(y, t)", lambda y, t: torch.exp(-torch.log(y.gather(-1, t[:, None])).mean())),
    binary("binary_accuracy", "binary_accuracy(y, t)", lambda y, t: ((y > 0.5) == (t > 0)).double().mean()),
    binary("binary_accuracy at its threshold", "binary_accuracy(y, t, threshold: 0.25)", lambda y, t: ((y > 0.25) == (t > 0)).double().mean(), TRUTHS, GRID),
    binary("precision", "precision(y, t, threshold: 0.4)", lambda y, t: ratio(at(0.4)(y, t)[0], at(0.4)(y, t)[1])),
    binary("precision of nothing", "precision(y, t, threshold: 1)", lambda y, t: ratio(at(1)(y, t)[0], at(1)(y, t)[1])),
    binary("recall", "recall(y, t)", lambda y, t: ratio(at(0.5)(y, t)[0], at(0.5)(y, t)[2])),
    binary("recall of nothing", "recall(y, t)", lambda y, t: ratio(at(0.5)(y, t)[0], at(0.5)(y, t)[2]), given([0.0] * 10), GRID),
    binary("f1", "f1(y, t)", lambda y, t: 2 / (1 / ratio(at(0.5)(y, t)[0], at(0.5)(y, t)[1]) + 1 / ratio(at(0.5)(y, t)[0], at(0.5)(y, t)[2]))),
    binary("auc by thresholds", "auc(y, t)", lambda y, t: area(y, t, 200)),
    binary("auc by few thresholds", "auc(y, t, thresholds: 5)", lambda y, t: area(y, t, 5)),
    binary("auc of scores on thresholds, 0 and 1 among them", "auc(y, t, thresholds: 5)", lambda y, t: area(y, t, 5), TRUTHS, GRID),
    binary("auc of a sure and right answer", "auc(y, t)", area, given([0, 0, 1, 1]), given([0.0, 0.0, 1.0, 1.0])),
    real("mean_squared_error", "mean_squared_error(y, t)", lambda y, t: ((y - t) ** 2).mean(), (3,)),
    real("mean_absolute_error", "mean_absolute_error(y, t)", lambda y, t: (y - t).abs().mean(), (3,)),
    real("root_mean_squared_error", "root_mean_squared_error(y, t)", lambda y, t: ((y - t) ** 2).mean().sqrt(), (3,)),
    real("r2", "r2(y, t)", determined),
    real("r2 of numbers far from 0", "r2(y, t)", determined, (), numbers(76, [BATCH], 2.0, 2000.0), numbers(77, [BATCH], 2.0, 2000.0)),
])
