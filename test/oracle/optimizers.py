#!/usr/bin/env python3
"""
Optimizers: ten steps on a small regression, for each option.

torch.optim where its form is this library's. Written out as in Keras 3 or the paper, because PyTorch differs:
momentum `averaged` (torch's first step is undamped), adagrad and rmsprop `inside` (torch adds epsilon outside the root), adamax (torch adds
epsilon inside the maximum), adam `epsilon_hat` (torch has the corrected form), nadam (torch 1.13 multiplies the coefficient of a step into
its product twice), global_clip_norm (torch adds 1e-6 to the norm), lion, ftrl, lamb, adafactor (torch has it from 2.5 on), muon (by
singular values).
"""
import math
from functools import partial

import torch
import torch.nn.functional as F

from oracle import Published, case, numbers, write

BATCH = 4
o = torch.optim


def make(name, optimizer, update, serve=None):
    source = f"""
model Regression {{
  input  x: f32[3]
  target t: f32[2]
  param  w: [3, 2] ~ zeros
  param  b: [2] ~ zeros
  output y = x @ w + b
  loss mean_squared_error(y, t)
  optimizer {optimizer}
  train {{ batch: {BATCH} }}
}}
"""
    parameters = {"w": numbers(70, [3, 2]), "b": numbers(71, [2], 0.5)}
    data = {"x": numbers(72, [BATCH, 3]), "t": numbers(73, [BATCH, 2], 2.0)}
    return case(name, source, parameters, data, lambda p, x, training: {"y": x["x"] @ p["w"] + p["b"]},
                lambda out, x, p: F.mse_loss(out["y"], x["t"]), update, steps=10, fresh=True, serve=serve)


def make_convolution(name, optimizer, update):
    """A kernel of four axes, [h, w, channels, filters], and a bias."""
    source = f"""
model Kernels {{
  input  x: f32[4, 4, 2]
  target t: f32[3, 3, 3]
  output y = x -> conv2d(3, 2) as c
  loss mean_squared_error(y, t)
  optimizer {optimizer}
  train {{ batch: {BATCH} }}
}}
"""
    parameters = {"c.kernel": numbers(74, [2, 2, 2, 3], 0.5), "c.bias": numbers(75, [3], 0.5)}
    data = {"x": numbers(76, [BATCH, 4, 4, 2]), "t": numbers(77, [BATCH, 3, 3, 3], 2.0)}

    def forward(p, x, training):
        y = F.conv2d(x["x"].permute(0, 3, 1, 2), p["c.kernel"].permute(3, 2, 0, 1), p["c.bias"])
        return {"y": y.permute(0, 2, 3, 1)}

    return case(name, source, parameters, data, forward, lambda out, x, p: F.mse_loss(out["y"], x["t"]), update,
                steps=10, fresh=True)


class Written:
    """An optimizer as a rule for one tensor: rule(p, g, slots, t) gives the new p; t is 1 at the first step."""

    def __init__(self, rule, before=None):
        self.rule, self.before, self.slots = rule, before, {}

    def __call__(self, parameters, step):
        if self.before:
            self.before(parameters)
        for path, p in parameters.items():
            slots = self.slots.setdefault(path, {})
            p.copy_(self.rule(p, p.grad, slots, step + 1))


def slot(slots, name, p, value=0.0):
    return slots.setdefault(name, torch.full_like(p, value))


def averaged(p, g, s, t):
    s["m"] = 0.9 * slot(s, "m", p) + 0.1 * g
    return p - 0.1 * s["m"]


def adagrad(p, g, s, t, start=0.1):
    s["a"] = slot(s, "a", p, start) + g**2
    return p - 0.1 * g / torch.sqrt(s["a"] + 1e-7)


def rmsprop(momentum=0.0, centered=False):
    def rule(p, g, s, t):
        s["v"] = 0.9 * slot(s, "v", p) + 0.1 * g**2
        s["a"] = 0.9 * slot(s, "a", p) + 0.1 * g if centered else torch.zeros_like(p)
        d = 0.01 * g / torch.sqrt(s["v"] - s["a"] ** 2 + 1e-7)
        s["b"] = momentum * slot(s, "b", p) + d
        return p - s["b"] if momentum else p - d

    return rule


def adamax(p, g, s, t, b1=0.9, b2=0.999, e=1e-7):
    s["m"] = b1 * slot(s, "m", p) + (1 - b1) * g
    s["u"] = torch.maximum(b2 * slot(s, "u", p), g.abs())
    return p - 0.01 / (1 - b1**t) * s["m"] / (s["u"] + e)


