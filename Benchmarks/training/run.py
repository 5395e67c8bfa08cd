"""Times training steps and inference of wgit and of PyTorch, side by side: the same networks, batches and threads, in turns.

    pip install torch numpy
    python3 run.py --wgit ../../.build/release/wgit --scratch SCRATCH --markdown training.md [--networks mlp lenet …]

wgit's samples/s of training are those it reports: steps with data loading, without evaluation. Its inference is the time
that evaluating more rows takes longer, with data loading, in batches of its own. PyTorch has its batches in memory.
GFLOP/s count two operations for each weight that meets an input, three passes for training without the first layer's
input gradient; the peak is that of a product of two 2048 x 2048 matrices by PyTorch on as many threads.
`--jobs` measures two runs at a time on two cores against one run on one thread.
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
# How often the rows are repeated where more are evaluated: enough for seconds.
COPIES = {"mlp": 64, "lenet": 64, "mnist-cnn": 3, "mnist-cnn-quarter": 16, "resnet20": 3, "wide-resnet": 3}
PRESETS = {"mlp": ["mlp"], "lenet": ["lenet"], "mnist-cnn": ["mnist-cnn"],
           "mnist-cnn-quarter": ["mnist-cnn", "--width", "16"], "resnet20": ["resnet"],
           "wide-resnet": ["wide-resnet"]}


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
    for title, count in [("data", 1), ("more", COPIES[name])]:
        images, labels = ", ".join(["images"] * count), ", ".join(["labels"] * count)
        (folder / f"{title}.yaml").write_text(
            f"{{name: noise, format: idx, images: [{images}], labels: [{labels}], classes: 10}}\n")
    wgit(arguments, folder, 1, "init", "-q")
    wgit(arguments, folder, 1, "network", "new", *PRESETS[name], "-q")
    wgit(arguments, folder, 1, "network", "init", "network.json", "-q")
    wgit(arguments, folder, 1, "add", "model.safetensors", "network.json")
    wgit(arguments, folder, 1, "commit", "-m", "Start", "-q")
    return folder


def wgit(arguments, folder, threads, *words):
    environment = {**os.environ, "WGIT_THREADS": str(threads), "WGIT_AUTHOR_NAME": "b", "WGIT_AUTHOR_EMAIL": "b@b"}
    environment.pop("OPENBLAS_CORETYPE", None)
    return subprocess.run(
        [arguments.wgit, *words], cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout


def finetune(arguments, folder, threads, *words):
    return wgit(arguments, folder, threads, "finetune", "-t", "task.yaml", "-b", f"run{time.monotonic_ns()}", "--data",
                str(folder), *words)


def ours(arguments, folder, name, batch, threads, optimizer, steps):
    rule = "{name: sgd, learning-rate: 1e-3, momentum: 0.9}" if optimizer == "sgd" else "{name: adam, learning-rate: 1e-3}"
    (folder / "task.yaml").write_text(
        f"task: bench\ndata: data.yaml\nsteps: {steps}\nbatch: {batch}\noptimizer: {rule}\n"
        f"train: {{per-domain: {ROWS // 4}}}\n")
    lines = finetune(arguments, folder, threads, "--json").splitlines()
    rates = [line["samplesPerSecond"] for line in map(json.loads, lines) if "samplesPerSecond" in line]
    return rates[-1]


def our_inference(arguments, folder, threads):
    """Rows evaluated each second: two runs of no step that evaluate few and many rows."""
    rows, seconds = [], []
    for title, count in [("data", 1), ("more", COPIES[folder.name])]:
        (folder / "task.yaml").write_text(f"task: bench\ndata: {title}.yaml\nsteps: 0\n")
        start = time.perf_counter()
        finetune(arguments, folder, threads, "-q")
        seconds.append(time.perf_counter() - start)
        rows.append(count * ROWS)
    return (rows[1] - rows[0]) / (seconds[1] - seconds[0])


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


def their_inference(name, batch, threads, seconds):
    torch.set_num_threads(threads)
    make, shape = NETWORKS[name]
    network, inputs = make().eval(), torch.rand(batch, *shape)
    with torch.no_grad():
        network(inputs)
        start, count = time.perf_counter(), 0
        while time.perf_counter() - start < seconds:
            network(inputs)
            count += batch
        return count / (time.perf_counter() - start)


def operations(name):
    """Floating-point operations for one sample: of inference and of a training step."""
    make, shape = NETWORKS[name]
    network, counts = make().eval(), []

    def count(layer, inputs, output):
        counts.append(2 * layer.weight.numel() * (output.numel() // output.shape[1]))

    for layer in network.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            layer.register_forward_hook(count)
    network(torch.rand(1, *shape))
    return sum(counts), 3 * sum(counts) - counts[0]


def peak(threads):
    """GFLOP/s of a large product."""
    torch.set_num_threads(threads)
    a, b = torch.rand(2048, 2048), torch.rand(2048, 2048)
    times = []
    for _ in range(6):
        start = time.perf_counter()
        a @ b
        times.append(time.perf_counter() - start)
    return 2 * 2048**3 / min(times) / 1e9


def measure(arguments, name, rows, peaks):
    """The rows of one network."""
    folder = project(arguments, name)
    inference, training = operations(name)

    def row(what, batch, threads, pairs, count):
        ratio = statistics.median(a / b for a, b in pairs)
        mine, other = (statistics.median(x) for x in zip(*pairs))
        speed = mine * count / 1e9
        rows.append(f"| {name} | {what} | {batch} | {threads} | {mine:.0f} | {other:.0f} | {ratio:.2f} | {speed:.0f} | "
                    f"{speed / peaks[threads]:.2f} |")
        print(rows[-1], flush=True)

    for threads in arguments.threads:
        if "inference" in arguments.kinds:
            mine = [our_inference(arguments, folder, threads) for _ in range(arguments.rounds)]
            for batch in arguments.batches:
                pairs = [(rate, their_inference(name, batch, threads, arguments.seconds)) for rate in mine]
                row("inference", batch, threads, pairs, inference)
        for batch in arguments.batches:
            for optimizer in [kind for kind in arguments.kinds if kind != "inference"]:
                steps = max(2, int(arguments.seconds * theirs(name, batch, threads, optimizer, 2) / batch))
                pairs = [(ours(arguments, folder, name, batch, threads, optimizer, steps),
                          theirs(name, batch, threads, optimizer, steps)) for _ in range(arguments.rounds)]
                row(optimizer, batch, threads, pairs, training)


def two_jobs(arguments):
    """Throughput of two runs at a time on two cores, over that of one run on one thread."""
    for name in arguments.networks:
        folder = project(arguments, name)
        steps = max(2, int(arguments.job_seconds * theirs(name, 64, 1, "sgd", 40) / 64))
        (folder / "task.yaml").write_text(
            f"task: bench\ndata: data.yaml\nsteps: {steps}\nbatch: 64\ntrain: {{per-domain: {ROWS // 4}}}\n")
        ratios = []
        for _ in range(arguments.rounds):
            seconds = []
            for threads, words in [(1, []), (2, ["--runs", "2", "--jobs", "2"])]:
                start = time.perf_counter()
                finetune(arguments, folder, threads, "-q", *words)
                seconds.append(time.perf_counter() - start)
            ratios.append(2 * seconds[0] / seconds[1])
        print(f"two jobs, {name}: {statistics.median(ratios):.2f} x one thread "
              f"({', '.join(f'{ratio:.2f}' for ratio in ratios)})", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wgit", type=lambda p: str(pathlib.Path(p).resolve()), required=True)
    parser.add_argument("--scratch", type=pathlib.Path, required=True)
    parser.add_argument("--markdown", type=pathlib.Path)
    parser.add_argument("--networks", nargs="*", default=["mlp", "lenet", "mnist-cnn", "mnist-cnn-quarter", "resnet20"])
    parser.add_argument("--batches", nargs="*", type=int, default=[64, 256])
    parser.add_argument("--threads", nargs="*", type=int, default=[1, 2])
    parser.add_argument("--kinds", nargs="*", default=["sgd", "adam", "inference"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.5, help="about how long PyTorch runs in each round")
    parser.add_argument("--jobs", action="store_true")
    parser.add_argument("--job-seconds", type=float, default=25, help="about how long PyTorch would take for a run")
    arguments = parser.parse_args()
    if arguments.jobs:
        two_jobs(arguments)
        return
    peaks = {threads: peak(threads) for threads in arguments.threads}
    print(f"peak GFLOP/s by threads: {peaks}", flush=True)
    rows = ["| network | what | batch | threads | wgit, samples/s | PyTorch | ratio | GFLOP/s | of peak |",
            "|---|---|---:|---:|---:|---:|---:|---:|---:|"]
    print("\n".join(rows), flush=True)
    for name in arguments.networks:
        measure(arguments, name, rows, peaks)
    if arguments.markdown:
        arguments.markdown.write_text("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
