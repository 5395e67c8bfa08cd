"""Times training steps of `wgit finetune` and of PyTorch, side by side: the same networks, batches and threads, in turns.

    pip install torch numpy
    python3 run.py --wgit ../../.build/release/wgit --scratch SCRATCH --markdown training.md [--networks mlp lenet …]

wgit's samples/s are those it reports: steps with data loading, without evaluation. PyTorch has its batches in memory.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import struct
import subprocess
import time

import numpy as np
import torch
from torch import nn

from networks import NETWORKS

ROWS = 2048


def conv(inputs, outputs, kernel, **arguments):
    return {"type": "Conv2d", "in_channels": inputs, "out_channels": outputs, "kernel_size": kernel, **arguments}


def linear(inputs, outputs):
    return {"type": "Linear", "in_features": inputs, "out_features": outputs}


def cnn(width):
    wide = 2 * width
    layers = [conv(1, width, 3, padding=1), {"type": "ReLU"}, {"type": "GroupNorm", "num_groups": 8, "num_channels": width}]
    for channels, stride in [(width, 2), (wide, 1), (wide, 1)]:
        layers += [conv(channels, wide, 3, stride=stride, padding=1), {"type": "ReLU"},
                   {"type": "GroupNorm", "num_groups": 8, "num_channels": wide}]
    return layers + [{"type": "GlobalAvgPool"}, {"type": "Flatten"}, linear(wide, 10)]


def norm(channels):
    return {"type": "BatchNorm2d", "num_features": channels}


def resnet():
    layers = [conv(3, 16, 3, padding=1, bias=False), norm(16), {"type": "ReLU"}]
    inputs = 16
    for stage, width in enumerate([16, 32, 64]):
        for index in range(3):
            stride = 2 if stage and not index else 1
            block = {"type": "Residual", "layers": [
                conv(inputs, width, 3, stride=stride, padding=1, bias=False), norm(width), {"type": "ReLU"},
                conv(width, width, 3, padding=1, bias=False), norm(width)]}
            if stride != 1:
                block["shortcut"] = [conv(inputs, width, 1, stride=stride, bias=False), norm(width)]
            layers += [block, {"type": "ReLU"}]
            inputs = width
    return layers + [{"type": "GlobalAvgPool"}, linear(64, 10)]


relu, pool = {"type": "ReLU"}, {"type": "MaxPool2d", "kernel_size": 2}
LAYERS = {
    "mlp": [{"type": "Flatten"}, linear(784, 512), relu, linear(512, 512), relu, linear(512, 10)],
    "lenet": [conv(1, 16, 5), relu, pool, conv(16, 32, 5), relu, pool, {"type": "Flatten"}, linear(512, 128), relu,
              linear(128, 10)],
    "mnist-cnn": cnn(64), "mnist-cnn-quarter": cnn(16), "resnet20": resnet(),
}


def idx(path, array):
    with open(path, "wb") as file:
        file.write(bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes())


def project(arguments, name):
    folder = arguments.scratch / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    channels, height, width = NETWORKS[name][1]
    random = np.random.default_rng(0)
    shape = (ROWS, height, width) if channels == 1 else (ROWS, height, width, channels)
    idx(folder / "images", random.integers(0, 256, shape, dtype=np.uint8))
    idx(folder / "labels", random.integers(0, 10, ROWS, dtype=np.uint8))
    layers = LAYERS[name]
    definition = {"format": "wgit-network", "version": 1, "input": [channels, height, width],
                  "head": str(len(layers) - 1), "layers": layers}
    (folder / "network.json").write_text(json.dumps(definition))
    (folder / "data.yaml").write_text("{name: noise, format: idx, images: images, labels: labels, classes: 10}\n")
    wgit(arguments, folder, 1, "init", "-q")
    wgit(arguments, folder, 1, "network", "init", "network.json", "-q")
    wgit(arguments, folder, 1, "add", "model.safetensors", "network.json")
    wgit(arguments, folder, 1, "commit", "-m", "Start", "-q")
    return folder


def wgit(arguments, folder, threads, *words):
    environment = {**os.environ, "WGIT_THREADS": str(threads), "WGIT_AUTHOR_NAME": "b", "WGIT_AUTHOR_EMAIL": "b@b"}
    environment.pop("OPENBLAS_CORETYPE", None)
    return subprocess.run(
        [arguments.wgit, *words], cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout


def ours(arguments, folder, name, batch, threads, optimizer, steps):
    rule = "{name: sgd, learning-rate: 1e-3, momentum: 0.9}" if optimizer == "sgd" else "{name: adam, learning-rate: 1e-3}"
    (folder / "task.yaml").write_text(
        f"task: bench\ndata: data.yaml\nsteps: {steps}\nbatch: {batch}\noptimizer: {rule}\n"
        f"train: {{per-domain: {ROWS // 2}}}\n")
    lines = wgit(arguments, folder, threads, "finetune", "-t", "task.yaml", "-b", f"run{time.monotonic_ns()}", "--json",
                 "--data", str(folder)).splitlines()
    rates = [line["samplesPerSecond"] for line in map(json.loads, lines) if "samplesPerSecond" in line]
    return rates[-1]


def theirs(name, batch, threads, optimizer, steps):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    make, shape = NETWORKS[name]
    network = make()
    inputs, labels = torch.rand(batch, *shape), torch.randint(0, 10, (batch,))
    rule = (torch.optim.SGD(network.parameters(), lr=1e-3, momentum=0.9) if optimizer == "sgd"
            else torch.optim.Adam(network.parameters(), lr=1e-3))
    loss = nn.CrossEntropyLoss()
    for step in range(steps + 2):
        if step == 2:
            start = time.perf_counter()
        rule.zero_grad()
        loss(network(inputs), labels).backward()
        rule.step()
    return batch * steps / (time.perf_counter() - start)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wgit", type=lambda p: str(pathlib.Path(p).resolve()), required=True)
    parser.add_argument("--scratch", type=pathlib.Path, required=True)
    parser.add_argument("--markdown", type=pathlib.Path)
    parser.add_argument("--networks", nargs="*", default=list(LAYERS))
    parser.add_argument("--batches", nargs="*", type=int, default=[64, 256])
    parser.add_argument("--threads", nargs="*", type=int, default=[1, 2])
    parser.add_argument("--optimizers", nargs="*", default=["sgd", "adam"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.5, help="about how long PyTorch runs in each round")
    arguments = parser.parse_args()
    rows = ["| network | batch | threads | optimizer | wgit, samples/s | PyTorch | ratio |",
            "|---|---:|---:|---|---:|---:|---:|"]
    print("\n".join(rows), flush=True)
    for name in arguments.networks:
        folder = project(arguments, name)
        for batch in arguments.batches:
            for threads in arguments.threads:
                for optimizer in arguments.optimizers:
                    steps = max(2, int(arguments.seconds * theirs(name, batch, threads, optimizer, 2) / batch))
                    pairs = [(ours(arguments, folder, name, batch, threads, optimizer, steps),
                              theirs(name, batch, threads, optimizer, steps)) for _ in range(arguments.rounds)]
                    ratio = statistics.median(a / b for a, b in pairs)
                    mine, other = (statistics.median(x) for x in zip(*pairs))
                    rows.append(f"| {name} | {batch} | {threads} | {optimizer} | {mine:.0f} | {other:.0f} | {ratio:.2f} |")
                    print(rows[-1], flush=True)
    if arguments.markdown:
        arguments.markdown.write_text("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
