"""Writes runs.json: whole training runs as PyTorch (and for LoRA Hugging Face PEFT) makes them.

    pip install torch numpy peft
    python generate_runs.py

Each case is what a task says and the weights that it leaves. The rows of each batch, the mixtures of mixup and the first
factors of LoRA are drawn as wgit draws them: by its counter-based generator, written down here a second time. The
objectives are written down from the papers' formulas (named in Sources/Trainer/Algorithms), with DomainBed's conventions.
"""

import itertools
import json
import math

import numpy as np
import peft
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

torch.manual_seed(3)
torch.set_num_threads(1)

SEED, STEPS, CLASSES, DOMAINS, PER_DOMAIN = 9, 6, 3, 4, 10
MASK = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15


class CounterRandom:
    def __init__(self, seed, stream):
        number = 0xCBF29CE484222325
        for byte in stream.encode():
            number = ((number ^ byte) * 0x100000001B3) & MASK
        self.key0 = self.mix((seed + GAMMA) & MASK)
        self.key1 = self.mix(number ^ ((self.key0 << 32 | self.key0 >> 32) & MASK))

    @staticmethod
    def mix(x):
        x = ((x ^ x >> 30) * 0xBF58476D1CE4E5B9) & MASK
        x = ((x ^ x >> 27) * 0x94D049BB133111EB) & MASK
        return x ^ x >> 31

    def bits(self, index):
        return self.mix(self.mix((self.key0 + GAMMA * index) & MASK) ^ self.key1)

    def uniform(self, index):
        return (self.bits(index) >> 11) * 2.0**-53

    def normal(self, index):
        return math.sqrt(-2 * math.log(1 - self.uniform(2 * index))) * math.cos(
            2 * math.pi * self.uniform(2 * index + 1))

    def permutation(self, count):
        order = list(range(count))
        for index in range(count - 1, 0, -1):
            other = self.bits(index) * (index + 1) >> 64
            order[index], order[other] = order[other], order[index]
        return order


