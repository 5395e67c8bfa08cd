"""Writes layers.json: outputs, losses and gradients of small networks as PyTorch computes them.

    pip install torch numpy
    python generate_layers.py

Each case is a network in wgit's definition format with its weights, a batch, and what PyTorch makes of them.
"""

import json

import torch
from torch import nn

torch.manual_seed(7)
torch.set_num_threads(1)


class Residual(nn.Module):
    """y = layers(x) + shortcut(x); names as wgit gives them."""

    def __init__(self, layers, shortcut=()):
        super().__init__()
        self.main = self.register(layers, "")
        self.short = self.register(shortcut, "shortcut.")

    def register(self, layers, prefix):
        modules = []
        for index, layer in enumerate(layers):
            module = self
            *path, last = layer.get("name", f"{prefix}{index}").split(".")
            for part in path:
                if part not in module._modules:
                    module.add_module(part, nn.Module())
                module = module._modules[part]
            module.add_module(last, build(layer))
            modules.append(module._modules[last])
        return modules

    def forward(self, x):
        main, short = x, x
        for module in self.main:
            main = module(main)
        for module in self.short:
            short = module(short)
        return main + short


def build(layer):
    arguments = {k: v for k, v in layer.items() if k not in ("name", "type")}
    return (Residual if layer["type"] == "Residual" else getattr(nn, layer["type"]))(**arguments)


def floats(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().double().flatten().tolist()]


def define(input_shape, layers):
    return {"format": "wgit-network", "version": 1, "input": input_shape, "head": layers[-1]["name"], "layers": layers}


def make(definition):
    modules = nn.Sequential()
    for index, layer in enumerate(definition["layers"]):
        modules.add_module(layer.get("name", str(index)), build(layer))
    return modules


def tensors(named):
    result = []
    for name, tensor in named:
        key = "integers" if tensor.dtype == torch.int64 else "values"
        values = tensor.flatten().tolist() if key == "integers" else floats(tensor)
        result.append({"name": name, "shape": list(tensor.shape), key: values})
    return result


def batch(definition, count):
    first, classes = definition["layers"][0], definition["layers"][-1]["out_features"]
    if first["type"] == "Embedding":
        inputs = torch.randint(0, first["num_embeddings"], (count, *definition["input"]))
    else:
        inputs = torch.randn(count, *definition["input"])
    return inputs, torch.randint(0, classes, (count,))


def gradient_case(name, definition, count, frozen=False):
    """Logits in evaluation; loss, gradients and buffers of one training step, with frozen statistics if asked for."""
    network = make(definition)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
        for key, buffer in network.named_buffers():
            if key.endswith("running_mean"):
                buffer.add_(0.1 * torch.randn_like(buffer))
            elif key.endswith("running_var"):
                buffer.mul_(1 + torch.rand_like(buffer))
            else:
                buffer.add_(7)
    inputs, labels = batch(definition, count)
    network.eval()
    weights = tensors(network.state_dict().items())
    logits = network(inputs)
    if not frozen:
        network.train()
    loss = nn.functional.cross_entropy(network(inputs), labels)
    loss.backward()
    return {
        "name": name, "definition": definition, "weights": weights, "inputs": floats(inputs), "labels": labels.tolist(),
        "logits": floats(logits), "frozen": frozen, "loss": loss.item(),
        "gradients": tensors((n, p.grad) for n, p in network.named_parameters()),
        "buffers": tensors(network.named_buffers()),
    }


def around(input_shape, layer, features):
    """The layer between a convolution, whose gradients show the layer's input gradient, and a head."""
    channels = input_shape[0]
    before = {"name": "before", "type": "Conv2d", "in_channels": channels, "out_channels": 4, "kernel_size": 1}
    head = {"name": "head", "type": "Linear", "in_features": features, "out_features": 3}
    return define(input_shape, [before, *layer, {"type": "Flatten"}, head])


def conv(**arguments):
    return {"name": "layer", "type": "Conv2d", "in_channels": 4, "out_channels": 5, **arguments}


def norm(channels=4, **arguments):
    return {"type": "BatchNorm2d", "num_features": channels, **arguments}


def plain(channels, outputs, **arguments):
    return {"type": "Conv2d", "in_channels": channels, "out_channels": outputs,
            **{"kernel_size": 3, "padding": 1, **arguments}}


