#!/usr/bin/env python3
"""Sequences with padding: PyTorch's packed sequences for recurrent layers, its key padding mask for attention, its ignored labels for losses."""
import torch
import torch.nn.functional as F
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from oracle import case, classes, given, numbers, reorder, write

BATCH, T, N, U = 4, 6, 4, 3
LENGTHS = [4, 6, 1, 3]


def source(stages, target, loss, rest=""):
    return f"""
model Sequences {{
  input  x: f32[t <= {T}, {N}]
  target goal: {target}
  output h = x -> {stages}
  loss {loss}
  {rest}
  optimizer sgd(learning_rate: 1.0)
  train {{ batch: {BATCH} }}
}}
"""


def valid(x):
    """Which steps hold items, [batch, t]."""
    return torch.arange(T) < x["t"].long()[:, None]


def packed(function, states, weights, x, both=False):
    """All states, 0 in padding, and the last ones: torch's layer on packed sequences."""
    sequence = pack_padded_sequence(x["x"], x["t"].long(), batch_first=True, enforce_sorted=False)
    zero = torch.zeros(2 if both else 1, BATCH, U)
    start = (zero, zero) if states == 2 else zero
    data, last = function(sequence.data, sequence.batch_sizes, start, weights, True, 1, 0.0, False, both)[:2]
    out = PackedSequence(data, sequence.batch_sizes, sequence.sorted_indices, sequence.unsorted_indices)
    return pad_packed_sequence(out, batch_first=True, total_length=T)[0], last[:, sequence.unsorted_indices]


def lstm_weights(p, name):
    return [p[f"{name}.kernel"].T, p[f"{name}.recurrent_kernel"].T, p[f"{name}.bias"], torch.zeros(4 * U)]


def gru_weights(p, name):
    kernels = [reorder(p[f"{name}.{part}"]).T for part in ("kernel", "recurrent_kernel")]
    return [*kernels, *(reorder(p[f"{name}.{part}"]) for part in ("bias", "recurrent_bias"))]


def cell(name, gates, seed, second=False):
    weights = {
        f"{name}.kernel": numbers(seed, [N, gates * U], 0.5),
        f"{name}.recurrent_kernel": numbers(seed + 1, [U, gates * U], 0.4),
        f"{name}.bias": numbers(seed + 2, [gates * U], 0.2),
    }
    return {**weights, f"{name}.recurrent_bias": numbers(seed + 3, [gates * U], 0.2)} if second else weights


def of_last(function):
    """Mean squared error of a vector per example."""
    return lambda p, x, training: {"h": function(p, x)}


def mse(o, x, p):
    return F.mse_loss(o["h"], x["goal"])


def nll(o, x, p):
    """The mean over all items of the batch: labels of padding are ignored."""
    label = torch.where(valid(x), x["goal"], torch.tensor(-100))
    return F.nll_loss(torch.log(o["h"].clamp_min(1e-300)).reshape(-1, 2), label.reshape(-1))


def head(p, states, x):
    return F.softmax(states @ p["head.kernel"] + p["head.bias"], -1) * valid(x)[..., None]


LSTM, GRU, BOTH = cell("cell", 4, 21), cell("cell", 3, 31, True), {**cell("cell.lstm", 4, 41), **cell("cell.lstm_2", 4, 51)}
HEAD = {"head.kernel": numbers(61, [U, 2], 0.5), "head.bias": numbers(62, [2], 0.2)}
INPUT = {"x": numbers(25, [BATCH, T, N]), "t": given(LENGTHS)}
LABELS = {**INPUT, "goal": classes(27, [BATCH, T], 2)}


def vector(n):
    return {**INPUT, "goal": numbers(26, [BATCH, n])}


def attended(p, x):
    query = x["x"].transpose(0, 1)
    w = [p[f"cell.{name}"].reshape(N, N).T for name in ("wq", "wk", "wv")]
    b = torch.cat([p[f"cell.{name}"].reshape(N) for name in ("bq", "bk", "bv")])
    y = F.multi_head_attention_forward(
        query, query, query, N, 2, torch.cat(w), b, None, None, False, 0.0, p["cell.wo"].reshape(N, N).T, p["cell.bo"],
        key_padding_mask=~valid(x), need_weights=False)[0].transpose(0, 1)
    keep = valid(x)[..., None]
    return torch.where(keep, y, 0.0).sum(1) / keep.sum(1)


ATTENTION = {
    **{f"cell.{name}": numbers(70 + k, [N, 2, 2], 0.5) for k, name in enumerate(("wq", "wk", "wv"))},
    "cell.wo": numbers(74, [2, 2, N], 0.5),
    **{f"cell.{name}": numbers(75 + k, [2, 2], 0.2) for k, name in enumerate(("bq", "bk", "bv"))},
    "cell.bo": numbers(79, [N], 0.2),
}
TO_VECTOR = "mean_squared_error(h, goal)"

write("sequences", [
    case("lstm", source(f"lstm({U}) as cell", f"f32[{U}]", TO_VECTOR), LSTM, vector(U),
         of_last(lambda p, x: packed(torch.lstm, 2, lstm_weights(p, "cell"), x)[1][0]), mse, steps=2),
    case("gru", source(f"gru({U}) as cell", f"f32[{U}]", TO_VECTOR), GRU, vector(U),
         of_last(lambda p, x: packed(torch.gru, 1, gru_weights(p, "cell"), x)[1][0]), mse, steps=2),
    case("bidirectional lstm", source(f"bidirectional(lstm({U})) as cell", f"f32[{2 * U}]", TO_VECTOR), BOTH, vector(2 * U),
         of_last(lambda p, x: torch.cat(list(packed(
             torch.lstm, 2, lstm_weights(p, "cell.lstm") + lstm_weights(p, "cell.lstm_2"), x, True)[1]), -1)), mse, steps=2),
    case("states of a gru, a label each",
         source(f"gru({U}, return_sequences: true) as cell -> dense(2) as head -> softmax", f"class[2][t <= {T}]", "cross_entropy(h, goal)"),
         {**GRU, **HEAD}, LABELS, of_last(lambda p, x: head(p, packed(torch.gru, 1, gru_weights(p, "cell"), x)[0], x)), nll, steps=2),
    case("attention", source("multi_head_attention(2, key_dim: 2) as cell -> global_average_pool1d", f"f32[{N}]", TO_VECTOR),
         ATTENTION, vector(N), of_last(attended), mse, steps=2),
])
