"""Trains DomainBed's MNIST_CNN on MNIST's files by `wgit finetune` and by PyTorch with one recipe, and shows the accuracy on the
10 000 test images along the way.

    pip install torch numpy
    python3 accuracy.py --wgit ../../.build/release/wgit --data FOLDER --scratch SCRATCH --steps 1876 --every 134 \
        --markdown accuracy.md

FOLDER holds the four files of MNIST or Fashion-MNIST, `.gz`. Batches of 64 of all 60 000 images in random order, pixels
from 0 to 1, Adam; `--cosine` lets the learning rate fall to zero.
"""

import argparse
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import time

import numpy as np
import torch
from torch import nn

from networks import mnist_cnn

TRAIN, TEST, BATCH = 60000, 10000, 64
NAMES = [("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
         ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")]


def ours(arguments):
    """Accuracies by step; the test images are the validation rows."""
    folder = arguments.scratch / "project"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    images, labels = ("[" + ", ".join(names) + "]" for names in zip(*NAMES))
    (folder / "data.yaml").write_text(f"name: digits\nformat: idx\nimages: {images}\nlabels: {labels}\nclasses: 10\n")
    schedule = "schedule: {name: cosine, minimum: 0}\n" if arguments.cosine else ""
    (folder / "task.yaml").write_text(
        f"task: digits\ndata: data.yaml\ntrain: {{per-domain: {TRAIN}}}\n"
        f"validation: {{per-domain: {TEST}, every: {arguments.every}}}\nsteps: {arguments.steps}\nbatch: {BATCH}\n"
        f"optimizer: {{name: adam, learning-rate: {arguments.learning_rate}}}\n{schedule}")
    environment = {**os.environ, "WGIT_THREADS": str(arguments.threads), "WGIT_AUTHOR_NAME": "b",
                   "WGIT_AUTHOR_EMAIL": "b@b"}

    def wgit(*words):
        return subprocess.run([arguments.wgit, *words], cwd=folder, env=environment, check=True, capture_output=True,
                              text=True).stdout

    wgit("init", "-q")
    wgit("network", "new", "mnist-cnn", "-q")
    wgit("network", "init", "network.json", "--seed", str(arguments.seed), "-q")
    wgit("add", ".")
    wgit("commit", "-qm", "Start")
    start = time.perf_counter()
    wgit("finetune", "-t", "task.yaml", "-b", "run", "--seed", str(arguments.seed), "--data",
         str(arguments.data.resolve()), "-q")
    seconds = time.perf_counter() - start
    curve = json.loads(wgit("show", "run", "--json"))["recipe"]["details"]["validation"]
    return dict(zip(curve["steps"], curve["accuracies"])), seconds


def read(path):
    data = gzip.open(path).read()
    rank = data[3]
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(rank)]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def theirs(arguments):
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    (x, y), (x_test, y_test) = [
        (torch.from_numpy(read(arguments.data / a).astype(np.float32))[:, None] / 255,
         torch.from_numpy(read(arguments.data / b).astype(np.int64))) for a, b in NAMES]
    network = mnist_cnn()
    optimizer = torch.optim.Adam(network.parameters(), lr=arguments.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, arguments.steps) if arguments.cosine else None
    loss, order, accuracies = nn.CrossEntropyLoss(), torch.empty(0, dtype=torch.long), {}
    start = time.perf_counter()
    for step in range(1, arguments.steps + 1):
        if len(order) < BATCH:
            order = torch.cat([order, torch.randperm(TRAIN)])
        rows, order = order[:BATCH], order[BATCH:]
        optimizer.zero_grad()
        loss(network(x[rows]), y[rows]).backward()
        optimizer.step()
        if schedule:
            schedule.step()
        if step % arguments.every == 0:
            with torch.no_grad():
                told = torch.cat([network(part).argmax(1) for part in x_test.split(250)])
            accuracies[step] = (told == y_test).double().mean().item()
    return accuracies, time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wgit", type=lambda p: str(pathlib.Path(p).resolve()), required=True)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--scratch", type=pathlib.Path, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--every", type=int, required=True)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--cosine", action="store_true")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--markdown", type=pathlib.Path)
    arguments = parser.parse_args()
    mine, my_seconds = ours(arguments)
    print("wgit", my_seconds, mine, flush=True)
    other, their_seconds = theirs(arguments)
    rows = ["| step | wgit, % | PyTorch, % |", "|---:|---:|---:|"]
    rows += [f"| {step} | {100 * mine[step]:.2f} | {100 * other[step]:.2f} |" for step in sorted(mine)]
    rows.append(f"| seconds with evaluation | {my_seconds:.0f} | {their_seconds:.0f} |")
    print("\n".join(rows), flush=True)
    if arguments.markdown:
        arguments.markdown.write_text("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
