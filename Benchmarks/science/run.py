#!/usr/bin/env python3
"""Carries out the recipes of this folder with wgit and writes docs/science.md from what they come to.

    python3 Benchmarks/science/run.py --data FOLDER [--work FOLDER] [--jobs N] [RECIPE…]

FOLDER holds mnist/, fashion-mnist/, omniglot/, pacs/pacs-32/, cifar10/, models/, text/, minilm/; about.md of each recipe says which of them it needs.
Recipes are carried out in copies below the work folder, where they go on if they were interrupted. With names, only these are; the
page is made of all that have results there. Needs Python 3.9 and nothing else.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parent.parent
# Folders, and files beside their recipe.yaml that share its steps: "folder:variant" is folder/recipe-variant.yaml.
RECIPES = ["rotated-mnist", "rotated-mnist:alike", "text", "pacs-32", "colored-mnist", "rotated-mnist-mlp"]


def parts(name):
    """The folder of a recipe, and what its files' names have beside "recipe" and "about"."""
    folder, _, variant = name.partition(":")
    return folder, f"-{variant}" if variant else ""


def prepare(name, folder, wgit, data):
    """A repository with the recipe's files and its first weights."""
    base = HERE / name / "base"
    for source in ([HERE / base.read_text().strip()] if base.exists() else []) + [HERE / name]:
        shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("base", "weights", "about*.md"))
    if (folder / ".wgit").exists():
        return
    wgit(folder, "init", "-q")
    weights = HERE / name / "weights"
    if weights.exists():
        for source, target in (line.split() for line in weights.read_text().splitlines()):
            shutil.copy(data / source, folder / target)
    else:
        wgit(folder, "network", "init", "network.json", "--seed", "1", "--initialization", "kaiming-normal", "-q")
    wgit(folder, "add", ".")
    wgit(folder, "commit", "-qm", "Before any training")


def measure(name, work, wgit, data, jobs):
    folder_name, suffix = parts(name)
    folder = work / folder_name
    folder.mkdir(parents=True, exist_ok=True)
    prepare(folder_name, folder, wgit, data)
    start = time.time()
    text = wgit(folder, "ratatouille", f"recipe{suffix}.yaml", "--json", "--markdown", f"results{suffix}.md", "--jobs", str(jobs))
    seconds = time.time() - start
    results = json.loads(text)
    timing = folder / f"seconds{suffix}.json"
    # A recipe that only goes on took longer than this.
    before = json.loads(timing.read_text()) if timing.exists() else []
    timing.write_text(json.dumps(before + [round(seconds, 1)]))
    (folder / f"results{suffix}.json").write_text(text)
    for method in results["methods"]:
        accuracy = method["accuracy"]
        print(f"{method['method']:22} {100 * accuracy['mean']:5.1f} ± {100 * (accuracy['standardError'] or 0):.1f}")


def page(work):
    """docs/science.md: the introduction, then each recipe's story and tables."""
    sections = [(HERE / "introduction.md").read_text().rstrip()]
    for name in RECIPES:
        folder, suffix = parts(name)
        results = work / folder / f"results{suffix}.md"
        if not results.exists():
            continue
        text = results.read_text()
        # What the rows are stands in docs/ratatouille.md.
        methods = text.index("| method | what it is |")
        tables = (text[:methods] + text[methods:][text[methods:].index("\n\n") + 2 :]).split("\n", 1)[1].strip()
        about = (HERE / folder / f"about{suffix}.md").read_text().rstrip()
        recipe = f"Benchmarks/science/{folder}/recipe{suffix}.yaml"
        sections.append(f"{about}\n\n[{recipe}](../{recipe}). {tables}")
    sections.append((HERE / "papers.md").read_text().rstrip())
    (TREE / "docs" / "science.md").write_text("\n\n".join(sections) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wgit", type=pathlib.Path, default=TREE / ".build" / "release" / "wgit")
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, default=TREE / ".build" / "science")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--page-only", action="store_true", help="write docs/science.md from the results there are")
    parser.add_argument("recipes", nargs="*", metavar="RECIPE")
    arguments = parser.parse_args()
    environment = dict(
        os.environ, WGIT_DATA=str(arguments.data.resolve()), WGIT_AUTHOR_NAME="wgit science",
        WGIT_AUTHOR_EMAIL="science@localhost", WGIT_DATE="1700000000 +0000")

    def wgit(folder, *words):
        done = subprocess.run([arguments.wgit.resolve(), *words], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            sys.exit(f"wgit {' '.join(words)} ended with {done.returncode}")
        return done.stdout

    for name in arguments.recipes or RECIPES:
        if name not in RECIPES:
            sys.exit(f"there is no recipe {name}; there are {', '.join(RECIPES)}")
        if not arguments.page_only:
            print(f"# {name}")
            measure(name, arguments.work, wgit, arguments.data, arguments.jobs)
    page(arguments.work)


if __name__ == "__main__":
    main()
