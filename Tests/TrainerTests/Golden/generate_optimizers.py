"""Writes optimizers.json: twenty steps of each optimizer, schedule, clipping and parameter group as PyTorch takes them.

    pip install torch numpy
    python generate_optimizers.py

Each case is what a task says and the PyTorch objects that mean the same.
"""

import json

import torch
from torch import nn
from torch.optim import SGD, Adam, AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, MultiStepLR, SequentialLR

torch.manual_seed(7)
torch.set_num_threads(1)

STEPS = 20


def floats(tensor):
    return [float(f"{x:.8g}") for x in tensor.detach().double().flatten().tolist()]


def tensors(named):
    return [{"name": n, "shape": list(t.shape), "values": floats(t)} for n, t in named]


def convolution(name, channels, filters):
    return {"name": name, "type": "Conv2d", "in_channels": channels, "out_channels": filters, "kernel_size": 3,
            "stride": 2, "padding": 1}


definition = {"format": "wgit-network", "version": 1, "input": [1, 8, 8], "head": "head", "layers": [
    convolution("conv1", 1, 3), {"type": "ReLU"}, convolution("conv2", 3, 4), {"type": "ReLU"}, {"type": "Flatten"},
    {"name": "head", "type": "Linear", "in_features": 16, "out_features": 3}]}


def make():
    modules = nn.Sequential()
    for index, layer in enumerate(definition["layers"]):
        arguments = {k: v for k, v in layer.items() if k not in ("name", "type")}
        modules.add_module(layer.get("name", f"layer{index}"), getattr(nn, layer["type"])(**arguments))
    return modules


def every(kind, **arguments):
    return lambda network: kind(network.parameters(), **arguments)


def groups(network):
    """Biases without decay, the first convolution at a tenth of the rate, the second not at all."""
    named = dict(network.named_parameters())
    frozen = [n for n in named if n.startswith("conv2.")]
    biases = [n for n in named if n.endswith(".bias") and n not in frozen]
    first = [n for n in named if n.startswith("conv1.") and n not in biases + frozen]
    rest = [n for n in named if n not in biases + first + frozen]
    return AdamW([
        {"params": [named[n] for n in biases], "weight_decay": 0},
        {"params": [named[n] for n in first], "lr": 2e-4},
        {"params": [named[n] for n in rest]}], lr=2e-3, weight_decay=0.1)


def warm_cosine(optimizer):
    warm = LinearLR(optimizer, start_factor=1 / 6, total_iters=5)
    return SequentialLR(optimizer, [warm, CosineAnnealingLR(optimizer, STEPS - 5, eta_min=0.1 * 0.05)], [5])


clip_norm = lambda network: nn.utils.clip_grad_norm_(network.parameters(), 0.5)
clip_value = lambda network: nn.utils.clip_grad_value_(network.parameters(), 0.02)

# Name, the task, the optimizer, the schedule if any, what is done to the gradients if anything.
cases = [
    ("sgd", "optimizer: {name: sgd, learning-rate: 0.05}", every(SGD, lr=0.05), None, None),
    ("sgd with momentum", "optimizer: {name: sgd, learning-rate: 0.05, momentum: 0.9, weight-decay: 0.01}",
     every(SGD, lr=0.05, momentum=0.9, weight_decay=0.01), None, None),
    ("sgd with Nesterov's momentum",
     "optimizer: {name: sgd, learning-rate: 0.05, momentum: 0.9, nesterov: true, weight-decay: 0.01}",
     every(SGD, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01), None, None),
    ("sgd with dampening", "optimizer: {name: sgd, learning-rate: 0.05, momentum: 0.8, dampening: 0.3}",
     every(SGD, lr=0.05, momentum=0.8, dampening=0.3), None, None),
    ("adam", "optimizer: {name: adam, learning-rate: 2e-3}", every(Adam, lr=2e-3), None, None),
    ("adam with weight decay", "optimizer: {name: adam, learning-rate: 2e-3, weight-decay: 0.1}",
     every(Adam, lr=2e-3, weight_decay=0.1), None, None),
    ("adam with other betas", "optimizer: {name: adam, learning-rate: 2e-3, beta1: 0.8, beta2: 0.95, eps: 1e-6}",
     every(Adam, lr=2e-3, betas=(0.8, 0.95), eps=1e-6), None, None),
    ("adamw", "optimizer: {name: adamw, learning-rate: 2e-3, weight-decay: 0.1}",
     every(AdamW, lr=2e-3, weight_decay=0.1), None, None),
    ("groups", "optimizer: {name: adamw, learning-rate: 2e-3, weight-decay: 0.1}\n"
     "groups: [{match: 'conv2.*', freeze: true}, {match: '*.bias', weight-decay: 0}, "
     "{match: 'conv1.*', learning-rate-scale: 0.1}]", groups, None, None),
    ("clipping by norm", "optimizer: {name: sgd, learning-rate: 0.05}\nclip: {norm: 0.5}",
     every(SGD, lr=0.05), None, clip_norm),
    ("clipping by value", "optimizer: {name: sgd, learning-rate: 0.05}\nclip: {value: 0.02}",
     every(SGD, lr=0.05), None, clip_value),
    ("cosine with warm-up",
     "optimizer: {name: sgd, learning-rate: 0.05}\nschedule: {name: cosine, minimum: 0.1, warm-up: 5}",
     every(SGD, lr=0.05), warm_cosine, None),
    ("linear", "optimizer: {name: sgd, learning-rate: 0.05}\nschedule: {name: linear, minimum: 0.2}",
     every(SGD, lr=0.05), lambda o: LinearLR(o, start_factor=1, end_factor=0.2, total_iters=STEPS), None),
    ("step", "optimizer: {name: sgd, learning-rate: 0.05}\nschedule: {name: step, at: [0.3, 0.6], factor: 0.5}",
     every(SGD, lr=0.05), lambda o: MultiStepLR(o, [6, 12], gamma=0.5), None),
]


def train(network, inputs, labels, build, schedule, clip):
    optimizer = build(network)
    scheduler = schedule(optimizer) if schedule else None
    losses = []
    for _ in range(STEPS):
        network.zero_grad()
        loss = nn.functional.cross_entropy(network(inputs), labels)
        loss.backward()
        if clip:
            clip(network)
        optimizer.step()
        if scheduler:
            scheduler.step()
        losses.append(loss.item())
    return losses


def run():
    start = make()
    inputs, labels = torch.randn(24, 1, 8, 8), torch.randint(0, 3, (24,))
    results = []
    for name, task, build, schedule, clip in cases:
        network = make()
        network.load_state_dict(start.state_dict())
        losses = train(network, inputs, labels, build, schedule, clip)
        results.append({"name": name, "task": task, "losses": losses,
                        "weights": tensors(network.named_parameters())})
    return {"torch": torch.__version__, "definition": definition, "weights": tensors(start.named_parameters()),
            "inputs": floats(inputs), "labels": labels.tolist(), "cases": results}


with open("optimizers.json", "w", encoding="utf-8") as file:
    json.dump(run(), file, separators=(",", ":"))
    file.write("\n")
