"""Trains the network of a revision with PyTorch: wgit's contract with other trainers, in full.

    wgit finetune main --branch torch --exec 'python3 train.py' --steps 200

Needs torch, numpy and safetensors. It goes on with the pre-training task: which of five pairs of clothes a picture shows.
"""

import gzip
import json
import os
import pathlib

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn

start = pathlib.Path(os.environ["WGIT_INIT"])
data = pathlib.Path(os.environ["WGIT_DATA"])
seed = int(os.environ["WGIT_SEED"])
steps = int(os.environ.get("WGIT_STEPS", 100))
progress = os.fdopen(3, "w", buffering=1)

torch.set_num_threads(int(os.environ["WGIT_THREADS"]))
torch.manual_seed(seed)


def read_idx(name):
    path = data / (name + ".gz")
    content = gzip.decompress(path.read_bytes()) if path.exists() else (data / name).read_bytes()
    sizes = np.frombuffer(content, ">i4", content[3], 4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * content[3]).reshape(sizes).copy()


def build(definition):
    modules = nn.Sequential()
    for index, layer in enumerate(definition["layers"]):
        arguments = {key: value for key, value in layer.items() if key not in ("name", "type")}
        modules.add_module(layer.get("name", str(index)), getattr(nn, layer["type"])(**arguments))
    return modules


definition = json.loads((start.parent / "network.json").read_text())
network = build(definition)
network.load_state_dict(load_file(start))
classes = definition["layers"][-1]["out_features"]

images = torch.from_numpy(read_idx("train-images-idx3-ubyte")).float()[:, None] / 255
labels = torch.from_numpy(read_idx("train-labels-idx1-ubyte")).long() % classes
held_out = len(images) // 10
order = torch.randperm(len(images) - held_out)

optimizer = torch.optim.Adam(network.parameters(), lr=float(os.environ.get("WGIT_LEARNING_RATE", 1e-3)))
for step in range(1, steps + 1):
    rows = order[torch.randint(len(order), (64,))]
    logits = network(images[rows])
    loss = nn.functional.cross_entropy(logits, labels[rows])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    accuracy = (logits.argmax(1) == labels[rows]).float().mean().item()
    print(json.dumps({"step": step, "steps": steps, "loss": loss.item(), "accuracy": accuracy}), file=progress)

with torch.no_grad():
    correct = (network(images[-held_out:]).argmax(1) == labels[-held_out:]).float().mean().item()
print(json.dumps({"metrics": {"validationAccuracy": correct}}), file=progress)
save_file(network.state_dict(), os.environ["WGIT_OUT"], metadata={"format": "pt"})
