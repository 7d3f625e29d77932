#!/usr/bin/env python3
"""Losses: values and, in the change of `w`, gradients. Where PyTorch has no such loss (focal, hinge), the formula of the paper is written out."""
import torch
import torch.nn.functional as F

from oracle import case, classes, given, numbers, write

BATCH, N = 5, 4
SIGNS = [[1, -1, 1, -1], [-1, -1, 1, 1], [1, 1, 1, -1], [-1, 1, -1, 1], [1, -1, -1, -1]]
BITS = [[1, 0, 1, 0], [0, 0, 1, 1], [1, 1, 1, 0], [0, 1, 0, 1], [1, 0, 0, 0]]


def source(word, target, squash):
    return f"""
model Loss {{
  input  x: f32[{N}]
  target t: {target}
  param  w: [{N}] ~ ones
  output y = (x * w){squash}
  loss {word}
  optimizer sgd(learning_rate: 1.0)
  train {{ batch: {BATCH} }}
}}
"""


def make(name, word, target, values, squash, squashed, loss):
    data = {"x": numbers(61, [BATCH, N], 3.0), "t": values}
    forward = lambda p, x, training: {"y": squashed(x["x"] * p["w"])}
    return case(name, source(word, target, squash), {"w": numbers(60, [N], 0.3, 1.0)}, data, forward, lambda out, x, p: loss(out["y"], x["t"]))


def numeric(name, word, loss, values=numbers(62, [BATCH, N], 2.0)):
    return make(name, word, f"f32[{N}]", values, "", lambda z: z, loss)


def probable(name, word, loss, target=f"class[{N}]", values=classes(63, [BATCH], N)):
    return make(name, word, target, values, " -> softmax", lambda z: F.softmax(z, -1), loss)


def focal(y, t, alpha=0.25, gamma=2.0):
    q = y.gather(-1, t[:, None])[:, 0]
    return (-alpha * (1 - q) ** gamma * torch.log(q)).mean()


def categorical_hinge(y, t):
    one = F.one_hot(t, N)
    return F.relu(1 + ((1 - one) * y).amax(-1) - (one * y).sum(-1)).mean()


def overlap(y, t, alpha=0.5, beta=0.5):
    """Tversky's index of each example; with one half each it is Dice's coefficient, but for the 1e-7 that keeps it defined."""
    hits = (y * t).sum(-1)
    return (hits + 1e-7) / (hits + alpha * (y * (1 - t)).sum(-1) + beta * ((1 - y) * t).sum(-1) + 1e-7)


def dice(y, t):
    return (1 - (2 * (y * t).sum(-1) + 1e-7) / (y.sum(-1) + t.sum(-1) + 1e-7)).mean()


def ctc(name, labels, steps, symbols):
    """torch's ctc_loss, whose blank is also class 0; it gives the sum over the steps of one example here as there."""
    length = len(labels[0])
    source = f"""
model Alignment {{
  input  x: f32[{steps}, {symbols}]
  target t: class[{symbols}][{length}]
  param  w: [{symbols}] ~ ones
  output y = (x * w) -> log_softmax
  loss ctc(y, t)
  optimizer sgd(learning_rate: 1.0)
  train {{ batch: {len(labels)} }}
}}
"""
    batch = len(labels)
    target = {"shape": [batch, length], "values": [float(k) for row in labels for k in row]}
    sizes = torch.full((batch,), steps), torch.full((batch,), length)
    return case(name, source, {"w": numbers(65, [symbols], 0.3, 1.0)}, {"x": numbers(66, [batch, steps, symbols], 2.0), "t": target},
                lambda p, x, training: {"y": F.log_softmax(x["x"] * p["w"], -1)},
                lambda out, x, p: F.ctc_loss(out["y"].transpose(0, 1), x["t"].long(), *sizes, reduction="none").mean())


distribution = given(F.softmax(torch.tensor([[0.1, 0.5, -1, 2], [1, 1, 0, 0], [0, 0, 0, 0], [3, -3, 1, 0], [0.2, 0.1, 0, 1]]), -1).numpy())
onehot_with_zero = given([[0, 0, 1, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0.5, 0.5, 0, 0], [0, 0, 0.25, 0.75]])


def divergence(y, t):
    return F.kl_div(torch.log(y), t, reduction="batchmean")


SCORES = given([[1000, -1000, 0, 5], [-104, 104, 3, -3], [50, -50, 20, 0], [0, 0, 0, 0], [1e-4, -1e-4, 90, -90]])


def far(name, word, loss, target=f"class[{N}]", values=classes(63, [BATCH], N), squash="softmax", squashed=lambda z: F.softmax(z, -1)):
    """Scores so large that probabilities are 0 and 1 in 32 bits; `loss` takes the scores."""
    data = {"x": SCORES, "t": values}
    forward = lambda p, x, training: {"y": squashed(x["x"] * p["w"])}
    return case(f"{name}, of sure answers", source(word, target, f" -> {squash}"), {"w": given([1] * N)}, data, forward, lambda out, x, p: loss(x["x"] * p["w"], x["t"]))


def sure_focal(z, t):
    q = F.log_softmax(z, -1).gather(-1, t[:, None])[:, 0]
    return (-0.25 * (1 - torch.exp(q)) ** 2 * q).mean()


def sure_divergence(z, t):
    return F.kl_div(F.log_softmax(z, -1), t, reduction="batchmean")


