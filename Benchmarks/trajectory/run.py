"""What the checkpoints of one training run take, each committed after the one before.

    python3 Benchmarks/trajectory/run.py --wgit .build/release/wgit --model MINILM --texts TEXTS.tsv.gz --scratch SCRATCH

MiniLM is fine-tuned as in ../materials/make_versions.py and kept every --every steps, --count times. Needs PyTorch,
transformers and safetensors. Each row is one commit; the figure is what it adds to the packs, and its share of the file.
Sizes depend on no load.
"""

import argparse
import importlib.util
import os
import sys

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer



def module(*path):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", *path)
    specification = importlib.util.spec_from_file_location(os.path.basename(os.path.dirname(path)), path)
    loaded = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(loaded)
    return loaded


materials = module("materials", "make_versions.py")
predictions = module("predictions", "run.py")


def main():
    parser = argparse.ArgumentParser()
    for name in ("wgit", "model", "texts", "scratch"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--every", type=int, default=20)
    options = parser.parse_args()
    torch.set_num_threads(1)
    scratch = os.path.abspath(options.scratch)
    os.makedirs(scratch, exist_ok=True)
    stored = load_file(os.path.join(options.model, "model.safetensors"))
    steps = [options.every * number for number in range(1, options.count + 1)]
    kept = materials.train(options.model, materials.texts(options.texts), AutoTokenizer.from_pretrained(options.model), steps[-1], 2e-5, 1, keep=steps)
    for kind, dtype in (("bf16", torch.bfloat16), ("f16", torch.float16), ("f32", torch.float32)):
        project = predictions.Project(os.path.abspath(options.wgit), os.path.join(scratch, kind))
        shares = []
        for step in [0, *steps]:
            state = stored if step == 0 else {name: kept[step].get(name, value) for name, value in stored.items()}
            path = os.path.join(scratch, "incoming.safetensors")
            save_file({name: value.to(dtype).contiguous() if value.is_floating_point() else value.contiguous()
                       for name, value in state.items()}, path)
            added = project.commit(path)
            shares.append(added / os.path.getsize(path))
            print(f"{kind}, step {step}: {added / 1e6:.2f} MB, {shares[-1]:.4f} of the file", file=sys.stderr, flush=True)
        print(f"| {kind} | {shares[0]:.4f} | {shares[1]:.4f} | {shares[-1]:.4f} | {sum(shares[1:]) / options.count:.4f} |", flush=True)


if __name__ == "__main__":
    main()
