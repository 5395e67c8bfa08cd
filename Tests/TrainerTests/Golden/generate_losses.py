"""Writes losses.json: the value and gradient of each loss as PyTorch computes them.

    pip install torch numpy
    python generate_losses.py
"""

import json

import torch
from torch.nn import functional as F

torch.manual_seed(11)
torch.set_num_threads(1)

N, C = 6, 4
logits = 3 * torch.randn(N, C)
labels = torch.tensor([0, 3, 1, 1, 2, 0])
one_hot = F.one_hot(labels, C).float()
mixed = 0.7 * one_hot + 0.3 * one_hot.roll(1, 0)
column = 3 * torch.randn(N, 1)
binary = torch.tensor([[1.0], [0.0], [0.0], [1.0], [1.0], [0.0]])
weights = [0.5, 2.0, 1.0, 0.25]

cross_entropy = "{name: cross-entropy"
cases = [
    ("cross-entropy", "cross-entropy", logits, one_hot, lambda z: F.cross_entropy(z, labels)),
    ("cross-entropy of mixed targets", "cross-entropy", logits, mixed, lambda z: F.cross_entropy(z, mixed)),
    ("cross-entropy, smoothed", cross_entropy + ", label-smoothing: 0.1}", logits, one_hot,
     lambda z: F.cross_entropy(z, labels, label_smoothing=0.1)),
    ("cross-entropy, weighted", cross_entropy + f", class-weights: {weights}}}", logits, one_hot,
     lambda z: F.cross_entropy(z, labels, weight=torch.tensor(weights))),
    ("cross-entropy, smoothed and weighted", cross_entropy + f", label-smoothing: 0.2, class-weights: {weights}}}",
     logits, one_hot, lambda z: F.cross_entropy(z, labels, weight=torch.tensor(weights), label_smoothing=0.2)),
    ("mse", "mse", logits, mixed, lambda z: F.mse_loss(z, mixed)),
    ("binary-cross-entropy", "binary-cross-entropy", column, binary,
     lambda z: F.binary_cross_entropy_with_logits(z, binary)),
    ("binary-cross-entropy of each class", "binary-cross-entropy", logits, mixed,
     lambda z: F.binary_cross_entropy_with_logits(z, mixed)),
]


def floats(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().double().flatten().tolist()]


def run(name, task, start, targets, function):
    z = start.clone().requires_grad_(True)
    loss = function(z)
    loss.backward()
    return {"name": name, "task": f"loss: {task}", "classes": start.shape[1], "logits": floats(start),
            "targets": floats(targets), "loss": loss.item(), "gradient": floats(z.grad)}


with open("losses.json", "w", encoding="utf-8") as file:
    json.dump({"torch": torch.__version__, "cases": [run(*case) for case in cases]}, file, separators=(",", ":"))
    file.write("\n")
