"""Compares wgit with other programs that keep versions of files, on seven versions of one model.

    python3 Benchmarks/peers/run.py --wgit .build/release/wgit --versions FOLDER --venv FOLDER/venv \\
        --scratch FOLDER --json result.json --markdown result.md [--rounds 3] [--tools wgit,git-lfs]

The versions are those of make_versions.py, the programs those of install.sh. Every tool gets a fresh repository in each
round; tools take turns, and each figure is the median of the rounds. Every file given back is compared by SHA-256 with
what was stored. It needs no network, and is no part of the tests: it takes long and its times are this machine's.
"""

import argparse
import json
import os
import shutil
import sys

from measure import Failure, disk_usage, machine, median, run, sha256, tensors
from tools import FILE, PARENTS, TOOLS

NAMES = {1: "1-base", 2: "2-finetuned", 3: "3-lora", 4: "4-sparse", 5: "5-cut", 6: "6-further", 7: "7-decay"}
RESTORED = [1, 2, 3, 5, 7]


def measure_tool(tool_class, options, kind):
    folder = os.path.join(options.scratch, "workspace")
    shutil.rmtree(folder, ignore_errors=True)
    tool = tool_class(options, folder, kind)
    result = {"add": {}, "restore": {}, "check": None, "failures": []}
    for name in ("home", "work", "store", "out"):
        os.makedirs(os.path.join(folder, name))

    def execute(commands):
        return run(commands, tool.work, tool.environment, options.limit)

    def source(number):
        return os.path.join(options.versions, kind, NAMES[number] + ".safetensors")

    def stored():
        return disk_usage([os.path.join(folder, path) for path in tool.stored])

    try:
        execute(tool.init())
        size = stored()
        for number in PARENTS:
            execute(tool.before_add(number))
            temporary = os.path.join(folder, "incoming")
            shutil.copyfile(source(number), temporary)
            os.replace(temporary, os.path.join(tool.work, FILE))
            execute(tool.after_placing(number))
            figures = execute(tool.add(number))
            tool.added(number, figures.pop("output"))
            now = stored()
            result["add"][number] = {**figures, "bytes": now - size}
            size = now
    except Failure as failure:
        result["failures"].append(f"storing version {len(result['add']) + 1}: {failure}")
    for number in RESTORED:
        if number not in result["add"]:
            continue
        shutil.rmtree(os.path.join(folder, "out"))
        os.makedirs(os.path.join(folder, "out"))
        try:
            figures = execute(tool.restore(number))
            figures.pop("output")
            figures["exact"] = sha256(tool.restored(number)) == sha256(source(number))
            result["restore"][number] = figures
            if not figures["exact"]:
                same = tensors(tool.restored(number)) == tensors(source(number))
                result["failures"].append(f"version {number} comes back with other bytes, " + (
                    "its tensors are the same" if same else "and its tensors differ"))
        except (Failure, OSError, StopIteration, ValueError) as failure:
            result["failures"].append(f"giving back version {number}: {failure}")
    commands = tool.check()
    if commands and len(result["add"]) == len(PARENTS):
        try:
            result["check"] = execute(commands)
            result["check"].pop("output")
        except Failure as failure:
            result["failures"].append(f"checking: {failure}")
    shutil.rmtree(folder, ignore_errors=True)
    return result


def combine(rounds):
    """The median of each figure."""
    def figures(section, number):
        entries = [one[section].get(number) for one in rounds]
        entries = [entry for entry in entries if entry]
        return {key: (all if key == "exact" else median)([entry[key] for entry in entries]) for key in entries[0]} \
            if entries else None

    result = {section: {number: figures(section, number) for number in PARENTS if figures(section, number)}
              for section in ("add", "restore")}
    checks = [one["check"] for one in rounds if one["check"]]
    result["check"] = {key: median([check[key] for check in checks]) for key in checks[0]} if checks else None
    result["failures"] = sorted({failure for one in rounds for failure in one["failures"]})
    return result


def mean(entries, key):
    return sum(entry[key] for entry in entries) / len(entries) if entries else None


def cell(value, form, scale=1):
    return "—" if value is None else form.format(value / scale)


def cpu_by_version(kind, results):
    lines = [f"### {kind}, CPU seconds by version", "",
             "| tool | " + " | ".join(f"store {name}" for name in NAMES.values()) + " | "
             + " | ".join(f"give back {number}" for number in RESTORED) + " |",
             "|---|" + "---:|" * (len(NAMES) + len(RESTORED))]
    for name, one in sorted(results.items(), key=lambda item: (mean(list(item[1]["add"].values()), "cpu") or float("inf"), item[0])):
        cells = [cell(one[section].get(number, {}).get("cpu"), "{:.2f}")
                 for section, numbers in (("add", NAMES), ("restore", RESTORED)) for number in numbers]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return [*lines, ""]


