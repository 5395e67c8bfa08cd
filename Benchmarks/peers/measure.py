"""Runs a program and measures its whole process tree; describes the machine. Standard library only."""

import hashlib
import json
import os
import platform
import signal
import statistics
import struct
import subprocess
import tempfile
import threading
import time


class Failure(Exception):
    pass


def run(commands, folder, environment, limit):
    """Runs commands one after the other. Seconds of CPU and of wall time are summed, peak memory is the largest
    process's. The kernel never reports less than this program's own peak: it must stay small, and is about 25 MB."""
    total = {"cpu": 0.0, "wall": 0.0, "rss": 0, "output": ""}
    for command in commands:
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            started = time.monotonic()
            try:
                child = subprocess.Popen(
                    [str(part) for part in command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                    stdout=output, stderr=errors, start_new_session=True)
            except OSError as error:
                raise Failure(str(error)) from None
            late = threading.Event()

            def kill():
                late.set()
                os.killpg(child.pid, signal.SIGKILL)

            timer = threading.Timer(limit, kill)
            timer.start()
            _, status, usage = os.wait4(child.pid, 0)
            timer.cancel()
            child.returncode = os.waitstatus_to_exitcode(status)
            total["wall"] += time.monotonic() - started
            total["cpu"] += usage.ru_utime + usage.ru_stime
            total["rss"] = max(total["rss"], usage.ru_maxrss * 1024)
            output.seek(0)
            total["output"] = output.read().decode(errors="replace")
            errors.seek(0)
            last = errors.read().decode(errors="replace").strip().splitlines()[-1:] or [""]
        if late.is_set():
            raise Failure(f"stopped after {limit:.0f} s")
        if child.returncode != 0:
            raise Failure(f"exit code {child.returncode}: {last[0][:200]}")
    return total


def disk_usage(paths):
    """Bytes allocated, each file once."""
    seen, total = set(), 0
    for top in paths:
        for folder, _, files in os.walk(top):
            for path in [folder] + [os.path.join(folder, name) for name in files]:
                state = os.lstat(path)
                if (state.st_dev, state.st_ino) not in seen:
                    seen.add((state.st_dev, state.st_ino))
                    total += state.st_blocks * 512
    return total


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def tensors(path):
    """Name, type, shape and hash of each tensor of a safetensors file: equal if only order or header differ."""
    result = {}
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(length))
        for name, entry in header.items():
            if name != "__metadata__":
                first, last = entry["data_offsets"]
                file.seek(8 + length + first)
                digest, left = hashlib.sha256(), last - first
                while left > 0:
                    block = file.read(min(left, 1 << 20))
                    if not block:
                        raise ValueError("the file is cut short")
                    digest.update(block)
                    left -= len(block)
                result[name] = (entry["dtype"], entry["shape"], digest.hexdigest())
    return result


def median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def machine():
    processor = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    return {"processor": processor, "cores": os.cpu_count(), "memory": memory * 1024, "kernel": platform.release(),
            "load": os.getloadavg()[0]}