def adam_hat(p, g, s, t):
    s["m"] = 0.9 * slot(s, "m", p) + 0.1 * g
    s["v"] = 0.999 * slot(s, "v", p) + 0.001 * g**2
    return p - 0.01 * math.sqrt(1 - 0.999**t) / (1 - 0.9**t) * s["m"] / (torch.sqrt(s["v"]) + 1e-2)


def nadam(p, g, s, t, b1=0.9, b2=0.999, e=1e-7):
    now, ahead = (b1 * (1 - 0.5 * 0.96**k) for k in (t, t + 1))
    s["product"] = slot(s, "product", p, 1.0) * now
    s["m"] = b1 * slot(s, "m", p) + (1 - b1) * g
    s["v"] = b2 * slot(s, "v", p) + (1 - b2) * g**2
    m_hat = ahead * s["m"] / (1 - s["product"] * ahead) + (1 - now) * g / (1 - s["product"])
    return p - 0.01 * m_hat / (torch.sqrt(s["v"] / (1 - b2**t)) + e)


def lion(p, g, s, t, b1=0.9, b2=0.99):
    m = slot(s, "m", p)
    s["m"] = b2 * m + (1 - b2) * g
    return p - 0.01 * torch.sign(b1 * m + (1 - b1) * g)


def ftrl_sharp(p, g, s, t):
    """Learning rate power -1: without the root."""
    n, z = slot(s, "n", p, 0.5), slot(s, "z", p)
    new = n + g**2
    s["z"] = z + g - (new - n) / 0.1 * p
    s["n"] = new
    return -s["z"] / (new / 0.1)


def ftrl(p, g, s, t):
    n, z = slot(s, "n", p, 0.1), slot(s, "z", p)
    new = n + g**2
    s["z"] = z + g - (torch.sqrt(new) - torch.sqrt(n)) / 0.1 * p
    s["n"] = new
    l1, l2 = 0.01, 0.1
    return torch.where(s["z"].abs() <= l1, torch.zeros_like(p), (torch.sign(s["z"]) * l1 - s["z"]) / (torch.sqrt(new) / 0.1 + 2 * l2))


def lamb(p, g, s, t, b1=0.9, b2=0.999, e=1e-7):
    s["m"] = b1 * slot(s, "m", p) + (1 - b1) * g
    s["v"] = b2 * slot(s, "v", p) + (1 - b2) * g**2
    u = s["m"] / (1 - b1**t) / (torch.sqrt(s["v"] / (1 - b2**t)) + e)
    return p - 0.01 * p.norm() / u.norm() * u


def adafactor(rate=0.1, decay=-0.8, small=1e-30, floor=1e-3, clip=1.0):
    """As in Keras, but that v is at least `small`: of two axes or more means over the last, and over the one before; else each element."""

    def rms(x):
        return torch.sqrt((x**2).mean()).item()

    def rule(p, g, s, t):
        beta = 1 - t**decay
        square = g**2 + small
        if p.dim() >= 2:
            s["r"] = beta * s.get("r", 0) + (1 - beta) * square.mean(-1)
            s["c"] = beta * s.get("c", 0) + (1 - beta) * square.mean(-2)
            v = (s["r"] / s["r"].mean(-1, keepdim=True)).unsqueeze(-1) * s["c"].unsqueeze(-2)
            v = v.clamp(min=small)
        else:
            s["v"] = v = beta * s.get("v", 0) + (1 - beta) * square
        u = g / torch.sqrt(v)
        return p - max(floor, rms(p)) * min(rate, 1 / math.sqrt(t)) * u / max(1.0, rms(u) / clip)

    return rule


def muon(nesterov, beta=0.95):
    """By singular values: the iteration is a polynomial of each. The bias goes by plain descent, as the model says."""

    def rule(p, g, s, t):
        if p.dim() == 1:
            return p - 0.1 * g
        s["m"] = beta * slot(s, "m", p) + (1 - beta) * g
        u = (1 - beta) * g + beta * s["m"] if nesterov else s["m"]
        left, sizes, right = torch.linalg.svd(u, full_matrices=False)
        sizes = sizes / (u.norm() + 1e-7)
        for _ in range(5):
            sizes = 3.4445 * sizes - 4.7750 * sizes**3 + 2.0315 * sizes**5
        rows, columns = p.shape
        return p - 0.02 * math.sqrt(max(1, columns / rows)) * left @ torch.diag(sizes) @ right

    return rule


