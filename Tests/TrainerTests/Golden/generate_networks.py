"""Writes networks.json: losses and gradients as PyTorch computes them.

    pip install torch numpy
    python generate_networks.py

Each case is a small network in wgit's definition format with its weights, a batch, and what PyTorch makes of them.
"""

import json

import torch
from torch import nn

torch.manual_seed(7)
torch.set_num_threads(1)


def build(layer):
    arguments = {k: v for k, v in layer.items() if k not in ("name", "type")}
    return getattr(nn, layer["type"])(**arguments)


def floats(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().double().flatten().tolist()]


def define(input_shape, layers):
    return {"format": "wgit-network", "version": 1, "input": input_shape, "head": layers[-1]["name"], "layers": layers}


def make(definition):
    modules = nn.Sequential()
    for index, layer in enumerate(definition["layers"]):
        modules.add_module(layer.get("name", f"layer{index}"), build(layer))
    return modules


def tensors(named):
    return [{"name": n, "shape": list(t.shape), "values": floats(t)} for n, t in named]


def batch(definition, count):
    classes = definition["layers"][-1]["out_features"]
    return torch.randn(count, *definition["input"]), torch.randint(0, classes, (count,))


def gradient_case(name, definition, count):
    network = make(definition)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    inputs, labels = batch(definition, count)
    inputs.requires_grad_(True)
    logits = network(inputs)
    loss = nn.functional.cross_entropy(logits, labels)
    loss.backward()
    return {
        "name": name, "definition": definition, "weights": tensors(network.named_parameters()),
        "inputs": floats(inputs), "labels": labels.tolist(), "logits": floats(logits), "loss": loss.item(),
        "gradients": tensors((n, p.grad) for n, p in network.named_parameters()),
    }


def around(input_shape, layer, features):
    """The layer between a convolution, whose gradients show the layer's input gradient, and a head."""
    channels = input_shape[0]
    before = {"name": "before", "type": "Conv2d", "in_channels": channels, "out_channels": 4, "kernel_size": 1}
    head = {"name": "head", "type": "Linear", "in_features": features, "out_features": 3}
    return define(input_shape, [before, *layer, {"type": "Flatten"}, head])


def conv(**arguments):
    return {"name": "layer", "type": "Conv2d", "in_channels": 4, "out_channels": 5, **arguments}


gradient_cases = [
    gradient_case("Linear", define([6], [
        {"name": "first", "type": "Linear", "in_features": 6, "out_features": 5},
        {"name": "head", "type": "Linear", "in_features": 5, "out_features": 3, "bias": False}]), 11),
    gradient_case("Conv2d", around([2, 6, 7], [conv(kernel_size=3)], 5 * 4 * 5), 5),
    gradient_case("Conv2d with stride and padding",
                  around([2, 7, 6], [conv(kernel_size=3, stride=2, padding=1)], 5 * 4 * 3), 9),
    gradient_case("Conv2d with padding wider than its kernel's reach",
                  around([2, 4, 5], [conv(kernel_size=2, stride=3, padding=2, bias=False)], 5 * 3 * 3), 3),
    gradient_case("ReLU", around([2, 4, 4], [{"type": "ReLU"}], 64), 6),
    gradient_case("ReLU after ReLU", around([2, 4, 4], [{"type": "ReLU"}, {"type": "ReLU"}], 64), 6),
    gradient_case("MaxPool2d", around([2, 6, 6], [{"type": "MaxPool2d", "kernel_size": 2}], 36), 6),
    gradient_case("MaxPool2d with overlap and padding", around(
        [2, 6, 7], [{"type": "MaxPool2d", "kernel_size": 3, "stride": 2, "padding": 1}], 4 * 3 * 4), 6),
    gradient_case("GroupNorm", around(
        [2, 5, 4], [{"name": "layer", "type": "GroupNorm", "num_groups": 2, "num_channels": 4}], 80), 6),
]

def write(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, separators=(",", ":"))
        file.write("\n")


write("networks.json", {"torch": torch.__version__, "cases": gradient_cases})