def beta(parameter, random):
    """Beta(a, a) from two gammas by Marsaglia and Tsang, their logarithms."""
    index = 0

    def log_gamma():
        nonlocal index
        boost = math.log(1 - random.uniform(index)) / parameter
        index += 1
        d = parameter + 2 / 3
        while True:
            index += index % 2
            normal = random.normal(index // 2)
            uniform = 1 - random.uniform(index + 2)
            index += 3
            root = 1 + normal / math.sqrt(9 * d)
            if root > 0 and math.log(uniform) < normal**2 / 2 + d * (1 - root**3 + 3 * math.log(root)):
                return math.log(d) + 3 * math.log(root) + boost

    first, second = log_gamma(), log_gamma()
    return 1 / (1 + math.exp(second - first))


# The data: every fourth image in a domain, turned by 0, 90, 180 or 270 degrees.
pixels = np.random.default_rng(1).integers(0, 256, (DOMAINS * PER_DOMAIN, 8, 8)).astype(np.uint8)
file_labels = np.random.default_rng(2).integers(0, CLASSES, DOMAINS * PER_DOMAIN)
rows = [(np.rot90(pixels[i], d), file_labels[i]) for d in range(DOMAINS) for i in range(d, len(pixels), DOMAINS)]
images = torch.tensor(np.stack([image for image, _ in rows])).float()[:, None] / 255
labels = torch.tensor([int(label) for _, label in rows])


def convolution(name, channels, filters):
    return {"name": name, "type": "Conv2d", "in_channels": channels, "out_channels": filters, "kernel_size": 3,
            "stride": 2, "padding": 1}


definition = {"format": "wgit-network", "version": 1, "input": [1, 8, 8], "head": "head", "layers": [
    convolution("conv1", 1, 3), {"type": "ReLU"}, convolution("conv2", 3, 4), {"type": "ReLU"}, {"type": "Flatten"},
    {"name": "head", "type": "Linear", "in_features": 16, "out_features": CLASSES}]}


def make():
    modules = nn.Sequential()
    for index, layer in enumerate(definition["layers"]):
        arguments = {k: v for k, v in layer.items() if k not in ("name", "type")}
        modules.add_module(layer.get("name", f"layer{index}"), getattr(nn, layer["type"])(**arguments))
    return modules


start = make()
with torch.no_grad():
    # Larger than the default, so that the features tell the domains apart.
    for parameter in start.parameters():
        parameter.mul_(2)


def batch_rows(stream, count, size, step):
    """The rows that a batch takes from epochs laid end to end."""
    taken = []
    for position in range(step * size, (step + 1) * size):
        epoch, offset = divmod(position, count)
        taken.append(CounterRandom(SEED, f"{stream}/{epoch}").permutation(count)[offset])
    return taken


def minibatches(step, size):
    one_hot = F.one_hot(labels, CLASSES).float()
    result = []
    for domain in range(DOMAINS):
        chosen = [domain * PER_DOMAIN + row for row in batch_rows(f"batches/domain {domain}", PER_DOMAIN, size, step)]
        result.append((images[chosen], one_hot[chosen]))
    return result


def mixed(parts, step):
    order = CounterRandom(SEED, f"mixup/order/{step}").permutation(len(parts))
    result = []
    for index, first in enumerate(order):
        second = order[(index + 1) % len(order)]
        share = beta(0.2, CounterRandom(SEED, f"mixup/share/{step}/{index}"))
        result.append(tuple(share * a + (1 - share) * b for a, b in zip(parts[first], parts[second])))
    return result


# Objectives: from the risks, logits, targets and features of each domain, at a step.
def over_pairs(features, distance):
    return torch.stack([distance(a, b) for a, b in itertools.combinations(features, 2)]).mean()


def coral_distance(a, b):
    return (a.mean(0) - b.mean(0)).pow(2).mean() + (torch.cov(a.T) - torch.cov(b.T)).pow(2).mean()


def mmd_distance(a, b):
    def kernel(x, y):
        squares = (x[:, None] - y[None]).pow(2).sum(-1)
        return sum(torch.exp(-(10.0**power) * squares) for power in range(-3, 4)).mean()
    return kernel(a, a) + kernel(b, b) - 2 * kernel(a, b)


def irm_penalty(z, t):
    def derivative(z, t):
        scale = torch.ones((), requires_grad=True)
        return torch.autograd.grad(F.cross_entropy(z * scale, t), scale, create_graph=True)[0]
    return derivative(z[::2], t[::2]) * derivative(z[1::2], t[1::2])


class GroupDRO:
    def __init__(self):
        self.q = torch.ones(DOMAINS)

    def __call__(self, risks, logits, targets, features, step):
        self.q = self.q * torch.exp(0.5 * risks.detach())
        self.q = self.q / self.q.sum()
        return self.q @ risks


def annealed(step, before):
    return 10 if step >= 3 else before


algorithms = {
    "erm": (lambda: lambda r, z, t, x, s: r.mean(), ""),
    "mixup": (lambda: lambda r, z, t, x, s: r.mean(), ""),
    "coral": (lambda: lambda r, z, t, x, s: r.mean() + over_pairs(x, coral_distance), ""),
    "mmd": (lambda: lambda r, z, t, x, s: r.mean() + over_pairs(x, mmd_distance), ""),
    "groupdro": (GroupDRO, ", eta: 0.5"),
    "vrex": (lambda: lambda r, z, t, x, s: r.mean() + annealed(s, 1) * r.var(unbiased=False),
             ", lambda: 10, anneal-steps: 3"),
    "irm": (lambda: lambda r, z, t, x, s: r.mean() + annealed(s, 1) * torch.stack(
        [irm_penalty(a, b) for a, b in zip(z, t)]).mean(), ", lambda: 10, anneal-steps: 3"),
    "sd": (lambda: lambda r, z, t, x, s: r.mean() + 0.1 * torch.cat(z).pow(2).mean(), ""),
    "ib-erm": (lambda: lambda r, z, t, x, s: r.mean() + annealed(s, 0) * torch.stack([a.var(0).mean() for a in x]).mean(),
               ", lambda: 10, anneal-steps: 3"),
}


def floats(tensor):
    return [float(f"{x:.8g}") for x in tensor.detach().double().flatten().tolist()]


def tensors(named):
    return [{"name": n, "shape": list(t.shape), "values": floats(t)} for n, t in named]


def copy():
    network = make()
    network.load_state_dict(start.state_dict())
    return network


def algorithm_case(name, objective, settings):
    network = copy()
    adam = lambda: torch.optim.Adam(network.parameters(), lr=1e-2)
    optimizer, evaluate, size = adam(), objective(), 4
    for step in range(STEPS):
        parts = minibatches(step, size)
        if name == "mixup":
            parts = mixed(parts, step)
        features = network[:-1](torch.cat([x for x, _ in parts]))
        logits, targets = network[-1](features).split(size), [t for _, t in parts]
        risks = torch.stack([F.cross_entropy(z, t) for z, t in zip(logits, targets)])
        if "anneal" in settings and step == 3:
            optimizer = adam()
        optimizer.zero_grad()
        evaluate(risks, logits, targets, features.split(size), step).backward()
        optimizer.step()
    return {"name": name, "weights": tensors(network.named_parameters()),
            "task": f"batch: {size}\noptimizer: {{name: adam, learning-rate: 1e-2}}\n"
                    f"algorithm: {{name: {name}{settings}}}"}


def steps(network, optimizer, after=lambda step: None):
    for step in range(STEPS):
        chosen = batch_rows("batches", len(rows), 12, step)
        optimizer.zero_grad()
        F.cross_entropy(network(images[chosen]), labels[chosen]).backward()
        optimizer.step()
        after(step + 1)


def average_case(name, average, wants):
    network = copy()
    averaged = average(network)
    steps(network, torch.optim.SGD(network.parameters(), lr=0.5),
          lambda step: averaged.update_parameters(network) if wants(step) else None)
    return {"name": f"average {name}", "weights": tensors(averaged.module.named_parameters()),
            "task": f"batch: 12\noptimizer: {{name: sgd, learning-rate: 0.5}}\naverage: {name}"}


def lora_case(targets, pattern, is_merged):
    configuration = peft.LoraConfig(r=2, lora_alpha=6, target_modules=targets, lora_dropout=0)
    network = peft.get_peft_model(copy(), configuration)
    for name, parameter in network.named_parameters():
        if ".lora_A." in name:
            layer = name.split(".lora_A")[0].removeprefix("base_model.model.")
            random = CounterRandom(SEED, f"{layer}.lora_A.weight")
            bound = 1 / math.sqrt(parameter[0].numel())
            values = [(2 * random.uniform(i) - 1) * bound for i in range(parameter.numel())]
            parameter.data = torch.tensor(values, dtype=torch.float64).reshape(parameter.shape).float()
        if ".head." in name and "head" not in targets:
            parameter.requires_grad = True
    steps(network, torch.optim.Adam([p for p in network.parameters() if p.requires_grad], lr=1e-2))
    adapter = [(n, t) for n, t in peft.get_peft_model_state_dict(network).items()]
    base = network.unload() if not is_merged else network.merge_and_unload()
    return {"name": f"LoRA on {pattern}{', merged' if is_merged else ''}", "weights": tensors(base.named_parameters()),
            "adapter": [] if is_merged else tensors(adapter),
            "task": f"batch: 12\noptimizer: {{name: adam, learning-rate: 1e-2}}\nmerge-lora: {str(is_merged).lower()}\n"
                    f"lora: {{rank: 2, alpha: 6, targets: '{pattern}'}}"}


def run():
    cases = [algorithm_case(name, *what) for name, what in algorithms.items()]
    mean = lambda network: AveragedModel(network, use_buffers=True)
    ema = lambda network: AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(0.8), use_buffers=True)
    cases += [
        average_case("{method: swa, from: 0.5, every: 2}", mean, lambda step: step in (4, 6)),
        average_case("{method: last-k, count: 3, every: 1}", mean, lambda step: step >= 4),
        average_case("{method: ema, decay: 0.8}", ema, lambda step: True),
        lora_case(["conv1", "conv2"], "conv*", False), lora_case(["conv2", "head"], "[ch]*[2d]", False),
        lora_case(["conv1", "conv2"], "conv*", True),
    ]
    return {"torch": torch.__version__, "peft": peft.__version__, "seed": SEED, "steps": STEPS,
            "definition": definition, "weights": tensors(start.named_parameters()),
            "pixels": pixels.flatten().tolist(), "labels": file_labels.tolist(), "cases": cases}


with open("runs.json", "w", encoding="utf-8") as file:
    json.dump(run(), file, separators=(",", ":"))
    file.write("\n")