def clip_value(parameters):
    for p in parameters.values():
        p.grad.clamp_(-0.1, 0.1)


def clip_norm(parameters):
    for p in parameters.values():
        p.grad.mul_(min(1.0, 0.5 / p.grad.norm().item()))


def global_clip_norm(parameters):
    norm = math.sqrt(sum((p.grad**2).sum().item() for p in parameters.values()))
    for p in parameters.values():
        p.grad.mul_(min(1.0, 0.5 / norm))


def descent(rate):
    """Plain descent with a schedule; the schedule's step is 0 at the first update."""
    return Written(lambda p, g, s, t: p - rate(t - 1) * g)


class Averaged(Written):
    """Descent that keeps an average of the parameters, begun at the model's first values, zeros: Keras' use_ema, Polyak's averaging."""

    def __init__(self, momentum):
        self.momentum, self.average = momentum, {}
        super().__init__(lambda p, g, s, t: p - 0.1 * g)

    def __call__(self, parameters, step):
        for path, p in parameters.items():
            self.average.setdefault(path, torch.zeros_like(p))
        super().__call__(parameters, step)
        for path, p in parameters.items():
            self.average[path] = self.momentum * self.average[path] + (1 - self.momentum) * p

    def serve(self, parameters):
        for path, p in parameters.items():
            p.copy_(self.average[path])


def averaging(name, stage, momentum):
    update = Averaged(momentum)
    return make(name, f"sgd(learning_rate: 0.1) -> {stage}", update, update.serve)


def published(make, *rest, **options):
    """The rates of a schedule of torch, read off an optimizer that it drives."""
    rates = []
    optimizer = o.SGD([torch.zeros(1, requires_grad=True)], 0.2)
    schedule = make(optimizer, *rest, **options)
    for _ in range(10):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if len(rates) < 10:
            schedule.step()
    return descent(lambda t: rates[t])


def restarts(t, first=2, t_mul=2.0, m_mul=0.5, alpha=0.1):
    """By walking through the periods, as the paper says, and Keras' falling peaks."""
    period, peak = first, 1.0
    while t >= period:
        t, period, peak = t - period, period * t_mul, peak * m_mul
    return 0.2 * ((1 - alpha) * 0.5 * peak * (1 + math.cos(math.pi * t / period)) + alpha)


def cosine(step):
    if step < 3:
        return 0.02 + (0.2 - 0.02) * step / 3
    progress = min(max((step - 3) / 5, 0), 1)
    return 0.2 * ((1 - 0.1) * 0.5 * (1 + math.cos(math.pi * progress)) + 0.1)


