"""What every script here shares: numbers made by formula, the training loop of the reference, and the fixture format."""
import json
import pathlib

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
torch.manual_seed(0)

FIXTURES = pathlib.Path(__file__).parent / "fixtures"
SAMPLES = 48  # elements stored of an array, evenly spaced
FRESH = 1000  # added to a port's seed at each step, where every step has its own batch


def units(seed, count):
    """`count` numbers in 0..1 from a linear congruential generator (Numerical Recipes): u = x / 2^32, x <- 1664525 x + 1013904223 mod 2^32."""
    x = (seed * 2654435761 + 12345) % 2**32
    out = np.empty(count)
    for i in range(count):
        x = (1664525 * x + 1013904223) % 2**32
        out[i] = x / 2**32
    return out


def numbers(seed, shape, scale=1.0, offset=0.0):
    """A description of an array: offset + scale * (2 u - 1), rounded to 32 bits."""
    return {"seed": seed, "shape": list(shape), "scale": scale, "offset": offset}


def classes(seed, shape, count):
    """A description of class indexes: floor(count * u)."""
    return {"seed": seed, "shape": list(shape), "classes": count}


def given(values, shape=None):
    """Values written out."""
    array = np.asarray(values, dtype=float)
    return {"shape": list(shape if shape is not None else array.shape), "values": array.reshape(-1).tolist()}


def array(spec, step=0):
    """The array that a description stands for, as 64-bit torch tensor (or integers, for classes)."""
    shape = spec["shape"]
    count = int(np.prod(shape))
    if "values" in spec:
        return torch.tensor(np.asarray(spec["values"], dtype=np.float32).astype(float).reshape(shape))
    u = units(spec["seed"] + FRESH * step, count)
    if "classes" in spec:
        return torch.tensor(np.floor(spec["classes"] * u).astype(np.int64).reshape(shape))
    x = (spec["offset"] + spec["scale"] * (2 * u - 1)).astype(np.float32)
    return torch.tensor(x.astype(float).reshape(shape))


def reorder(w):
    """The gates z, r, c of a GRU as torch's r, z, n."""
    z, r, c = w.chunk(3, -1)
    return torch.cat([r, z, c], -1)


def sample(tensor):
    """Evenly spaced elements and the sum of all."""
    flat = tensor.detach().reshape(-1).double().numpy()
    step = max(1, flat.size // SAMPLES)
    return {"every": step, "values": [float(f"{v:.9g}") for v in flat[::step][: SAMPLES + 1]], "sum": float(f"{flat.sum():.9g}")}


class Published:
    """An optimizer of torch.optim: `make` gives it from the list of parameters."""

    def __init__(self, make):
        self.make = make
        self.optimizer = None

    def __call__(self, parameters, step):
        if self.optimizer is None:
            self.optimizer = self.make(list(parameters.values()))
        self.optimizer.step()


def descend(rate=1.0):
    """Plain descent: with rate 1, the change of a parameter is its gradient."""
    return Published(lambda parameters: torch.optim.SGD(parameters, rate))


def case(name, source, parameters, data, forward, loss=None, update=None, steps=1, fresh=False, tolerance=1e-5, dtype=torch.float64, serve=None):
    """
    Trains the reference and returns the fixture.
    `forward(p, x, training)` gives a dict of outputs, from dicts of parameters and of port values; batch is the first axis.
    `loss(outputs, x, p)` gives the loss of the batch.
    `serve(p)` puts in the place of the trained parameters what prediction reads.
    """
    update = update or descend()
    p = {path: array(spec).to(dtype).requires_grad_(True) for path, spec in parameters.items()}

    def batch(step):
        values = {port: array(spec, step if fresh else 0) for port, spec in data.items()}
        return {port: v.to(dtype) if v.is_floating_point() else v for port, v in values.items()}

    def predict():
        with torch.no_grad():
            return {key: sample(value) for key, value in forward(p, batch(0), False).items()}

    before = predict()
    losses = []
    for step in range(steps if loss else 0):
        for value in p.values():
            value.grad = None
        x = batch(step)
        total = loss(forward(p, x, True), x, p)
        total.backward()
        losses.append(float(f"{total.item():.9g}"))
        with torch.no_grad():
            update(p, step)
    if serve:
        with torch.no_grad():
            serve(p)
    return {
        "name": name,
        "source": source.strip() + "\n",
        "parameters": parameters,
        "data": data,
        "fresh": fresh,
        "tolerance": tolerance,
        "expected": {
            "before": before,
            "losses": losses,
            "parameters": {path: sample(value) for path, value in p.items()} if loss else {},
            "after": predict() if loss else {},
        },
    }


def write(name, cases):
    FIXTURES.mkdir(exist_ok=True)
    text = json.dumps({"made by": f"test/oracle/{name}.py", "cases": cases}, indent=None, separators=(",", ":"))
    text = text.replace('{"name"', '\n{"name"')
    (FIXTURES / f"{name}.json").write_text(text + "\n")
    print(f"{name}: {len(cases)} cases, {len(text)} bytes")
