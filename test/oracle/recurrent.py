#!/usr/bin/env python3
"""LSTM, GRU and the simple recurrent layer: results and gradients, PyTorch's cells with their weights in this library's layout."""
import torch
import torch.nn.functional as F

from oracle import case, numbers, reorder, write

BATCH, T, N, U = 4, 6, 5, 8


def source(stage, shape):
    return f"""
model Recurrent {{
  input  x: f32[{T}, {N}]
  target t: f32{shape}
  output h = x -> {stage} as cell
  loss mean_squared_error(h, t)
  optimizer sgd(learning_rate: 1.0)
  train {{ batch: {BATCH} }}
}}
"""


def torch_layer(function, states, weights, x):
    """All states [batch, t, units] of torch's layer, one layer in one direction; weights are [w_ih, w_hh, b_ih, b_hh]."""
    zero = torch.zeros(1, x.shape[0], U)
    start = (zero, zero) if states == 2 else zero
    return function(x, start, weights, True, 1, 0.0, False, False, True)[0]


def lstm(p, x):
    return torch_layer(torch.lstm, 2, [p["cell.kernel"].T, p["cell.recurrent_kernel"].T, p["cell.bias"], torch.zeros(4 * U)], x)


def gru(p, x):
    weights = [reorder(p[f"cell.{name}"]).T for name in ("kernel", "recurrent_kernel")]
    biases = [reorder(p[f"cell.{name}"]) for name in ("bias", "recurrent_bias")]
    return torch_layer(torch.gru, 1, [*weights, *biases], x)


def gru_before(p, x):
    """`reset_after: false`, the form of the paper, which torch does not have."""
    h, out = torch.zeros(x.shape[0], U), []
    for s in range(x.shape[1]):
        xz, xr, xc = (x[:, s] @ p["cell.kernel"] + p["cell.bias"]).chunk(3, -1)
        uz, ur, uc = p["cell.recurrent_kernel"].chunk(3, -1)
        z, r = torch.sigmoid(xz + h @ uz), torch.sigmoid(xr + h @ ur)
        h = z * h + (1 - z) * torch.tanh(xc + (r * h) @ uc)
        out.append(h)
    return torch.stack(out, 1)


def simple(p, x):
    return torch_layer(torch.rnn_tanh, 1, [p["cell.kernel"].T, p["cell.recurrent_kernel"].T, p["cell.bias"], torch.zeros(U)], x)


def last(run):
    return lambda p, x, training: {"h": run(p, x["x"])[:, -1]}


def every(run):
    return lambda p, x, training: {"h": run(p, x["x"])}


def backwards(run):
    """The states stay beside their inputs: unlike Keras, whose result is reversed."""
    return lambda p, x, training: {"h": run(p, x["x"].flip(1)).flip(1)}


def weights(gates, extra=()):
    found = {"cell.kernel": numbers(21, [N, gates * U], 0.5), "cell.recurrent_kernel": numbers(22, [U, gates * U], 0.4), "cell.bias": numbers(23, [gates * U], 0.3)}
    return found | {f"cell.{name}": numbers(24, [gates * U], 0.3) for name in extra}


def square(out, x, p):
    return ((out["h"] - x["t"]) ** 2).mean()


def relu(p, x):
    return torch_layer(torch.rnn_relu, 1, [p["cell.kernel"].T, p["cell.recurrent_kernel"].T, p["cell.bias"], torch.zeros(U)], x)


def hard(p, x):
    """An LSTM with other activations, written out."""
    h = c = torch.zeros(x.shape[0], U)
    for s in range(x.shape[1]):
        i, f, g, o = (x[:, s] @ p["cell.kernel"] + h @ p["cell.recurrent_kernel"] + p["cell.bias"]).chunk(4, -1)
        c = F.hardsigmoid(f) * c + F.hardsigmoid(i) * F.softsign(g)
        h = F.hardsigmoid(o) * F.softsign(c)
    return h[:, None]


def without_bias(run, gates):
    """The same layer with biases of 0, which are no parameters."""
    zeros = {f"cell.{name}": torch.zeros(gates * U) for name in ("bias", "recurrent_bias")}
    return lambda p, x: run(p | zeros, x)