def tables(report):
    lines = []
    for kind, results in report["results"].items():
        raw = report["raw"][kind]
        lines += [f"### {kind}, stored size", "",
                  f"MB on disk that each version adds; raw, the seven files are {sum(raw.values()) / 1e6:.1f} MB.", "",
                  "| tool | " + " | ".join(NAMES.values()) + " | all seven | of raw |",
                  "|---|" + "---:|" * (len(NAMES) + 2)]
        complete = {name: sum(entry["bytes"] for entry in one["add"].values())
                    for name, one in results.items() if len(one["add"]) == len(PARENTS)}
        for name in sorted(results, key=lambda name: (complete.get(name, float("inf")), name)):
            added = results[name]["add"]
            total = complete.get(name)
            lines.append(f"| {name} | " + " | ".join(
                cell(added[number]["bytes"] if number in added else None, "{:.1f}", 1e6) for number in PARENTS)
                + f" | {cell(total, '{:.1f}', 1e6)} | {cell(total and total / sum(raw.values()), '{:.3f}')} |")
        lines += ["", f"### {kind}, speed and memory", "",
                  "Storing: mean of the seven versions; giving back: mean of five. CPU seconds are user and system time of "
                  "all processes; memory is that of the largest process.", "",
                  "| tool | store, CPU s | wall s | peak MB | give back, CPU s | wall s | peak MB | byte for byte "
                  "| check all, CPU s | wall s | peak MB |",
                  "|---|" + "---:|" * 6 + "---|" + "---:|" * 3]
        for name, one in sorted(results.items(), key=lambda item: (
                mean(list(item[1]["add"].values()), "cpu") or float("inf"), item[0])):
            add, restore, check = list(one["add"].values()), list(one["restore"].values()), one["check"] or {}
            exact = "—" if not restore else "yes" if all(entry["exact"] for entry in restore) else "**fails**"
            peak = [max((entry["rss"] for entry in entries), default=None) for entries in (add, restore)]
            lines.append(
                f"| {name} | {cell(mean(add, 'cpu'), '{:.2f}')} | {cell(mean(add, 'wall'), '{:.2f}')} "
                f"| {cell(peak[0], '{:.0f}', 1e6)} | {cell(mean(restore, 'cpu'), '{:.2f}')} "
                f"| {cell(mean(restore, 'wall'), '{:.2f}')} | {cell(peak[1], '{:.0f}', 1e6)} | {exact} "
                f"| {cell(check.get('cpu'), '{:.2f}')} | {cell(check.get('wall'), '{:.2f}')} "
                f"| {cell(check.get('rss'), '{:.0f}', 1e6)} |")
        lines.append("")
        lines += cpu_by_version(kind, results)
    failures = [f"- {name}, {kind}: {failure}" for kind, results in report["results"].items()
                for name, one in results.items() for failure in one["failures"]]
    if failures:
        lines += ["### What failed", "", *failures, ""]
    if report["missing"]:
        lines += ["Not installed: " + ", ".join(report["missing"]) + ".", ""]
    computer = report["machine"]
    lines += [f"Machine: {computer['cores']} cores of {computer['processor']}, {computer['memory'] / 2**30:.0f} GiB, "
              f"Linux {computer['kernel']}; load before the run {computer['load']:.1f}, after it {report['load_after']:.1f}. "
              f"Rounds: {report['rounds']}.", "",
              "Versions: " + "; ".join(f"{name}: {version}" for name, version in report["versions"].items()) + "."]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wgit", required=True)
    parser.add_argument("--versions", required=True)
    parser.add_argument("--venv")
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--json", required=True)
    parser.add_argument("--markdown", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kinds", default="f32,bf16")
    parser.add_argument("--tools", help="names, with commas; all of them if not given")
    parser.add_argument("--limit", type=float, default=600, help="seconds a command may take")
    parser.add_argument("--update", action="store_true", help="keep what the JSON file says of other tools")
    options = parser.parse_args()
    for name in ("wgit", "versions", "venv", "scratch"):
        if getattr(options, name):
            setattr(options, name, os.path.abspath(getattr(options, name)))
    os.makedirs(options.scratch, exist_ok=True)
    kinds = options.kinds.split(",")
    wanted = options.tools.split(",") if options.tools else None
    report = {"machine": machine(), "rounds": options.rounds, "versions": {}, "missing": [], "raw": {}, "results": {}}
    if options.update:
        with open(options.json) as file:
            before = json.load(file)
        for key in ("versions", "missing"):
            report[key] = before[key]
        report["results"] = {kind: {name: {**one, **{section: {int(number): entry for number, entry in one[section].items()}
                                                     for section in ("add", "restore")}}
                                    for name, one in results.items()} for kind, results in before["results"].items()}
        report["raw"] = before["raw"]
    chosen = []
    for tool_class in TOOLS:
        if wanted and tool_class.name not in wanted:
            continue
        tool = tool_class(options, os.path.join(options.scratch, "probe"), "f32")
        report["missing"] = [name for name in report["missing"] if name != tool.name]
        if not tool.found():
            report["missing"].append(tool.name)
            continue
        chosen.append(tool_class)
        report["versions"][tool.name] = tool.version()
    for kind in kinds:
        report["raw"][kind] = {number: os.path.getsize(os.path.join(options.versions, kind, name + ".safetensors"))
                               for number, name in NAMES.items()}
    rounds = {kind: {tool.name: [] for tool in chosen} for kind in kinds}
    for round_number in range(options.rounds):
        for kind in kinds:
            for tool_class in chosen:
                print(f"round {round_number + 1}, {kind}: {tool_class.name}", file=sys.stderr, flush=True)
                rounds[kind][tool_class.name].append(measure_tool(tool_class, options, kind))
                for done in kinds:
                    for name, list_of_rounds in rounds[done].items():
                        if list_of_rounds:
                            report["results"].setdefault(done, {})[name] = combine(list_of_rounds)
                report["load_after"] = os.getloadavg()[0]
                with open(options.json, "w") as file:
                    json.dump(report, file, indent=1)
                with open(options.markdown, "w") as file:
                    file.write(tables(report))
    shutil.rmtree(os.path.join(options.scratch, "probe"), ignore_errors=True)


if __name__ == "__main__":
    main()
