"""Makes the repository that FormatFixtureTests reads: a small history with every encoding that is written.

    python3 make_fixture.py WGIT FOLDER

WGIT is the binary, FOLDER a new folder; its .wgit is what the tests keep, as format-1 and format-2. It is made once for each
version of the format and never again: later versions must read it as it is. Of format 1 there was no half.safetensors.
"""
import array
import json
import os
import random
import struct
import subprocess
import sys


def safetensors(tensors):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, dtype, shape, value in tensors:
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(value)]}
        data += value
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def floats(values):
    return array.array("f", values).tobytes()


def main(wgit, folder):
    os.makedirs(folder)
    environment = dict(
        os.environ, WGIT_AUTHOR_NAME="Ada", WGIT_AUTHOR_EMAIL="ada@example.org", WGIT_DATE="1700000000 +0100",
        WGIT_THREADS="1", HOME=folder)

    def run(*words):
        subprocess.run([wgit, *words], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)

    def write(weights, head):
        tensors = [
            ("body", "F32", [30, 300], floats(weights)), ("zero", "F32", [2000], floats([0.0] * 2000)),
            ("count", "I64", [], struct.pack("<q", 7)), ("none", "F32", [0, 4], b""), ("head", "F32", [len(head)], floats(head)),
        ]
        with open(os.path.join(folder, "model.safetensors"), "wb") as file:
            file.write(safetensors(tensors))

    draw = random.Random(1)
    weights = [draw.gauss(0, 0.02) for _ in range(9000)]
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump({"layers": list(range(200))}, file)
    run("init")
    write(weights, [1.0, 2.0])
    with open(os.path.join(folder, "half.safetensors"), "wb") as file:
        upper = [struct.unpack("<I", struct.pack("<f", weight))[0] for weight in weights]
        halves = [bits + 0x7FFF + (bits >> 16 & 1) >> 16 for bits in upper]
        file.write(safetensors([("body", "BF16", [30, 300], array.array("H", halves).tobytes())]))
    run("add", ".")
    run("commit", "-m", "Base")
    for branch in ("a", "b"):
        run("switch", "-c", branch, "main")
        write([weight + draw.gauss(0, 1e-5) for weight in weights], [1.0, draw.random()])
        run("commit", "-a", "-m", "Fine-tuned " + branch)
    run("switch", "a")
    run("merge", "--strategy", "ratatouille", "b")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), sys.argv[2])
