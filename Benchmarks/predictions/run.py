"""What casts and merges of stored models take.

    python3 Benchmarks/predictions/run.py --wgit .build/release/wgit --materials FOLDER --scratch FOLDER

FOLDER is the output of ../materials/make_versions.py. Needs PyTorch and safetensors. Each row is one commit in a repository
that holds the base on main and three fine-tunings on branches, or the base alone for casts; the figure is what the commit
adds to the packs, and its share of the file. Sizes depend on no load.
"""

import argparse
import os
import shutil
import subprocess

import torch
from safetensors.torch import load_file, save_file

BRANCHES = ["adamw-200", "decay", "low-rate"]
FILE = "model.safetensors"


class Project:
    def __init__(self, wgit, folder):
        self.wgit, self.folder = wgit, folder
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        self.run("init", "-q")

    def run(self, *words):
        environment = {**os.environ, "WGIT_AUTHOR_NAME": "A", "WGIT_AUTHOR_EMAIL": "a@example.org"}
        subprocess.run([self.wgit, *words], cwd=self.folder, env=environment, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def size(self):
        packs = os.path.join(self.folder, ".wgit", "packs")
        return sum(os.path.getsize(os.path.join(packs, name)) for name in os.listdir(packs))

    def commit(self, source, name=FILE):
        shutil.copyfile(source, os.path.join(self.folder, "incoming"))
        os.replace(os.path.join(self.folder, "incoming"), os.path.join(self.folder, name))
        before = self.size()
        self.run("add", ".")
        self.run("commit", "-qm", "next")
        return self.size() - before


def merges(folder, prefix):
    """Made as other programs make them: in the type of the models, or in F32 or F64."""
    models = [load_file(os.path.join(folder, f"{prefix}{name}.safetensors")) for name in BRANCHES]
    base = load_file(os.path.join(folder, f"{prefix}base.safetensors"))
    a, b, c = models
    return {
        "average, (a + b + c) / 3 in the models' type": lambda k: (a[k] + b[k] + c[k]) / 3,
        "average in F64": lambda k: (a[k].double() + b[k].double() + c[k].double()) / 3,
        "0.5 a + 0.3 b + 0.2 c in F32": lambda k: a[k].float() * 0.5 + b[k].float() * 0.3 + c[k].float() * 0.2,
        "base + 0.7 (a - base) + 0.4 (b - base) in F32": lambda k: (
            base[k].float() + 0.7 * (a[k].float() - base[k].float()) + 0.4 * (b[k].float() - base[k].float())),
    }, base


def main():
    parser = argparse.ArgumentParser()
    for name in ("wgit", "materials", "scratch"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    wgit, scratch = os.path.abspath(options.wgit), os.path.abspath(options.scratch)

    def material(name):
        return os.path.join(options.materials, name + ".safetensors")

    def row(label, added, path):
        print(f"| {label} | {added / 1e6:.2f} | {added / os.path.getsize(path):.4f} |", flush=True)

    print("| commit | MB added | of the file |\n|---|---:|---:|")
    project = Project(wgit, os.path.join(scratch, "casts"))
    project.commit(material("base"))
    for kind in ("bf16", "f16"):
        row(f"{kind} cast of a stored F32", project.commit(material(f"{kind}-base"), f"{kind}.safetensors"),
            material(f"{kind}-base"))
    project = Project(wgit, os.path.join(scratch, "casts"))
    project.commit(material("bf16-base"))
    upcast = os.path.join(scratch, "upcast.safetensors")
    save_file({key: value.float() if value.is_floating_point() else value
               for key, value in load_file(material("bf16-base")).items()}, upcast)
    row("F32 that holds what a stored BF16 holds", project.commit(upcast), upcast)

    for prefix, kind in (("", "F32"), ("bf16-", "BF16")):
        project = Project(wgit, os.path.join(scratch, "merges"))
        project.commit(material(prefix + "base"))
        for branch in BRANCHES:
            project.run("switch", "-q", "-c", branch, "main")
            project.commit(material(prefix + branch))
        project.run("switch", "-q", "-c", "merged", BRANCHES[0])
        before = project.size()
        project.run("merge", "--strategy", "ratatouille", *BRANCHES[1:])
        row(f"{kind}: average of three by wgit merge", project.size() - before, material(prefix + "base"))
        project.run("switch", "-q", "main")
        project.run("branch", "-D", "merged")
        formulas, base = merges(options.materials, prefix)
        for number, (label, formula) in enumerate(formulas.items()):
            path = os.path.join(scratch, "merged.safetensors")
            save_file({key: formula(key).to(value.dtype).contiguous() if value.is_floating_point() else value
                       for key, value in base.items()}, path)
            project.run("switch", "-q", "-c", f"other-{number}", "main")
            row(f"{kind}, merged elsewhere: {label}", project.commit(path), path)
            project.run("switch", "-q", "main")
            project.run("branch", "-D", f"other-{number}")
    shutil.rmtree(os.path.join(scratch, "casts"))
    shutil.rmtree(os.path.join(scratch, "merges"))


if __name__ == "__main__":
    main()
