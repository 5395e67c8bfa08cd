"""Times merges to a folder against the floor of reading all inputs and copying one, and against mergekit 0.1.5.

    python3 Benchmarks/merge/run.py --wgit .build/release/wgit --scratch FOLDER --json result.json --markdown result.md \\
        [--mergekit PYTHON] [--maker PYTHON] [--rounds 5] [--only large,minilm,sparse] [--methods linear,ties]

`--maker` is a Python with numpy, for make_models.py; `--mergekit` one with mergekit 0.1.5. Inputs are read once before
anything is timed. Memory is the largest anonymous memory of the process tree, read every 10 ms. wgit makes its output
durable before it names it; the floor's copy is measured with and without `sync`.
"""

import argparse
import json
import os
import shutil
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "peers"))
from measure import Failure, machine, median, run  # noqa: E402

METHODS = {
    # wgit's strategy, mergekit's method, whether the first of the inputs is the base.
    "linear": ("weighted", "linear", False),
    "model stock": ("model-stock", "model_stock", True),
    "ties": ("ties:density=0.5", "ties", True),
}


class AnonymousMemory(threading.Thread):
    """The largest sum of RssAnon over the descendants of this process."""

    def __init__(self):
        super().__init__(daemon=True)
        self.peak, self.ended = 0, False

    def run(self):
        while not self.ended:
            self.peak = max(self.peak, sum(map(anonymous, descendants(os.getpid()))))
            time.sleep(0.01)

    def stop(self):
        self.ended = True
        self.join()
        return self.peak


def descendants(process):
    found, open_ = [], [process]
    while open_:
        parent = open_.pop()
        try:
            with open(f"/proc/{parent}/task/{parent}/children") as file:
                children = [int(word) for word in file.read().split()]
        except OSError:
            continue
        found += children
        open_ += children
    return found


def anonymous(process):
    try:
        with open(f"/proc/{process}/status") as file:
            return next((int(line.split()[1]) * 1024 for line in file if line.startswith("RssAnon")), 0)
    except OSError:
        return 0


