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


def constrained(name, constraint, rule, start=numbers(97, [4, 3])):
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
        {"w": start},
        {"x": numbers(98, [5, 4]), "t": numbers(99, [5, 3])},
        lambda p, x, training: {"y": x["x"] @ p["w"]},
        mean_square,
        update,
        steps=3,
    )


def length(w, dim=0):
    return w.norm(dim=dim, keepdim=True) + 1e-7


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

def regular(name, regularizer, rule):
    """One matrix with a regularizer beside its loss."""
    return case(
        name,
        f"""
model Regularized {{
  input  x: f32[4]
  target t: f32[3]
  param  w: [4, 3] ~ zeros, regularize {regularizer}
  output y = x @ w
  loss mean_squared_error(y, t)
  optimizer sgd(learning_rate: 0.1)
  train {{ batch: 5 }}
}}
""",
        {"w": numbers(97, [4, 3])},
        {"x": numbers(98, [5, 4]), "t": numbers(99, [5, 3])},
        lambda p, x, training: {"y": x["x"] @ p["w"]},
        lambda out, x, p: mean_square(out, x, p) + rule(p["w"]),
        Published(lambda q: torch.optim.SGD(q, 0.1)),
        steps=3,
    )


def cosines(w):
    """Mean of |cosine| over the pairs of rows: Keras' OrthogonalRegularizer counts each pair twice and halves."""
    unit = w / w.norm(dim=1, keepdim=True)
    pairs = [(i, j) for i in range(len(w)) for j in range(i)]
    return sum((unit[i] * unit[j]).sum().abs() for i, j in pairs) / len(pairs)


def merged(name, stage, rule, result=(2, 3)):
    """Two values, each of a parameter and the input, become one."""
    return case(
        name,
        f"""
model Merged {{
  input  x: f32[2, 3]
  target t: f32{list(result)}
  param  a: [2, 3] ~ zeros
  param  b: [2, 3] ~ zeros
  output y = [x * a, x + b] -> {stage}
  loss mean_squared_error(y, t)
  optimizer sgd(learning_rate: 1.0)
  train {{ batch: 4 }}
}}
""",
        {"a": numbers(130, [2, 3]), "b": numbers(131, [2, 3])},
        {"x": numbers(132, [4, 2, 3]), "t": numbers(133, [4, *result])},
        lambda p, x, training: {"y": rule(x["x"] * p["a"], x["x"] + p["b"])},
        mean_square,
        steps=2,
    )


def slopes(name, stage, path, shape, rule):
    return case(
        name,
        f"""
model Slopes {{
  input  x: f32[3, 4]
  target t: f32[3, 4]
  output y = x -> {stage} as slope
  loss mean_squared_error(y, t)
  optimizer sgd(learning_rate: 1.0)
  train {{ batch: 5 }}
}}
""",
        {path: numbers(134, shape, 0.5)},
        {"x": numbers(135, [5, 3, 4], 2.0), "t": numbers(136, [5, 3, 4])},
        lambda p, x, training: {"y": rule(x["x"], p[path])},
        mean_square,
        steps=2,
    )


def attends(name, stage, run, parameters, size=4):
    """A query of 5 steps reads from a memory of 6."""
    return case(
        name,
        f"""
model Attends {{
  input  x: f32[5, 4]
  input  memory: f32[6, {size}]
  target t: f32[5, 4]
  param  shift: [5, 4] ~ zeros
  output y = (x + shift) -> {stage} as a
  loss mean_squared_error(y, t)
  optimizer sgd(learning_rate: 1.0)
  train {{ batch: 3 }}
}}
""",
        {"shift": numbers(140, [5, 4], 0.3)} | parameters,
        {"x": numbers(141, [3, 5, 4]), "memory": numbers(142, [3, 6, size]), "t": numbers(143, [3, 5, 4])},
        lambda p, x, training: {"y": run(p, x["x"] + p["shift"], x["memory"])},
        mean_square,
        steps=2,
    )


def dot_attention(p, q, memory, causal=False):
    score = p.get("a.scale", 1.0) * q @ memory.transpose(-1, -2)
    if causal:
        score = score.masked_fill(torch.ones(score.shape[-2:]).triu(1).bool(), -math.inf)
    return F.softmax(score, -1) @ memory


def concat_attention(p, q, memory):
    score = torch.tanh(p.get("a.scale", 1.0) * (q[:, :, None] + memory[:, None])).sum(-1)
    return F.softmax(score, -1) @ memory


def cross(p, q, memory, heads=2):
    """torch's multi_head_attention_forward with separate weights for query, key and value."""
    flat = {name: p[f"a.{name}"] for name in ("wq", "wk", "wv", "wo")}
    k = flat["wq"].shape[2]
    bias = torch.cat([p[f"a.{b}"].reshape(-1) for b in ("bq", "bk", "bv")]) if "a.bq" in p else None
    n, m = q.shape[-1], memory.shape[-1]
    y, _ = F.multi_head_attention_forward(
        q.transpose(0, 1), memory.transpose(0, 1), memory.transpose(0, 1), n, heads, None, bias, None, None, False, 0.0,
        flat["wo"].reshape(heads * k, n).T, p.get("a.bo"), use_separate_proj_weight=True,
        q_proj_weight=flat["wq"].reshape(n, heads * k).T, k_proj_weight=flat["wk"].reshape(m, heads * k).T,
        v_proj_weight=flat["wv"].reshape(m, heads * k).T, need_weights=False)
    return y.transpose(0, 1)


