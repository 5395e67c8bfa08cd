"""Writes algorithms.json: the objective of each algorithm and its gradients by logits and features, by PyTorch.

    pip install torch numpy
    python generate_algorithms.py

The objectives are written down from the papers' formulas (named in Sources/Trainer/Algorithms), with DomainBed's
conventions: one minibatch for each domain, its default hyper-parameters. Computed in float64.
"""

import itertools
import json

import torch
from torch.nn import functional as F

torch.manual_seed(5)
torch.set_num_threads(1)

DOMAINS, ROWS, CLASSES, FEATURES = 3, 5, 4, 6
logits = 2 * torch.randn(DOMAINS * ROWS, CLASSES, dtype=torch.float64)
features = torch.randn(DOMAINS * ROWS, FEATURES, dtype=torch.float64) * torch.linspace(0.3, 1.5, DOMAINS * ROWS)[:, None]
labels = torch.randint(0, CLASSES, (DOMAINS * ROWS,))
targets = F.one_hot(labels, CLASSES).double()
mixed = 0.8 * targets + 0.2 * targets.roll(ROWS, 0)


def parts(tensor):
    return tensor.split(ROWS)


def risks(z, t):
    return torch.stack([F.cross_entropy(a, b) for a, b in zip(parts(z), parts(t))])


def erm(z, x, t):
    return F.cross_entropy(z, t)


def mean_risk(z, x, t):
    return risks(z, t).mean()


def over_pairs(x, distance):
    return torch.stack([distance(a, b) for a, b in itertools.combinations(parts(x), 2)]).mean()


def coral(gamma):
    def distance(a, b):
        return (a.mean(0) - b.mean(0)).pow(2).mean() + (torch.cov(a.T) - torch.cov(b.T)).pow(2).mean()
    return lambda z, x, t: risks(z, t).mean() + gamma * over_pairs(x, distance)


def mmd(gamma):
    def kernel(a, b):
        squares = (a[:, None] - b[None]).pow(2).sum(-1)
        return sum(torch.exp(-(10.0 ** power) * squares) for power in range(-3, 4)).mean()

    def distance(a, b):
        return kernel(a, a) + kernel(b, b) - 2 * kernel(a, b)
    return lambda z, x, t: risks(z, t).mean() + gamma * over_pairs(x, distance)


class GroupDRO:
    def __init__(self, eta):
        self.q, self.eta = torch.ones(DOMAINS, dtype=torch.float64), eta

    def __call__(self, z, x, t):
        each = risks(z, t)
        self.q = self.q * torch.exp(self.eta * each.detach())
        self.q = self.q / self.q.sum()
        return self.q @ each


def vrex(weight):
    return lambda z, x, t: risks(z, t).mean() + weight * risks(z, t).var(unbiased=False)


def irm(weight):
    def derivative(z, t):
        scale = torch.ones((), dtype=torch.float64, requires_grad=True)
        return torch.autograd.grad(F.cross_entropy(z * scale, t), scale, create_graph=True)[0]

    def penalty(z, t):
        return derivative(z[::2], t[::2]) * derivative(z[1::2], t[1::2])
    return lambda z, x, t: (risks(z, t) + weight * torch.stack(
        [penalty(a, b) for a, b in zip(parts(z), parts(t))])).mean()


def sd(weight):
    return lambda z, x, t: F.cross_entropy(z, t) + weight * z.pow(2).mean()


def ib_erm(weight):
    return lambda z, x, t: (risks(z, t) + weight * torch.stack([a.var(0).mean() for a in parts(x)])).mean()


# Name, the steps to take one after the other, what they compute, the targets.
cases = [
    ("erm", [0], erm, targets), ("mixup", [0], mean_risk, mixed), ("coral", [0], coral(1), targets),
    ("mmd", [0], mmd(1), targets), ("groupdro", [0, 1, 2], GroupDRO(1e-2), targets),
    ("vrex", [499], vrex(1), targets), ("vrex", [500], vrex(10), targets), ("irm", [499], irm(1), targets),
    ("irm", [500], irm(100), targets), ("sd", [0], sd(0.1), targets), ("ib-erm", [499], ib_erm(0), targets),
    ("ib-erm", [500], ib_erm(100), targets),
]


def floats(tensor):
    return [float(f"{x:.9g}") for x in tensor.flatten().tolist()]


def evaluate(function, t):
    # As the trainer sees them: rounded to f32.
    z, x, t = (tensor.float().double().requires_grad_(True) for tensor in (logits, features, t))
    objective = function(z, x, t)
    by_logits, by_features = torch.autograd.grad(objective, [z, x], allow_unused=True)
    return {"objective": objective.item(), "logitGradient": floats(by_logits),
            "featureGradient": floats(torch.zeros_like(x) if by_features is None else by_features)}


def run(name, steps, function, t):
    return {"algorithm": name, "targets": floats(t.float().double()),
            "steps": [{"step": step, **evaluate(function, t)} for step in steps]}


with open("algorithms.json", "w", encoding="utf-8") as file:
    json.dump({"torch": torch.__version__, "minibatchSizes": [ROWS] * DOMAINS,
               "logits": floats(logits.float().double()), "features": floats(features.float().double()),
               "cases": [run(*case) for case in cases]}, file, separators=(",", ":"))
    file.write("\n")