class Benchmark:
    def __init__(self, options):
        self.options = options
        self.scratch = os.path.abspath(options.scratch)
        self.environment = {"HOME": self.scratch, "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "NO_COLOR": "1",
                            "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
        self.output = os.path.join(self.scratch, "output")
        self.phases = os.path.join(self.scratch, "mergekit-phases.json")
        self.rows = []
        os.makedirs(self.scratch, exist_ok=True)

    def measure(self, command):
        shutil.rmtree(self.output, ignore_errors=True)
        watcher = AnonymousMemory()
        watcher.start()
        try:
            figures = run([command], self.scratch, self.environment, self.options.limit)
        finally:
            peak = watcher.stop()
        figures["anonymous"] = peak
        shutil.rmtree(self.output, ignore_errors=True)
        # What the kernel still has to write must not fall into the next measurement.
        os.sync()
        return figures

    def merge_alone(self, label, method):
        """What mergekit took after its modules were loaded."""
        with open(self.phases) as file:
            phases = json.load(file)
        row = {"what": label, "program": "mergekit, its modules loaded", "method": method, "rounds": 1, "anonymous": 0, **phases}
        self.rows.append(row)
        print(f"{label:34} {row['program']:22} wall {row['wall']:7.2f} s CPU {row['cpu']:7.2f} s", file=sys.stderr, flush=True)
        return row

    def models(self, size, count):
        folder = os.path.join(self.scratch, size)
        if not os.path.exists(os.path.join(folder, f"model-{count - 1}")):
            command = [self.options.maker, os.path.join(HERE, "make_models.py"), folder, "--size", size, "--models", str(count)]
            run([command], self.scratch, self.environment, 3600)
        return [os.path.join(folder, name) for name in ["base", *(f"model-{i}" for i in range(count))]]

    def floor(self, inputs, synchronised=False):
        files = " ".join(f"'{folder}'/*.safetensors" for folder in inputs)
        sync = f"; sync '{self.output}'/*" if synchronised else ""
        return ["sh", "-c", f"cat {files} > /dev/null; mkdir '{self.output}'; cp '{inputs[0]}'/* '{self.output}'{sync}"]

    def wgit(self, method, inputs, threads=None):
        strategy, _, has_base = METHODS[method]
        base = ["--base", inputs[0]] if has_base else []
        more = ["--threads", str(threads)] if threads else []
        return [os.path.abspath(self.options.wgit), "merge", "-q", "--output", self.output, "--strategy", strategy, *base, *more,
                *inputs[1 if has_base else 0:]]

    def mergekit(self, method, inputs):
        _, name, has_base = METHODS[method]
        configuration = {"merge_method": name, "models": [
            {"model": folder, "parameters": {"weight": 1.0, "density": 0.5} if name == "ties" else {"weight": 1.0}
             if name == "linear" else {}} for folder in inputs[1 if has_base else 0:]]}
        if has_base:
            configuration["base_model"] = inputs[0]
        path = os.path.join(self.scratch, "merge.yml")
        with open(path, "w") as file:
            json.dump(configuration, file)
        return [self.options.mergekit, os.path.join(HERE, "run_mergekit.py"), path, self.output, self.phases]

    def compare(self, label, size, method, commands, rounds):
        """Runs the commands in turn, `rounds` times after one that is not counted."""
        samples = {name: [] for name in commands}
        for turn in range(rounds + 1):
            for name, command in commands.items():
                # mergekit takes minutes: once. What it loads was loaded by whoever ran it before.
                if name == "mergekit" and turn != 1:
                    continue
                try:
                    figures = self.measure(command)
                except Failure as failure:
                    raise SystemExit(f"{label}, {name}: {failure}") from None
                if turn or rounds == 0:
                    samples[name].append(figures)
        floor = {key: median([sample[key] for sample in samples["floor"]]) for key in ("wall", "cpu")}
        for name, figures in samples.items():
            row = {"what": label, "program": name, "size": size, "method": method, "rounds": len(figures),
                   **{key: median([sample[key] for sample in figures]) for key in ("wall", "cpu", "anonymous")}}
            row["wall_ratio"], row["cpu_ratio"] = row["wall"] / floor["wall"], row["cpu"] / floor["cpu"]
            self.rows.append(row)
            print(f"{label:34} {name:22} wall {row['wall']:7.2f} s ({row['wall_ratio']:5.2f} x)  CPU {row['cpu']:7.2f} s "
                  f"({row['cpu_ratio']:6.2f} x)  {row['anonymous'] / 2**20:6.0f} MiB", file=sys.stderr, flush=True)
        return floor

    def large(self):
        folders = self.models("large", 4)
        for method in self.options.methods.split(","):
            has_base = METHODS[method][2]
            inputs = folders[:4] if has_base else folders[1:]
            commands = {"floor": self.floor(inputs), "floor and sync": self.floor(inputs, True),
                        "wgit": self.wgit(method, inputs), "wgit, one thread": self.wgit(method, inputs, 1)}
            if self.options.mergekit:
                commands["mergekit"] = self.mergekit(method, inputs)
            label = f"{method}, 4 x 1 GB bf16"
            floor = self.compare(label, "large", method, commands, self.options.rounds)
            if self.options.mergekit:
                row = self.merge_alone(label, method)
                row["wall_ratio"], row["cpu_ratio"] = row["wall"] / floor["wall"], row["cpu"] / floor["cpu"]

    def minilm(self):
        inputs = self.models("minilm", 5)[1:]
        commands = {"floor": self.floor(inputs), "floor and sync": self.floor(inputs, True), "wgit": self.wgit("linear", inputs),
                    "wgit, one thread": self.wgit("linear", inputs, 1)}
        self.compare("linear, 5 x 91 MB f32", "minilm", "linear", commands, max(self.options.rounds, 9))

    def sparse(self):
        folders = self.models("sparse", 4)
        for method in self.options.methods.split(","):
            inputs = folders[:4] if METHODS[method][2] else folders[1:]
            self.compare(f"{method}, 4 x 8 GB bf16 of holes", "sparse", method,
                         {"floor": self.floor(inputs), "wgit": self.wgit(method, inputs)}, 0)


def markdown(report):
    lines = ["| merge | program | wall s | of the floor | CPU s | of the floor | anonymous MiB |", "|---|---|---:|---:|---:|---:|---:|"]
    for row in report["rows"]:
        lines.append(f"| {row['what']} | {row['program']} | {row['wall']:.2f} | {row['wall_ratio']:.2f} | {row['cpu']:.2f} | "
                     f"{row['cpu_ratio']:.2f} | {row['anonymous'] / 2**20:.0f} |")
    by = {(row["what"], row["program"]): row for row in report["rows"]}
    for (what, program), row in by.items():
        if program.startswith("mergekit, "):
            own = by[(what, "wgit")]
            lines.append(f"\n{what}: mergekit, its modules loaded, takes {row['cpu'] / own['cpu']:.1f} x wgit's CPU and "
                         f"{row['wall'] / own['wall']:.1f} x its wall time.")
    computer = report["machine"]
    lines.append(f"\nMachine: {computer['cores']} cores of {computer['processor']}, {computer['memory'] / 2**30:.0f} GiB, Linux "
                 f"{computer['kernel']}; load before the run {computer['load']:.1f}, after it {report['load_after']:.1f}.")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    for name in ("wgit", "scratch", "json", "markdown"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--mergekit", help="a Python with mergekit 0.1.5")
    parser.add_argument("--maker", default=sys.executable, help="a Python with numpy")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="large,minilm,sparse")
    parser.add_argument("--methods", default=",".join(METHODS), help="for the large and the sparse models")
    parser.add_argument("--limit", type=float, default=1800)
    options = parser.parse_args()
    benchmark = Benchmark(options)
    report = {"machine": machine(), "rounds": options.rounds}
    for part in options.only.split(","):
        getattr(benchmark, part)()
    report["rows"], report["load_after"] = benchmark.rows, os.getloadavg()[0]
    with open(options.json, "w") as file:
        json.dump(report, file, indent=1)
    with open(options.markdown, "w") as file:
        file.write(markdown(report))


if __name__ == "__main__":
    main()