def wide(p, q, memory):
    """Values of another width than the keys', which torch's function does not have."""
    q, k, v = (torch.einsum("bin,nak->baik", x, p[f"a.w{part}"]) + p[f"a.b{part}"][:, None] for part, x in (("q", q), ("k", memory), ("v", memory)))
    seen = F.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]), -1) @ v
    return torch.einsum("baik,akn->bin", seen, p["a.wo"]) + p["a.bo"]


def heads(n, m, k, bias=True, v=None):
    v = v or k
    shapes = {"wq": [n, 2, k], "wk": [m, 2, k], "wv": [m, 2, v], "wo": [2, v, n]}
    if bias:
        shapes |= {"bq": [2, k], "bk": [2, k], "bv": [2, v], "bo": [n]}
    return {f"a.{name}": numbers(150 + i, shape) for i, (name, shape) in enumerate(shapes.items())}


write("wiring", [
    embedding, shared, steps, regularized,
    constrained("constraint non_neg", "non_neg", lambda w: F.relu(w)),
    constrained("constraint max_norm", "max_norm(0.8)", lambda w: w * torch.clamp(0.8 / length(w), max=1)),
    constrained("constraint unit_norm", "unit_norm", lambda w: w / length(w)),
    constrained("constraint soft_threshold", "soft_threshold(0.5)", lambda w: torch.sign(w) * F.relu(w.abs() - 0.1 * 0.5)),
    causal,
    constrained("constraint min_max_norm", "min_max_norm(0.5, 1.1)", lambda w: w * torch.clamp(w.norm(dim=0, keepdim=True), 0.5, 1.1) / length(w)),
    constrained("constraint min_max_norm, half way, over rows", "min_max_norm(0.5, 1.1, rate: 0.5, over: 1)",
                lambda w: w * (0.5 * torch.clamp(w.norm(dim=1, keepdim=True), 0.5, 1.1) + 0.5 * w.norm(dim=1, keepdim=True)) / length(w, 1)),
    constrained("constraint max_norm over rows", "max_norm(0.8, over: 1)", lambda w: torch.renorm(w, 2, 0, 0.8)),
    constrained("constraint simplex", "non_neg -> simplex", lambda w: F.relu(w) / F.relu(w).sum(-1, keepdim=True), numbers(97, [4, 3], 0.3, 1.0)),
    regular("regularizer l1", "l1(0.05)", lambda w: 0.05 * w.abs().sum()),
    regular("regularizer l2", "l2(0.05)", lambda w: 0.05 * (w**2).sum()),
    regular("regularizer orthogonality", "orthogonality(0.1)", lambda w: 0.1 * ((w.T @ w - torch.eye(3)) ** 2).sum()),
    regular("regularizer orthogonal", "orthogonal(0.1)", lambda w: 0.1 * cosines(w)),
    regular("regularizer orthogonal, columns", "orthogonal(0.1, mode: columns)", lambda w: 0.1 * cosines(w.T)),
    merged("add", "add", torch.add),
    merged("subtract", "subtract", torch.sub),
    merged("multiply", "multiply", torch.mul),
    merged("average", "average", lambda a, b: (a + b) / 2),
    merged("maximum", "maximum", torch.maximum),
    merged("minimum", "minimum", torch.minimum),
    merged("concatenate", "concatenate", lambda a, b: torch.cat([a, b], -1), (2, 6)),
    merged("concatenate over the first axis", "concatenate(over: 0)", lambda a, b: torch.cat([a, b], 1), (4, 3)),
    merged("dot", "dot", lambda a, b: (a * b).sum(-1), (2,)),
    merged("dot, normalised", "dot(normalize: true)", lambda a, b: F.cosine_similarity(a, b, -1), (2,)),
    slopes("p_relu", "p_relu", "slope.alpha", [3, 4], lambda x, a: torch.where(x >= 0, x, a * x)),
    slopes("p_relu, a slope per channel", "p_relu(shared: true)", "slope.channel_alpha", [4], lambda x, a: F.prelu(x.reshape(-1, 4), a).reshape(x.shape)),
    attends("attention", "attention()(memory)", dot_attention, {}),
    attends("attention, scaled", "attention(use_scale: true)(memory)", dot_attention, {"a.scale": numbers(144, [], 0.3, 1.0)}),
    attends("attention, causal", "attention(causal: true)(memory)", lambda p, q, memory: dot_attention(p, q, memory, True), {}),
    attends("attention, concat", "attention(score: concat)(memory)", concat_attention, {}),
    attends("attention, concat, scaled", "attention(use_scale: true, score: concat)(memory)", concat_attention, {"a.scale": numbers(144, [], 0.3, 1.0)}),
    attends("multi_head_attention to another sequence", "multi_head_attention(2, key_dim: 2)(memory)", cross, heads(4, 3, 2), 3),
    attends("multi_head_attention, wide values", "multi_head_attention(2, key_dim: 2, value_dim: 5)(memory)", wide, heads(4, 3, 2, v=5), 3),
    attends("multi_head_attention without biases", "multi_head_attention(2, key_dim: 2, use_bias: false)(memory)", cross, heads(4, 3, 2, False), 3),
])
