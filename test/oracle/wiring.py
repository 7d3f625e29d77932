#!/usr/bin/env python3
"""How words fit together: embeddings, wrappers, shared and repeated steps, regularizers, constraints, weights in the loss, attention."""
import math

import torch
import torch.nn.functional as F

from oracle import Published, case, classes, numbers, write


def mean_square(out, x, p):
    return F.mse_loss(out["y"], x["t"])


embedding = case(
    "embedding",
    """
model Embedded {
  input  x: class[7][4]
  target t: f32[4, 3]
  output y = x -> embedding(3) as letters
  loss mean_squared_error(y, t)
  optimizer sgd(learning_rate: 1.0)
  train { batch: 5 }
}
""",
    {"letters.table": numbers(80, [7, 3])},
    {"x": classes(81, [5, 4], 7), "t": numbers(82, [5, 4, 3])},
    lambda p, x, training: {"y": F.embedding(x["x"], p["letters.table"])},
    mean_square,
)

shared = case(
    "one instance applied twice",
    """
model Shared {
  input  a: f32[4]
  input  b: f32[4]
  target t: f32[3]
  use tower = dense(3, activation: tanh)
  output y = tower(a) - tower(b)
  loss mean_squared_error(y, t)
  optimizer sgd(learning_rate: 1.0)
  train { batch: 5 }
}
""",
    {"tower.kernel": numbers(83, [4, 3]), "tower.bias": numbers(84, [3], 0.5)},
    {"a": numbers(85, [5, 4]), "b": numbers(86, [5, 4]), "t": numbers(87, [5, 3])},
    lambda p, x, training: {"y": torch.tanh(x["a"] @ p["tower.kernel"] + p["tower.bias"]) - torch.tanh(x["b"] @ p["tower.kernel"] + p["tower.bias"])},
    mean_square,
)

steps = case(
    "time_distributed",
    """
model Steps {
  input  x: f32[3, 4]
  target t: f32[3, 2]
  output y = x -> time_distributed(dense(2, activation: tanh)) as each
  loss mean_squared_error(y, t)
  optimizer sgd(learning_rate: 1.0)
  train { batch: 5 }
}
""",
    {"each.dense.kernel": numbers(88, [4, 2]), "each.dense.bias": numbers(89, [2], 0.5)},
    {"x": numbers(90, [5, 3, 4]), "t": numbers(91, [5, 3, 2])},
    lambda p, x, training: {"y": torch.tanh(x["x"] @ p["each.dense.kernel"] + p["each.dense.bias"])},
    mean_square,
)

regularized = case(
    "regularizers and weighted losses",
    """
model Regularized {
  input  x: f32[4]
  target t: f32[3]
  target weight: f32
  output y = x -> dense(3, kernel_regularizer: l1_l2(l1: 0.02, l2: 0.03), bias_regularizer: l2(0.1)) as d
  loss weight * mean_squared_error(y, t)
  loss part = 0.3 * mean_absolute_error(y, t)
  optimizer sgd(learning_rate: 0.1)
  train { batch: 5 }
}
""",
    {"d.kernel": numbers(92, [4, 3]), "d.bias": numbers(93, [3], 0.5)},
    {"x": numbers(94, [5, 4]), "t": numbers(95, [5, 3]), "weight": numbers(96, [5], 0.5, 1.0)},
    lambda p, x, training: {"y": x["x"] @ p["d.kernel"] + p["d.bias"]},
    lambda out, x, p: (x["weight"] * ((out["y"] - x["t"]) ** 2).mean(-1)).mean() + 0.3 * (out["y"] - x["t"]).abs().mean()
    + 0.02 * p["d.kernel"].abs().sum() + 0.03 * (p["d.kernel"] ** 2).sum() + 0.1 * (p["d.bias"] ** 2).sum(),
    Published(lambda q: torch.optim.SGD(q, 0.1)),
    steps=3,
)


def constrained(name, constraint, rule):
    def update(p, step):
        w = p["w"]
        w.sub_(0.1 * w.grad)
        w.copy_(rule(w))

    return case(
        name,
        f"""
model Constrained {{
  input  x: f32[4]
  target t: f32[3]
  param  w: [4, 3] ~ zeros, constrain {constraint}
  output y = x @ w
  loss mean_squared_error(y, t)
  optimizer sgd(learning_rate: 0.1)
  train {{ batch: 5 }}
}}
""",
        {"w": numbers(97, [4, 3])},
        {"x": numbers(98, [5, 4]), "t": numbers(99, [5, 3])},
        lambda p, x, training: {"y": x["x"] @ p["w"]},
        mean_square,
        update,
        steps=3,
    )


def length(w):
    return w.norm(dim=0, keepdim=True) + 1e-7


def attention(p, x, training):
    h, k = 2, 3
    n = 4
    bias = torch.cat([p[f"mha.{b}"].reshape(-1) for b in ("bq", "bk", "bv")])
    q = (x["x"] @ p["mha.wq"].reshape(n, h * k) + bias[: h * k]).reshape(5, 6, h, k).transpose(1, 2)
    key = (x["x"] @ p["mha.wk"].reshape(n, h * k) + bias[h * k : 2 * h * k]).reshape(5, 6, h, k).transpose(1, 2)
    v = (x["x"] @ p["mha.wv"].reshape(n, h * k) + bias[2 * h * k :]).reshape(5, 6, h, k).transpose(1, 2)
    score = q @ key.transpose(-1, -2) / math.sqrt(k)
    score = score.masked_fill(torch.ones(6, 6).triu(1).bool(), -math.inf)
    y = (F.softmax(score, -1) @ v).transpose(1, 2).reshape(5, 6, h * k)
    return {"y": y @ p["mha.wo"].reshape(h * k, n) + p["mha.bo"]}


causal = case(
    "multi_head_attention, causal",
    """
model Attention {
  input  x: f32[6, 4]
  target t: f32[6, 4]
  output y = x -> multi_head_attention(2, key_dim: 3, causal: true) as mha
  loss mean_squared_error(y, t)
  optimizer sgd(learning_rate: 1.0)
  train { batch: 5 }
}
""",
    {f"mha.{name}": numbers(110 + i, shape) for i, (name, shape) in enumerate(
        {"wq": [4, 2, 3], "wk": [4, 2, 3], "wv": [4, 2, 3], "wo": [2, 3, 4], "bq": [2, 3], "bk": [2, 3], "bv": [2, 3], "bo": [4]}.items())},
    {"x": numbers(120, [5, 6, 4]), "t": numbers(121, [5, 6, 4])},
    attention,
    mean_square,
)

write("wiring", [
    embedding, shared, steps, regularized,
    constrained("constraint non_neg", "non_neg", lambda w: F.relu(w)),
    constrained("constraint max_norm", "max_norm(0.8)", lambda w: w * torch.clamp(0.8 / length(w), max=1)),
    constrained("constraint unit_norm", "unit_norm", lambda w: w / length(w)),
    constrained("constraint soft_threshold", "soft_threshold(0.5)", lambda w: torch.sign(w) * F.relu(w.abs() - 0.1 * 0.5)),
    causal,
])