def embedding(rows, layers, features, **arguments):
    return define([6], [
        {"type": "Embedding", "num_embeddings": rows, "embedding_dim": 5, **arguments}, *layers,
        {"name": "head", "type": "Linear", "in_features": features, "out_features": 3}])


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
    gradient_case("BatchNorm2d", around([2, 5, 4], [norm()], 80), 21),
    gradient_case("BatchNorm2d with other arguments", around(
        [2, 3, 3], [norm(momentum=0.3, eps=1e-3, affine=False)], 36), 9),
    gradient_case("BatchNorm2d averaging", around([2, 3, 3], [norm(momentum=None)], 36), 10),
    gradient_case("BatchNorm2d frozen", around([2, 5, 4], [norm()], 80), 11, frozen=True),
    gradient_case("Residual", around([2, 5, 4], [
        {"name": "block", "type": "Residual", "layers": [
            {"name": "conv1", **plain(4, 4)}, {"name": "bn1", **norm()}, {"type": "ReLU"}, plain(4, 4, bias=False)]},
        {"type": "ReLU"}], 80), 10),
    gradient_case("Residual with a shortcut", around([2, 6, 4], [
        {"name": "block", "type": "Residual", "layers": [plain(4, 6, stride=2), {"type": "ReLU"}, plain(6, 6)],
         "shortcut": [{"name": "downsample.0", **plain(4, 6, kernel_size=1, padding=0, stride=2)},
                      {"name": "downsample.1", **norm(6)}]},
        {"type": "ReLU"}], 36), 10),
    gradient_case("Residual in Residual", around([2, 4, 4], [
        {"name": "outer", "type": "Residual", "layers": [
            {"type": "Residual", "layers": [{"type": "ReLU"}, plain(4, 4)]},
            {"type": "Residual", "layers": [plain(4, 4)], "shortcut": [plain(4, 4, kernel_size=1, padding=0)]}]}],
        64), 5),
    gradient_case("Conv2d rectangular, strided and dilated", around([2, 9, 8], [conv(
        kernel_size=[3, 2], stride=[2, 3], padding=[2, 1], dilation=[2, 1])], 5 * 5 * 3), 7),
    gradient_case("Conv2d with a stride beyond its kernel", around([2, 7, 7], [conv(kernel_size=1, stride=2)], 80), 4),
    gradient_case("Conv2d in groups", around([2, 6, 5], [{
        **conv(kernel_size=3, padding=1, groups=2), "out_channels": 6}], 6 * 6 * 5), 5),
    gradient_case("Conv2d depthwise", around([2, 6, 5], [{
        **conv(kernel_size=3, padding=1, stride=2, groups=4), "out_channels": 4}], 4 * 3 * 3), 6),
    gradient_case("Conv2d of many channels", around([2, 5, 5], [
        {"name": "wide", "type": "Conv2d", "in_channels": 4, "out_channels": 37, "kernel_size": 3, "padding": 1},
        {"name": "narrow", "type": "Conv2d", "in_channels": 37, "out_channels": 3, "kernel_size": 3, "padding": 1}],
        75), 3),
    gradient_case("Linear with ReLU", define([9], [
        {"type": "Linear", "in_features": 9, "out_features": 20}, {"type": "ReLU"},
        {"name": "head", "type": "Linear", "in_features": 20, "out_features": 3}]), 41),
    *[gradient_case(name, around([2, 4, 3], [layer], 48), 6) for name, layer in {
        "ReLU6": {"type": "ReLU6"}, "GELU": {"type": "GELU"}, "GELU by tanh": {"type": "GELU", "approximate": "tanh"},
        "SiLU": {"type": "SiLU"}, "Tanh": {"type": "Tanh"},
        "LayerNorm of images": {"type": "LayerNorm", "normalized_shape": [4, 4, 3]},
        "GroupNorm without parameters": {
            "type": "GroupNorm", "num_groups": 2, "num_channels": 4, "affine": False, "eps": 0.01},
    }.items()],
    gradient_case("LayerNorm of features", define([6], [
        {"type": "Linear", "in_features": 6, "out_features": 20}, {"type": "LayerNorm", "normalized_shape": [20]},
        {"name": "head", "type": "Linear", "in_features": 20, "out_features": 3}]), 11),
    gradient_case("AvgPool2d", around([2, 6, 6], [{"type": "AvgPool2d", "kernel_size": 2}], 36), 6),
    gradient_case("AvgPool2d with overlap and padding", around(
        [2, 6, 7], [{"type": "AvgPool2d", "kernel_size": [3, 2], "stride": 2, "padding": 1}], 4 * 3 * 4), 6),
    gradient_case("MaxPool2d rectangular", around(
        [2, 6, 7], [{"type": "MaxPool2d", "kernel_size": [2, 3], "stride": [2, 1]}], 4 * 3 * 5), 6),
    gradient_case("Embedding", embedding(7, [{"type": "Flatten"}], 30), 9),
    gradient_case("Embedding with a padding row and every id many times", embedding(3, [{"type": "Flatten"}], 30,
                                                                                  padding_idx=1), 12),
    gradient_case("Embedding and layers at each position", embedding(11, [
        {"type": "Linear", "in_features": 5, "out_features": 8}, {"type": "GELU"},
        {"type": "LayerNorm", "normalized_shape": [8]}, {"type": "Flatten"}], 48, padding_idx=10), 8),
]

with open("layers.json", "w", encoding="utf-8") as file:
    json.dump({"torch": torch.__version__, "cases": gradient_cases}, file, separators=(",", ":"))
    file.write("\n")
