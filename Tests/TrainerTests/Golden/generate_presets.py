"""Writes presets.json: names, shapes, fresh weights' range and spread, and outputs of PyTorch's twins of the presets.

    pip install torch numpy
    python generate_presets.py

The twins are those of Benchmarks/training/networks.py. For the outputs weights and inputs are made by a small hash, so that
no file has to hold them: element i of tensor k (in the state dict's order).
"""

import json
import pathlib
import sys

import numpy as np
import torch

sys.path.append(str(pathlib.Path(__file__).resolve().parents[3] / "Benchmarks/training"))
from networks import NETWORKS

torch.manual_seed(11)
torch.set_num_threads(1)

PRESETS = {"mlp": "mlp", "lenet": "lenet", "mnist-cnn": "mnist-cnn", "resnet": "resnet20", "wide-resnet": "wide-resnet"}


def noise(count, number):
    """Numbers in [-1, 1) of 32-bit arithmetic."""
    bits = (np.arange(count, dtype=np.uint64) * 2654435761 + number * 40503 + 1) & 0xFFFFFFFF
    bits = ((bits ^ bits >> 15) * 2246822519) & 0xFFFFFFFF
    bits = ((bits ^ bits >> 13) * 3266489917) & 0xFFFFFFFF
    return torch.from_numpy((bits ^ bits >> 16).astype(np.float64) * 2.0**-31 - 1)


def fill(network):
    for number, (name, tensor) in enumerate(network.state_dict().items()):
        if tensor.dtype == torch.int64:
            continue
        values = noise(tensor.numel(), number).reshape(tensor.shape)
        if tensor.ndim > 1:
            values *= 1.7 / (tensor.numel() / tensor.shape[0]) ** 0.5
        elif name.endswith("running_var"):
            values = 1 + 0.5 * values
        elif name.endswith(".weight"):
            values = 1 + 0.2 * values
        else:
            values *= 0.1
        tensor.copy_(values)


def case(preset, twin):
    make, shape = NETWORKS[twin]
    network = make()
    tensors = [{"name": name, "shape": list(tensor.shape), "largest": float(tensor.double().abs().max()),
                "deviation": float(tensor.double().std(unbiased=False)), "mean": float(tensor.double().mean())}
               for name, tensor in network.state_dict().items()]
    network = network.double().eval()
    fill(network)
    count = 2 * shape[0] * shape[1] * shape[2]
    with torch.no_grad():
        logits = network(noise(count, 1000).reshape(2, *shape))
    return {"preset": preset, "tensors": tensors, "logits": [float(f"{x:.9g}") for x in logits.flatten().tolist()]}


with open("presets.json", "w", encoding="utf-8") as file:
    json.dump({"torch": torch.__version__, "cases": [case(*pair) for pair in PRESETS.items()]}, file,
              separators=(",", ":"))
    file.write("\n")