def both(merge, sequence=False):
    """One LSTM forwards, one backwards, each with its own weights; the states of the latter stay beside their inputs."""

    def run(p, x, training):
        ways = []
        for name, flipped in (("lstm", False), ("lstm_2", True)):
            own = {f"cell.{key}": p[f"cell.{name}.{key}"] for key in ("kernel", "recurrent_kernel", "bias")}
            states = lstm(own, x["x"].flip(1) if flipped else x["x"])
            ways.append((states.flip(1) if flipped else states) if sequence else states[:, -1])
        return {"h": merge(*ways)}

    return run


def bidirectional(name, merge, forward, size, sequence=False):
    shape = [T, size] if sequence else [size]
    stage = f"bidirectional(lstm({U}{', return_sequences: true' if sequence else ''}){merge})"
    parameters = {f"cell.{word}.{key}": numbers(seed + k, shape_, scale) for word, seed in (("lstm", 27), ("lstm_2", 127))
                  for k, (key, shape_, scale) in enumerate([("kernel", [N, 4 * U], 0.5), ("recurrent_kernel", [U, 4 * U], 0.4), ("bias", [4 * U], 0.3)])}
    data = {"x": numbers(25, [BATCH, T, N]), "t": numbers(26, [BATCH, *shape])}
    return case(name, source(stage, shape), parameters, data, forward, square, steps=3)


def make(name, stage, gates, forward, sequence=False, extra=(), bias=True):
    shape = [T, U] if sequence else [U]
    data = {"x": numbers(25, [BATCH, T, N]), "t": numbers(26, [BATCH, *shape])}
    found = {key: value for key, value in weights(gates, extra).items() if bias or "bias" not in key}
    return case(name, source(stage, shape), found, data, forward, square, steps=3)


def fresh_bias():
    """The start value of the LSTM's bias is 1 for the forget gate (the second quarter), 0 for i, g, o: no start value is given here."""
    found = weights(4)
    found["cell.bias"] = {"shape": [4 * U], "values": [0.0] * U + [1.0] * U + [0.0] * 2 * U}
    made = case("lstm with its own start bias", source(f"lstm({U})", [U]), found, {"x": numbers(25, [BATCH, T, N]), "t": numbers(26, [BATCH, U])}, last(lstm), square)
    del made["parameters"]["cell.bias"]
    return made


write("recurrent", [
    make("lstm, last state", f"lstm({U})", 4, last(lstm)),
    make("lstm, all states", f"lstm({U}, return_sequences: true)", 4, every(lstm), True),
    make("lstm, backwards", f"lstm({U}, return_sequences: true, go_backwards: true)", 4, backwards(lstm), True),
    fresh_bias(),
    make("gru, last state", f"gru({U})", 3, last(gru), extra=["recurrent_bias"]),
    make("gru, all states", f"gru({U}, return_sequences: true)", 3, every(gru), True, ["recurrent_bias"]),
    make("gru, reset before the product", f"gru({U}, reset_after: false)", 3, last(gru_before)),
    make("simple_rnn, last state", f"simple_rnn({U})", 1, last(simple)),
    make("simple_rnn, all states", f"simple_rnn({U}, return_sequences: true)", 1, every(simple), True),
    make("lstm without bias", f"lstm({U}, use_bias: false)", 4, last(without_bias(lstm, 4)), bias=False),
    make("lstm, other activations", f"lstm({U}, activation: softsign, recurrent_activation: hard_sigmoid)", 4, last(hard)),
    make("gru, backwards", f"gru({U}, return_sequences: true, go_backwards: true)", 3, backwards(gru), True, ["recurrent_bias"]),
    make("gru without bias", f"gru({U}, use_bias: false)", 3, last(without_bias(gru, 3)), bias=False),
    make("simple_rnn, backwards", f"simple_rnn({U}, return_sequences: true, go_backwards: true)", 1, backwards(simple), True),
    make("simple_rnn, relu", f"simple_rnn({U}, activation: relu)", 1, last(relu)),
    bidirectional("bidirectional", "", both(lambda a, b: torch.cat([a, b], -1)), 2 * U),
    bidirectional("bidirectional, all states", "", both(lambda a, b: torch.cat([a, b], -1), True), 2 * U, True),
    bidirectional("bidirectional, sum", ", merge: sum", both(lambda a, b: a + b), U),
    bidirectional("bidirectional, average", ", merge: average", both(lambda a, b: (a + b) / 2), U),
    bidirectional("bidirectional, multiply", ", merge: multiply", both(lambda a, b: a * b), U),
])
