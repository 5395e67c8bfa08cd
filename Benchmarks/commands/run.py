"""Times everyday commands of wgit, and commit and checkout of a large checkpoint against cp and sha256sum.

    python3 Benchmarks/commands/run.py --wgit .build/release/wgit --versions FOLDER --scratch FOLDER \\
        --json result.json --markdown result.md [--rounds 5] [--large 1]

The versions are those of ../peers/make_versions.py. Needs numpy, for the large checkpoint: normal weights in bf16, and a
second version of it with every weight moved by about a thousandth. Large files are read once before anything is timed.
"""

import argparse
import json
import multiprocessing
import os
import shutil
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peers"))
from measure import Failure, disk_usage, machine, median, run, sha256  # noqa: E402

NAMES = ["1-base", "2-finetuned", "3-lora", "4-sparse", "5-cut", "6-further", "7-decay"]
FILE = "model.safetensors"


def large_checkpoint(path, gigabytes, moved):
    import numpy

    rows, columns = 4096, 4096
    count = max(1, round(gigabytes * 2**30 / (rows * columns * 2)))
    size = rows * columns * 2
    header = {f"layers.{index}.weight": {"dtype": "BF16", "shape": [rows, columns],
                                         "data_offsets": [index * size, (index + 1) * size]} for index in range(count)}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for index in range(count):
            weights = numpy.random.default_rng(index).standard_normal((rows, columns), dtype=numpy.float32) * numpy.float32(0.02)
            if moved:
                noise = numpy.random.default_rng(1_000_000 + index).standard_normal((rows, columns), dtype=numpy.float32)
                weights += weights * noise * numpy.float32(1e-3)
            bits = weights.view(numpy.uint32)
            file.write(((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2").tobytes())


def move_tensor(path, number):
    """Moves the weights of tensor `number`, of 32 MiB, by about a thousandth, in the file as it stands."""
    import numpy

    with open(path, "r+b") as file:
        header = struct.unpack("<Q", file.read(8))[0]
        bits = numpy.memmap(file, "<u2", "r+", 8 + header + number * 2**25, (2**24,))
        weights = (bits.astype(numpy.uint32) << 16).view(numpy.float32)
        noise = numpy.random.default_rng().standard_normal(weights.size, dtype=numpy.float32)
        moved = (weights * (1 + numpy.float32(1e-3) * noise)).view(numpy.uint32)
        bits[:] = (moved + 0x7FFF + ((moved >> 16) & 1)) >> 16
        bits.flush()


def in_a_process_of_its_own(function, *arguments):
    """See measure.run on memory."""
    process = multiprocessing.get_context("spawn").Process(target=function, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"error: {function.__name__} failed")


def main():
    parser = argparse.ArgumentParser()
    for name in ("wgit", "versions", "scratch", "json", "markdown"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--large", type=float, default=1, help="GiB of the large checkpoint; 0 leaves it out")
    parser.add_argument("--large-rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=900)
    options = parser.parse_args()
    wgit = os.path.abspath(options.wgit)
    scratch = os.path.abspath(options.scratch)
    environment = {"HOME": os.path.join(scratch, "home"), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "NO_COLOR": "1",
                   "WGIT_AUTHOR_NAME": "A", "WGIT_AUTHOR_EMAIL": "a@example.org"}
    shutil.rmtree(scratch, ignore_errors=True)
    work = os.path.join(scratch, "versions")
    os.makedirs(work)
    os.makedirs(environment["HOME"])
    report = {"machine": machine(), "rounds": options.rounds, "large_rounds": options.large_rounds, "rows": []}
    versions = os.path.abspath(options.versions)

    def execute(*commands, folder=work):
        return run(commands, folder, environment, options.limit)

    def row(label, samples):
        entry = {"what": label, **{key: median([sample[key] for sample in samples]) for key in ("wall", "cpu", "rss")}}
        report["rows"].append(entry)
        print(f"{label}: {entry['wall']:.3f} s wall, {entry['cpu']:.3f} s CPU, {entry['rss'] / 1e6:.0f} MB", file=sys.stderr, flush=True)

    execute([wgit, "init", "-q"])
    ids = {}
    for name in NAMES:
        if name[0] in "67":
            execute([wgit, "switch", "-q", "-c", f"branch-{name[0]}", ids["2-finetuned"]])
        os.replace(shutil.copyfile(os.path.join(versions, "f32", name + ".safetensors"), os.path.join(scratch, "incoming")),
                   os.path.join(work, FILE))
        execute([wgit, "add", "-q", FILE])
        ids[name] = execute([wgit, "commit", "-q", "-m", name])["output"].split()[-1]
    base, tuned, lora = (ids[name] for name in NAMES[:3])
    commands = [
        ("wgit --help", [wgit, "--help"]),
        ("wgit status, nothing changed, 91 MB checkpoint", [wgit, "status"]),
        ("wgit log", [wgit, "log"]),
        ("wgit diff --names, every tensor fine-tuned", [wgit, "diff", "--names", base, tuned]),
        ("wgit diff with norms, every tensor fine-tuned", [wgit, "diff", base, tuned]),
        ("wgit diff with norms, merged LoRA", [wgit, "diff", tuned, lora]),
        ("wgit fsck, seven versions of 91 MB", [wgit, "fsck"]),
    ]
    samples = {label: [] for label, _ in commands}
    for turn in range(options.rounds + 1):
        for label, command in commands:
            try:
                figures = execute(command)
            except Failure as failure:
                # diff says with exit code 1 that there are differences.
                raise SystemExit(f"{label}: {failure}") from None
            if turn:
                samples[label].append(figures)
    for label, _ in commands:
        row(label, samples[label])

    if options.large:
        label = f"{options.large:g} GiB bf16"
        first, second = (os.path.join(scratch, f"large-{moved}.safetensors") for moved in (0, 1))
        for path, moved in ((first, False), (second, True)):
            in_a_process_of_its_own(large_checkpoint, path, options.large, moved)
        samples = {}
        for turn in range(options.large_rounds + 1):
            folder = os.path.join(scratch, "large")
            shutil.rmtree(folder, ignore_errors=True)
            os.makedirs(folder)
            execute([wgit, "init", "-q"], folder=folder)

            def sample(name, *commands, turn=turn, folder=folder):
                figures = execute(*commands, folder=folder)
                if turn:
                    samples.setdefault(name, []).append(figures)

            copy = os.path.join(scratch, "copy")
            stored = [0]
            for name, source in (("commit", first), ("commit a fine-tuning of it", second)):
                os.replace(shutil.copyfile(source, os.path.join(scratch, "incoming")), os.path.join(folder, FILE))
                if source == first:
                    sample(f"{label}: cp, then sha256sum", ["cp", FILE, copy], ["sha256sum", copy])
                    os.remove(copy)
                sample(f"{label}: {name} (add and commit)", [wgit, "add", "-q", FILE], [wgit, "commit", "-q", "-m", name])
                stored.append(disk_usage([os.path.join(folder, ".wgit")]))
            os.remove(os.path.join(folder, FILE))
            sample(f"{label}: check the fine-tuning out", [wgit, "restore", "-q", "-s", "HEAD", FILE])
            exact = sha256(os.path.join(folder, FILE)) == sha256(second)
            os.remove(os.path.join(folder, FILE))
            sample(f"{label}: check the first version out", [wgit, "restore", "-q", "-s", "HEAD~1", FILE])
            if not exact or sha256(os.path.join(folder, FILE)) != sha256(first):
                raise SystemExit("error: a checkpoint came back with other bytes")
            report["large_stored"] = [stored[1], stored[2] - stored[1]]
            report["large_raw"] = os.path.getsize(first)
        folder = os.path.join(scratch, "large")
        execute([wgit, "restore", "-q", "-s", "HEAD~1", FILE], folder=folder)
        for depth in (0, 1, 2, 3, 4):
            if depth:
                in_a_process_of_its_own(move_tensor, os.path.join(folder, FILE), 7)
            execute([wgit, "add", "-q", FILE], [wgit, "commit", "-q", "--allow-empty", "-m", f"depth {depth}"], folder=folder)
            name = f"{label}: export one tensor of 32 MiB, {depth} differences deep"
            for turn in range(options.rounds + 1):
                figures = execute([wgit, "export", f"HEAD:{FILE}", "--tensor", "layers.7.weight", "-o", "part"], folder=folder)
                if turn:
                    samples.setdefault(name, []).append(figures)
        for name, figures in samples.items():
            row(name, figures)
        shutil.rmtree(os.path.join(scratch, "large"))
        os.remove(first)
        os.remove(second)

    report["load_after"] = os.getloadavg()[0]
    with open(options.json, "w") as file:
        json.dump(report, file, indent=1)
    computer = report["machine"]
    with open(options.markdown, "w") as file:
        file.write("| what | wall s | CPU s | peak MB |\n|---|---:|---:|---:|\n")
        for entry in report["rows"]:
            file.write(f"| {entry['what']} | {entry['wall']:.3f} | {entry['cpu']:.3f} | {entry['rss'] / 1e6:.0f} |\n")
        if "large_stored" in report:
            shares = [size / report["large_raw"] for size in report["large_stored"]]
            file.write(f"\nStored, of raw: {shares[0]:.3f} for the large checkpoint, {shares[1]:.3f} more for its fine-tuning.\n")
        file.write(f"\nMachine: {computer['cores']} cores of {computer['processor']}, {computer['memory'] / 2**30:.0f} GiB, "
                   f"Linux {computer['kernel']}; load before the run {computer['load']:.1f}, after it {report['load_after']:.1f}. "
                   f"Rounds: {options.rounds}, {options.large_rounds} for the large checkpoint.\n")


if __name__ == "__main__":
    main()
