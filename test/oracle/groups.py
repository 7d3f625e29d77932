#!/usr/bin/env python3
"""Which parameters move, and how: tied weights, groups with rates and decays of their own, frozen parameters, constraints after the step."""
import torch
import torch.nn.functional as F

from oracle import Published, case, classes, numbers, write

BATCH = 4
o = torch.optim


def square(out, x, p):
    return F.mse_loss(out["y"], x["t"])


# Inan et al., 2017; Press and Wolf, 2017: the table of the embedding is the matrix of the output layer.
tied_embedding = case(
    "tied embedding and output",
    f"""
model Tied {{
  input  word: class[6][3]
  target next: class[6]
  let    state = mean(word -> embedding(4) as e, over: 0) -> dense(4, activation: tanh) as d
  output y = softmax(state @ transpose(e.table))
  loss cross_entropy(y, next)
  optimizer sgd(learning_rate: 1.0)
  train {{ batch: {BATCH} }}
}}
""",
    {"e.table": numbers(200, [6, 4]), "d.kernel": numbers(201, [4, 4]), "d.bias": numbers(202, [4], 0.3)},
    {"word": classes(203, [BATCH, 3], 6), "next": classes(204, [BATCH], 6)},
    lambda p, x, training: {
        "y": F.softmax(torch.tanh(p["e.table"][x["word"]].mean(1) @ p["d.kernel"] + p["d.bias"]) @ p["e.table"].T, -1)
    },
    lambda out, x, p: F.nll_loss(torch.log(out["y"]), x["next"]),
    steps=3,
)

tied_autoencoder = case(
    "tied autoencoder",
    f"""
model Tied {{
  input  t: f32[5]
  let    code = t -> dense(3, activation: tanh) as coder
  output y = code @ transpose(coder.kernel)
  loss mean_squared_error(y, t)
  optimizer sgd(learning_rate: 1.0)
  train {{ batch: {BATCH} }}
}}
""",
    {"coder.kernel": numbers(210, [5, 3]), "coder.bias": numbers(211, [3], 0.3)},
    {"t": numbers(212, [BATCH, 5])},
    lambda p, x, training: {"y": torch.tanh(x["t"] @ p["coder.kernel"] + p["coder.bias"]) @ p["coder.kernel"].T},
    square,
    steps=3,
)


def perceptron(name, items, update, frozen=""):
    """x [3] -> 4 -> 2, ten steps."""
    source = f"""
model Groups {{
  input  x: f32[3]
  target t: f32[2]
  param  w: [3, 4] ~ zeros{frozen}
  param  b: [4] ~ zeros
  param  v: [4, 2] ~ zeros
  param  c: [2] ~ zeros
  output y = tanh(x @ w + b) @ v + c
  loss mean_squared_error(y, t)
  {items}
  train {{ batch: {BATCH} }}
}}
"""
    parameters = {"w": numbers(220, [3, 4]), "b": numbers(221, [4], 0.5), "v": numbers(222, [4, 2]), "c": numbers(223, [2], 0.5)}
    data = {"x": numbers(224, [BATCH, 3]), "t": numbers(225, [BATCH, 2], 2.0)}
    return case(name, source, parameters, data,
                lambda p, x, training: {"y": torch.tanh(x["x"] @ p["w"] + p["b"]) @ p["v"] + p["c"]}, square, update,
                steps=10, fresh=True)


def rates(q):
    w, b, v, c = q
    return o.Adam([{"params": [w], "lr": 0.1}, {"params": [b, c], "lr": 0.01}, {"params": [v]}], 0.03, eps=1e-7)


def decays(q):
    w, b, v, c = q
    return o.AdamW([{"params": [w, v], "weight_decay": 0.1}, {"params": [b, c], "weight_decay": 0.0}], 0.03, eps=1e-7)


class Projected(Published):
    """Onto the ball of each column, after the step."""

    def __call__(self, parameters, step):
        super().__call__(parameters, step)
        w = parameters["w"]
        w.copy_(torch.renorm(w.T, 2, 0, 0.8).T)


write("groups", [
    tied_embedding, tied_autoencoder,
    perceptron("a rate for each group", "optimizer adam(0.1) for w\n  optimizer adam(0.01) for b, c\n  optimizer adam(0.03)", Published(rates)),
    perceptron("biases do not decay", "optimizer weight_decay(0.1) -> adam(0.03) for w, v\n  optimizer adam(0.03)", Published(decays)),
    perceptron("frozen", "optimizer adam(0.03)", Published(lambda q: o.Adam([q[1], q[2], q[3]], 0.03, eps=1e-7)), ", frozen"),
    perceptron("a constraint after the step", "optimizer adam(0.1)", Projected(lambda q: o.Adam(q, 0.1, eps=1e-7)), ", constrain max_norm(0.8)"),
    perceptron("a constraint after descent", "optimizer sgd(0.1)", Projected(lambda q: o.SGD(q, 0.1)), ", constrain max_norm(0.8)"),
])
