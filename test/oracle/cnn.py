#!/usr/bin/env python3
"""The reference CNN: ten steps of Adam on batches of 32 synthetic images, from start weights given by formula."""
import torch
import torch.nn.functional as F

from oracle import Published, case, classes, numbers, write

SOURCE = """
model Cnn {
  input  image: f32[28, 28, 1]
  target label: class[10]
  let logits = image
    -> conv2d(32, 3) as first -> relu -> max_pool2d(2)
    -> conv2d(64, 3) as second -> relu -> max_pool2d(2)
    -> flatten -> dense(128) as hidden -> relu -> dense(10) as head
  output digit = softmax(logits)
  loss cross_entropy(digit, label)
  optimizer adam(learning_rate: 1e-3)
  train { batch: 32 }
}
"""


def forward(p, x, training):
    y = x["image"].permute(0, 3, 1, 2)
    for name in ("first", "second"):
        y = F.conv2d(y, p[f"{name}.kernel"].permute(3, 2, 0, 1), p[f"{name}.bias"])
        y = F.max_pool2d(F.relu(y), 2)
    y = y.permute(0, 2, 3, 1).reshape(y.shape[0], -1)
    y = F.relu(y @ p["hidden.kernel"] + p["hidden.bias"])
    return {"digit": F.softmax(y @ p["head.kernel"] + p["head.bias"], -1)}


parameters = {
    "first.kernel": numbers(1, [3, 3, 1, 32], 0.14),
    "first.bias": numbers(2, [32], 0.01),
    "second.kernel": numbers(3, [3, 3, 32, 64], 0.083),
    "second.bias": numbers(4, [64], 0.01),
    "hidden.kernel": numbers(5, [1600, 128], 0.059),
    "hidden.bias": numbers(6, [128], 0.01),
    "head.kernel": numbers(7, [128, 10], 0.2),
    "head.bias": numbers(8, [10], 0.01),
}
data = {"image": numbers(11, [32, 28, 28, 1], 0.5, 0.5), "label": classes(12, [32], 10)}


def make(dtype):
    return case(
        "reference cnn", SOURCE, parameters, data, forward,
        lambda out, x, p: F.nll_loss(torch.log(out["digit"]), x["label"]),
        Published(lambda q: torch.optim.Adam(q, 1e-3, eps=1e-7)), steps=10, fresh=True, tolerance=1e-4, dtype=dtype,
    )


if __name__ == "__main__":
    wide, narrow = make(torch.float64), make(torch.float32)
    print("losses, 64 bits:", wide["expected"]["losses"])
    print("losses, 32 bits:", narrow["expected"]["losses"])
    for path in parameters:
        a, b = (c["expected"]["parameters"][path]["values"] for c in (wide, narrow))
        print(path, "largest difference between 64 and 32 bits in the samples:", max(abs(u - v) for u, v in zip(a, b)))
    write("cnn", [wide])