write("optimizers", [
    make("sgd", "sgd(learning_rate: 0.1)", Published(lambda q: o.SGD(q, 0.1))),
    make("momentum", "momentum(learning_rate: 0.1)", Published(lambda q: o.SGD(q, 0.1, momentum=0.9))),
    make("momentum, averaged", "momentum(learning_rate: 0.1, form: averaged)", Written(averaged)),
    make("momentum, nesterov", "momentum(learning_rate: 0.1, nesterov: true)", Published(lambda q: o.SGD(q, 0.1, momentum=0.9, nesterov=True))),
    make("adagrad", "adagrad(learning_rate: 0.1)", Written(adagrad)),
    make("adadelta", "adadelta(learning_rate: 1.0)", Published(lambda q: o.Adadelta(q, 1.0, rho=0.95, eps=1e-7))),
    make("rmsprop", "rmsprop(learning_rate: 0.01)", Written(rmsprop())),
    make("rmsprop, momentum", "rmsprop(learning_rate: 0.01, momentum: 0.5)", Written(rmsprop(0.5))),
    make("rmsprop, centered", "rmsprop(learning_rate: 0.01, centered: true)", Written(rmsprop(0.0, True))),
    make("rmsprop, momentum and centered", "rmsprop(learning_rate: 0.01, momentum: 0.5, centered: true)", Written(rmsprop(0.5, True))),
    make("adam", "adam(learning_rate: 0.01)", Published(lambda q: o.Adam(q, 0.01, eps=1e-7))),
    make("adam, amsgrad", "adam(learning_rate: 0.01, amsgrad: true)", Published(lambda q: o.Adam(q, 0.01, eps=1e-7, amsgrad=True))),
    make("adam, epsilon 0.01", "adam(learning_rate: 0.01, epsilon: 0.01)", Published(lambda q: o.Adam(q, 0.01, eps=1e-2))),
    make("adam, epsilon_hat 0.01", "adam(learning_rate: 0.01, epsilon: 0.01, form: epsilon_hat)", Written(adam_hat)),
    make("adamax", "adamax(learning_rate: 0.01)", Written(adamax)),
    make("nadam", "nadam(learning_rate: 0.01)", Written(nadam)),
    make("lion", "lion(learning_rate: 0.01)", Written(lion)),
    make("ftrl", "ftrl(learning_rate: 0.1, l1: 0.01, l2: 0.1)", Written(ftrl)),
    make("lamb", "lamb(learning_rate: 0.01)", Written(lamb)),
    make("adafactor", "adafactor(0.1)", Written(adafactor())),
    make("adafactor, every option", "adafactor(0.5, beta_2_decay: -0.5, epsilon_1: 1e-3, epsilon_2: 0.1, clip_threshold: 0.5)",
         Written(adafactor(0.5, -0.5, 1e-3, 0.1, 0.5))),
    make("adafactor in a chain", "clip_value(0.1) -> adafactor(0.1)", Written(adafactor(), clip_value)),
    make_convolution("adafactor, convolution", "adafactor(0.1)", Written(adafactor())),
    make("muon", "muon(0.02) for w\n  optimizer sgd(0.1)", Written(muon(True))),
    make("muon, without nesterov", "muon(0.02, nesterov: false) for w\n  optimizer sgd(0.1)", Written(muon(False))),
    make("clip_value", "clip_value(0.1) -> sgd(learning_rate: 0.1)", Written(lambda p, g, s, t: p - 0.1 * g, clip_value)),
    make("clip_norm", "clip_norm(0.5) -> sgd(learning_rate: 0.1)", Written(lambda p, g, s, t: p - 0.1 * g, clip_norm)),
    make("global_clip_norm", "global_clip_norm(0.5) -> sgd(learning_rate: 0.1)", Written(lambda p, g, s, t: p - 0.1 * g, global_clip_norm)),
    make("weight_decay and adam", "weight_decay(0.1) -> adam(learning_rate: 0.01)", Published(lambda q: o.AdamW(q, 0.01, eps=1e-7, weight_decay=0.1))),
    averaging("ema", "ema()", 0.99),
    averaging("ema, momentum 0.5", "ema(0.5)", 0.5),
    make("exponential_decay", "sgd(learning_rate: exponential_decay(0.2, 4, 0.5))", descent(lambda t: 0.2 * 0.5 ** (t / 4))),
    make("exponential_decay, staircase", "sgd(learning_rate: exponential_decay(0.2, 4, 0.5, staircase: true))", descent(lambda t: 0.2 * 0.5 ** (t // 4))),
    make("inverse_time_decay", "sgd(learning_rate: inverse_time_decay(0.2, 4, 0.5))", descent(lambda t: 0.2 / (1 + 0.5 * t / 4))),
    make("polynomial_decay", "sgd(learning_rate: polynomial_decay(0.2, 6, end: 0.01, power: 2.0))", descent(lambda t: 0.19 * (1 - min(t, 6) / 6) ** 2 + 0.01)),
    make("piecewise_constant", "sgd(learning_rate: piecewise_constant([2, 5], [0.3, 0.1, 0.02]))", descent(lambda t: 0.3 if t <= 2 else 0.1 if t <= 5 else 0.02)),
    make("cosine_decay", "sgd(learning_rate: cosine_decay(0.02, 5, alpha: 0.1, warmup_steps: 3, warmup_target: 0.2))", descent(cosine)),
    make("nesterov", "nesterov(learning_rate: 0.1)", Published(lambda q: o.SGD(q, 0.1, momentum=0.9, nesterov=True))),
    make("nesterov, momentum 0.5", "nesterov(learning_rate: 0.1, momentum: 0.5)", Published(lambda q: o.SGD(q, 0.1, momentum=0.5, nesterov=True))),
    make("momentum 0.5", "momentum(learning_rate: 0.1, momentum: 0.5)", Published(lambda q: o.SGD(q, 0.1, momentum=0.5))),
    make("adagrad, epsilon 0.01 outside", "adagrad(learning_rate: 0.1, epsilon: 0.01, form: outside)", Published(lambda q: o.Adagrad(q, 0.1, initial_accumulator_value=0.1, eps=1e-2))),
    make("adadelta, rho 0.8", "adadelta(learning_rate: 1.0, rho: 0.8, epsilon: 1e-4)", Published(lambda q: o.Adadelta(q, 1.0, rho=0.8, eps=1e-4))),
    make("rmsprop, epsilon 0.01 outside", "rmsprop(learning_rate: 0.01, epsilon: 0.01, form: outside)", Published(lambda q: o.RMSprop(q, 0.01, alpha=0.9, eps=1e-2))),
    make("rmsprop, outside, rho 0.99", "rmsprop(learning_rate: 0.01, rho: 0.99, epsilon: 1e-8, form: outside)", Published(lambda q: o.RMSprop(q, 0.01))),
    make("rmsprop, outside, momentum and centered", "rmsprop(learning_rate: 0.01, momentum: 0.5, centered: true, epsilon: 0.01, form: outside)",
         Published(lambda q: o.RMSprop(q, 0.01, alpha=0.9, eps=1e-2, momentum=0.5, centered=True))),
    make("adam, other betas", "adam(learning_rate: 0.01, beta_1: 0.5, beta_2: 0.9)", Published(lambda q: o.Adam(q, 0.01, betas=(0.5, 0.9), eps=1e-7))),
    make("adamw", "adamw(learning_rate: 0.01)", Published(lambda q: o.AdamW(q, 0.01, eps=1e-7, weight_decay=0.004))),
    make("adamw, decay 0.1", "adamw(learning_rate: 0.01, weight_decay: 0.1)", Published(lambda q: o.AdamW(q, 0.01, eps=1e-7, weight_decay=0.1))),
    make("ftrl, power -1", "ftrl(learning_rate: 0.1, power: -1, initial_accumulator: 0.5)", Written(ftrl_sharp)),
    make("adamw, other betas", "adamw(learning_rate: 0.01, beta_1: 0.5, beta_2: 0.9, epsilon: 0.01)",
         Published(lambda q: o.AdamW(q, 0.01, betas=(0.5, 0.9), eps=1e-2, weight_decay=0.004))),
    make("adagrad, from 1", "adagrad(learning_rate: 0.1, initial_accumulator: 1.0)", Written(partial(adagrad, start=1.0))),
    *(make(f"{rule.__name__}, other betas", f"{rule.__name__}(learning_rate: 0.01, beta_1: 0.5, beta_2: 0.9, epsilon: 0.01)",
           Written(partial(rule, b1=0.5, b2=0.9, e=1e-2))) for rule in (adamax, nadam, lamb)),
    make("lion, other betas", "lion(learning_rate: 0.01, beta_1: 0.5, beta_2: 0.9)", Written(partial(lion, b1=0.5, b2=0.9))),
    make("muon, momentum 0.5", "muon(0.02, momentum: 0.5) for w\n  optimizer sgd(0.1)", Written(muon(True, 0.5))),
    make("weight_decay and sgd", "weight_decay(0.1) -> sgd(learning_rate: 0.1)", Written(lambda p, g, s, t: p * (1 - 0.1 * 0.1) - 0.1 * g)),
    make("inverse_time_decay, staircase", "sgd(learning_rate: inverse_time_decay(0.2, 4, 0.5, staircase: true))", descent(lambda t: 0.2 / (1 + 0.5 * (t // 4)))),
    make("cosine_decay, no warm-up", "sgd(learning_rate: cosine_decay(0.2, 8))", descent(lambda t: 0.1 * (1 + math.cos(math.pi * min(t, 8) / 8)))),
    make("cosine_restarts", "sgd(learning_rate: cosine_restarts(0.2, 3))", published(o.lr_scheduler.CosineAnnealingWarmRestarts, 3, 2)),
    make("cosine_restarts, equal periods", "sgd(learning_rate: cosine_restarts(0.2, 4, t_mul: 1))", published(o.lr_scheduler.CosineAnnealingWarmRestarts, 4)),
    make("cosine_restarts, falling", "sgd(learning_rate: cosine_restarts(0.2, 2, t_mul: 2, m_mul: 0.5, alpha: 0.1))", descent(restarts)),
    make("linear_warmup", "sgd(learning_rate: linear_warmup(0.2, 5, initial: 0.05))", published(o.lr_scheduler.LinearLR, 0.25, 1.0, 5)),
    make("step", "sgd(learning_rate: step(0.2, 3, gamma: 0.5))", published(o.lr_scheduler.StepLR, 3, 0.5)),
    make("one_cycle", "sgd(learning_rate: one_cycle(0.3, 10))", published(o.lr_scheduler.OneCycleLR, 0.3, 10, cycle_momentum=False)),
])
