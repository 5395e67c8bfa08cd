#!/usr/bin/env python3
"""Times fine-tuning steps and inference of MiniLM by wgit and by PyTorch with transformers, side by side, in turns.

    pip install torch transformers numpy
    python3 speed.py --wgit ../../.build/release/wgit --model MINILM --scratch SCRATCH [--rounds 3] [--threads 1 2]

MINILM is a Hugging Face folder. Texts have as many tokens as a row says, so that PyTorch has nothing to pad. A training step
is forward, backward and AdamW, with dropout. wgit's samples/s of training are those it reports: steps with data loading,
without evaluation; its inference is the time that evaluating more rows takes longer. PyTorch has its batches in memory.
GFLOP/s count two operations for each weight that meets an input, and three passes for training. Memory is the peak of the
whole process: of wgit's fine-tuning, and of a Python that does nothing but PyTorch's steps, less what importing takes.
"""
import argparse
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import time

SHAPES = [(16, 64), (32, 128)]
WORDS = "the film is a good story of one man and his long way home from war".split()


def text(tokens, number):
    return " ".join(WORDS[(number + i) % len(WORDS)] for i in range(tokens - 2))


def project(arguments, tokens, rows):
    folder = arguments.scratch / f"text{tokens}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(arguments.model / name, folder)
    lines = [f"{i % 2}\t{text(tokens, i)}\n" for i in range(rows)]
    for title, count in (("few", rows // 4), ("many", rows)):
        (folder / f"{title}.tsv").write_text("".join(lines[:count]))
        (folder / f"{title}.yaml").write_text(f"{{name: {title}, format: text, files: [{title}.tsv], classes: [0, 1]}}\n")
    wgit(arguments, folder, 1, "init", "-q")
    wgit(arguments, folder, 1, "add", ".")
    wgit(arguments, folder, 1, "commit", "-q", "-m", "Start")
    return folder


def wgit(arguments, folder, threads, *words):
    environment = {**os.environ, "WGIT_THREADS": str(threads), "WGIT_AUTHOR_NAME": "b", "WGIT_AUTHOR_EMAIL": "b@b"}
    before = time.perf_counter()
    process = subprocess.Popen([arguments.wgit, *words], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, words
    return output, time.perf_counter() - before, usage.ru_maxrss / 1024


def finetune(arguments, folder, threads, data, steps, batch):
    (folder / "task.yaml").write_text(
        f"task: bench\ndata: {data}.yaml\nnetwork: config.json\nsteps: {steps}\nbatch: {batch}\n"
        "optimizer: {name: adamw, learning-rate: 5e-5}\n")
    return wgit(arguments, folder, threads, "finetune", "-t", "task.yaml", "-b", f"run{time.monotonic_ns()}", "--data",
                str(folder), "--json")


def ours(arguments, folder, threads, steps, batch):
    output, _, megabytes = finetune(arguments, folder, threads, "few", steps, batch)
    rates = [line["samplesPerSecond"] for line in map(json.loads, output.splitlines()) if "samplesPerSecond" in line]
    return rates[-1], megabytes


def our_inference(arguments, folder, threads, rows):
    seconds = [finetune(arguments, folder, threads, data, 0, 16)[1] for data in ("few", "many")]
    return (rows - rows // 4) / (seconds[1] - seconds[0])


def theirs(arguments, batch, tokens, threads, steps):
    """(samples/s of training, samples/s of inference, peak in MiB less what importing took), in a process of its own."""
    words = [sys.executable, __file__, "--model", str(arguments.model), "--peer", str(batch), str(tokens), str(threads),
             str(steps)]
    return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def peer(model_path, batch, tokens, threads, steps):
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer
    torch.set_num_threads(threads)
    imported = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tokenizer = AutoTokenizer.from_pretrained(model_path)
    model = AutoModelForSequenceClassification.from_pretrained(model_path, num_labels=2)
    inputs = tokenizer([text(tokens, i) for i in range(batch)], return_tensors="pt", padding=True)
    assert inputs["input_ids"].shape == (batch, tokens)
    labels = torch.arange(batch) % 2
    model.eval()
    with torch.no_grad():
        model(**inputs)
        start = time.perf_counter()
        for _ in range(steps):
            model(**inputs)
        inference = batch * steps / (time.perf_counter() - start)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-5)
    model.train()
    for step in range(steps + 1):
        if step == 1:
            start = time.perf_counter()
        torch.nn.functional.cross_entropy(model(**inputs).logits, labels).backward()
        optimizer.step()
        optimizer.zero_grad()
    training = batch * steps / (time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([training, inference, peak - imported]))


def operations(model_path, tokens):
    """Floating-point operations of inference for one text."""
    config = json.loads((model_path / "config.json").read_text())
    hidden, wide, layers = config["hidden_size"], config["intermediate_size"], config["num_hidden_layers"]
    return 2 * layers * (tokens * (4 * hidden * hidden + 2 * hidden * wide) + 2 * tokens * tokens * hidden)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--wgit")
    parser.add_argument("--scratch", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--tokens", type=int, nargs="+", default=[tokens for _, tokens in SHAPES])
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--peer", type=int, nargs=4)
    arguments = parser.parse_args()
    if arguments.peer:
        peer(arguments.model, *arguments.peer)
        return
    arguments.wgit = os.path.abspath(arguments.wgit)
    arguments.scratch = arguments.scratch.absolute()
    arguments.model = arguments.model.absolute()
    print("| step | batch | tokens | threads | wgit, samples/s | PyTorch, samples/s | ratio | GFLOP/s | MiB | PyTorch, MiB |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for batch, tokens in SHAPES:
        if tokens not in arguments.tokens:
            continue
        rows = 24 * batch
        folder = project(arguments, tokens, rows)
        for threads in arguments.threads:
            steps = max(2, int(arguments.seconds * threads / (batch * tokens / 1100)))
            pairs = []
            for _ in range(arguments.rounds):
                mine = ours(arguments, folder, threads, steps, batch)
                pairs.append((*mine, our_inference(arguments, folder, threads, rows),
                              *theirs(arguments, batch, tokens, threads, steps)))
            count = operations(arguments.model, tokens)
            for what, mine, other, passes in (("training", 0, 3, 3), ("inference", 2, 4, 1)):
                rate, their_rate = (statistics.median(pair[i] for pair in pairs) for i in (mine, other))
                ratio = statistics.median(pair[mine] / pair[other] for pair in pairs)
                memory = [f"{statistics.median(pair[i] for pair in pairs):.0f}" if passes == 3 else "" for i in (1, 5)]
                print(f"| {what} | {batch} | {tokens} | {threads} | {rate:.1f} | {their_rate:.1f} | {ratio:.2f} | "
                      f"{rate * passes * count / 1e9:.0f} | {memory[0]} | {memory[1]} |", flush=True)


main()
