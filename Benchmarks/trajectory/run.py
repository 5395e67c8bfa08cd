"""What the checkpoints of one training run take, each committed after the one before.

    python3 Benchmarks/trajectory/run.py --wgit .build/release/wgit --model MINILM --texts TEXTS.tsv.gz --scratch SCRATCH

MiniLM is fine-tuned as in ../materials/make_versions.py and kept every --every steps, --count times. Needs PyTorch,
transformers and safetensors. Each row is one commit; the figure is what it adds to the packs, and its share of the file.
Sizes depend on no load.
"""

import argparse
import os
import sys

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer

here = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(here, "..", "materials"), os.path.join(here, "..", "predictions")]
from make_versions import texts, train  # noqa: E402
from run import Project  # noqa: E402


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
    kept = train(options.model, texts(options.texts), AutoTokenizer.from_pretrained(options.model), steps[-1], 2e-5, 1, keep=steps)
    for kind, dtype in (("bf16", torch.bfloat16), ("f16", torch.float16), ("f32", torch.float32)):
        project = Project(os.path.abspath(options.wgit), os.path.join(scratch, kind))
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