write("losses", [
    numeric("mean_squared_error", "mean_squared_error(y, t)", F.mse_loss),
    numeric("mean_absolute_error", "mean_absolute_error(y, t)", F.l1_loss),
    numeric("mean_absolute_percentage_error", "mean_absolute_percentage_error(y, t)", lambda y, t: 100 * ((y - t).abs() / t.abs()).mean()),
    numeric("huber", "huber(y, t)", F.huber_loss),
    numeric("huber, delta 0.5", "huber(y, t, delta: 0.5)", lambda y, t: F.huber_loss(y, t, delta=0.5)),
    numeric("log_cosh", "log_cosh(y, t)", lambda y, t: torch.log(torch.cosh(y - t)).mean()),
    numeric("hinge", "hinge(y, t)", lambda y, t: F.relu(1 - y * t).mean(), given(SIGNS)),
    numeric("squared_hinge", "squared_hinge(y, t)", lambda y, t: (F.relu(1 - y * t) ** 2).mean(), given(SIGNS)),
    make("categorical_hinge", "categorical_hinge(y, t)", f"class[{N}]", classes(63, [BATCH], N), "", lambda z: z, categorical_hinge),
    make("binary_cross_entropy", "binary_cross_entropy(y, t)", f"f32[{N}]", given(BITS), " -> sigmoid", torch.sigmoid, F.binary_cross_entropy),
    make("poisson", "poisson(y, t)", f"f32[{N}]", given([[0, 1, 2, 3], [1, 0, 0, 2], [5, 4, 1, 0], [2, 2, 2, 2], [0, 0, 1, 7]]), " -> exponential", torch.exp,
         lambda y, t: F.poisson_nll_loss(y, t, log_input=False, eps=0)),
    make("mean_squared_logarithmic_error", "mean_squared_logarithmic_error(y, t)", f"f32[{N}]", numbers(64, [BATCH, N], 1.0, 2.0), " -> softplus", F.softplus,
         lambda y, t: F.mse_loss(torch.log1p(y), torch.log1p(t))),
    probable("cross_entropy", "cross_entropy(y, t)", lambda y, t: F.nll_loss(torch.log(y), t)),
    probable("cross_entropy, smoothed", "cross_entropy(y, t, label_smoothing: 0.1)", lambda y, t: F.cross_entropy(torch.log(y), t, label_smoothing=0.1)),
    probable("cross_entropy of distributions", "cross_entropy(y, t)", lambda y, t: F.cross_entropy(torch.log(y), t), f"f32[{N}]", onehot_with_zero),
    probable("kl_divergence", "kl_divergence(y, t)", divergence, f"f32[{N}]", distribution),
    probable("kl_divergence of sparse distributions", "kl_divergence(y, t)", divergence, f"f32[{N}]", onehot_with_zero),
    probable("focal", "focal(y, t)", focal),
    probable("focal, alpha 1, gamma 0.5", "focal(y, t, alpha: 1, gamma: 0.5)", lambda y, t: focal(y, t, 1.0, 0.5)),
    numeric("cosine_similarity", "cosine_similarity(y, t)", lambda y, t: -F.cosine_similarity(y, t).mean()),
    make("dice", "dice(y, t)", f"f32[{N}]", given(BITS), " -> sigmoid", torch.sigmoid, dice),
    make("tversky", "tversky(y, t, alpha: 0.3, beta: 0.7)", f"f32[{N}]", given(BITS), " -> sigmoid", torch.sigmoid, lambda y, t: (1 - overlap(y, t, 0.3, 0.7)).mean()),
    make("tversky, one half each", "tversky(y, t)", f"f32[{N}]", given(BITS), " -> sigmoid", torch.sigmoid, lambda y, t: (1 - overlap(y, t)).mean()),
    ctc("ctc", [[1, 2, 3], [2, 2, 4], [4, 1, 4], [3, 3, 3]], 7, 5),
    ctc("ctc, as few steps as can be", [[1, 2], [2, 1], [3, 1]], 2, 4),
    ctc("ctc of one label", [[1], [2]], 5, 3),
    numeric("poisson of nothing", "poisson(relu(y), t)", lambda y, t: F.poisson_nll_loss(F.relu(y), t, log_input=False, eps=1e-300), given([[0, 0, 0, 0]] * BATCH)),
    numeric("log_cosh, far", "log_cosh(1000 * y, t)", lambda y, t: ((e := (1000 * y - t).abs()) + torch.log1p(torch.exp(-2 * e)) - torch.log(torch.tensor(2.0))).mean()),
])
# Apart, for the interpreter takes the logarithm of what has become 0.
write("losses-of-scores", [
    far("cross_entropy", "cross_entropy(y, t)", F.cross_entropy),
    far("cross_entropy, smoothed", "cross_entropy(y, t, label_smoothing: 0.1)", lambda z, t: F.cross_entropy(z, t, label_smoothing=0.1)),
    far("cross_entropy of distributions", "cross_entropy(y, t)", F.cross_entropy, f"f32[{N}]", onehot_with_zero),
    far("kl_divergence", "kl_divergence(y, t)", sure_divergence, f"f32[{N}]", onehot_with_zero),
    far("focal", "focal(y, t)", sure_focal),
    far("binary_cross_entropy", "binary_cross_entropy(y, t)", F.binary_cross_entropy_with_logits, f"f32[{N}]", given(BITS), "sigmoid", torch.sigmoid),
])
