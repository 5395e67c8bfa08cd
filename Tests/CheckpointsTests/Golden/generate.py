#!/usr/bin/env python3
"""Writes safetensors_verdicts.json: small files, many mutants of them, and what the `safetensors` package says of each.

Run it in this folder; needs the PyPI packages safetensors and numpy. A mutant is a base file's index, whether the
package accepts it, and edits [offset, bytes removed, hex of bytes put in], applied in turn.
"""
import base64
import json
import random
import struct

import numpy as np
import safetensors
from safetensors.numpy import save

RNG = random.Random(20)


def accepts(data):
    try:
        safetensors.deserialize(bytes(data))
        return True
    except safetensors.SafetensorError:
        return False


def frame(header, data=b""):
    header = header.encode() if isinstance(header, str) else header
    return struct.pack("<Q", len(header)) + header + data


def base_files():
    f32, i64 = np.arange(6, dtype=np.float32).reshape(2, 3), np.arange(2)
    return [
        save({"a": f32}),
        save({"w": f32, "b": i64, "h": f32.astype(np.float16), "m": np.array([True])}, metadata={"format": "pt"}),
        save({"empty": np.zeros((0, 4), np.float32), "scalar": np.array(1.5), "é\n\"": np.zeros(3, np.uint8)}),
        frame('{"x":{"dtype":"BF16","shape":[2,1],"data_offsets":[0,4]},"y":{"dtype":"F4","shape":[4],'
              '"data_offsets":[4,6]}}', b"\0" * 6),
        frame('{"__metadata__":{"k":"v","l":"w"},"p":{"shape":[1],"data_offsets":[0,1],"dtype":"U8","extra":[1,{}]},'
              '"q":{"dtype":"I8","shape":[],"data_offsets":[1,2]}}  ', b"\0\1"),
        frame("{}"),
    ]


DTYPES = "BOOL F4 F6_E2M3 F6_E3M2 U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ I16 U16 F16 BF16 I32 U32 F32 C64 F64 I64 U64".split()
# Text put into headers in place of other text: numbers and types first of all, then pieces of grammar.
PIECES = [b'"%s"' % name.encode() for name in DTYPES + ["C128", "f32", ""]] + [
    b"0", b"1", b"2", b"3", b"4", b"6", b"7", b"8", b"12", b"16", b"24", b"-1", b"-0", b"1.0", b"1e0", b"4294967296",
    b"9223372036854775807", b"9223372036854775808", b"18446744073709551615", b"18446744073709551616", b"1e999", b"00",
    b"null", b"true", b"[]", b"{}", b"[0]", b"[0,0]", b"[1,4]", b"[2,2,2]", b'"a"', b'"x"', b'""', b'"\\u0061"',
    b'"\\ud800"', b'"\\ud83d\\ude00"', b'"\xff"', b'"\xc3\xa9"', b'"dtype"', b'"shape"', b'"data_offsets"',
    b'"__metadata__"', b",", b":", b"[", b"]", b"{", b"}", b" ", b"\n", b"\t", b"\0", b"\\", b'"', b"/", b"'",
]


NAMES = [b"a", b"w", b"b", b"h", b"m", b"empty", b"scalar", b"x", b"y", b"p", b"q"]
NEW_NAMES = [b'"n"', b'""', b'"\\u0061b"', b'"\xc3\xa9"', b'"\\ud83d\\ude00"', b'"\\n"', b'"dtype"', b'"\x7f"', b'"a b"']


def tokens(header):
    """The ranges of the tokens of a header's JSON."""
    ranges, i = [], 0
    while i < len(header):
        j = i + 1
        if header[i:j] == b'"':
            while j < len(header) and header[j - 1:j] != b'"' or j == i + 1 and j < len(header):
                j += 2 if header[j:j + 1] == b"\\" else 1
                if header[j - 1:j] == b'"':
                    break
        elif header[i:j].isdigit():
            while header[j:j + 1].isdigit():
                j += 1
        ranges.append((i, min(j, len(header))))
        i = j
    return ranges


def mutate(base):
    size = struct.unpack("<Q", base[:8])[0]
    kind = RNG.random()
    if kind < 0.12:
        return [[RNG.randrange(8 + size), 1, f"{RNG.randrange(256):02x}"]]
    if kind < 0.16:
        return [[8 + size, len(base), (b"\0" * RNG.randrange(30)).hex()]]
    if kind < 0.20:
        return [[0, 8, struct.pack("<Q", max(0, size + RNG.randint(-6, 6))).hex()]]
    if kind < 0.23:
        return [[RNG.randrange(len(base)), len(base), ""]]
    edits, header = [], base[8:8 + size]
    if kind < 0.40:
        # Harmless as a rule: white space between tokens, other letters in names.
        for _ in range(RNG.randrange(1, 6)):
            start, end = RNG.choice(tokens(header))
            name = header[start:end].startswith(b'"') and header[start + 1:end - 1] in NAMES
            piece = RNG.choice(NEW_NAMES) if name else RNG.choice([b" ", b"\n", b"\t", b"\r"])
            end = end if name else start
            header = header[:start] + piece + header[end:]
            edits.append([8 + start, end - start, piece.hex()])
        return edits + [[0, 8, struct.pack("<Q", len(header)).hex()]]
    for _ in range(RNG.choice([1, 1, 1, 2, 2, 3])):
        ranges = tokens(header)
        if not ranges:
            break
        start, end = RNG.choice(ranges)
        other = RNG.choice(ranges)
        piece = RNG.choice(PIECES) if RNG.random() < 0.6 else header[other[0]:other[1]]
        how = RNG.random()
        start, end, piece = (start, start, piece) if how < 0.15 else (start, end, b"" if how < 0.25 else piece)
        header = header[:start] + piece + header[end:]
        edits.append([8 + start, end - start, piece.hex()])
    return edits + [[0, 8, struct.pack("<Q", len(header)).hex()]]


def apply(base, edits):
    data = bytearray(base)
    for offset, removed, inserted in edits:
        data[offset:offset + removed] = bytes.fromhex(inserted)
    return bytes(data)


def duplicated(base):
    """Mutants that repeat a whole member, which the random edits seldom do."""
    size = struct.unpack("<Q", base[:8])[0]
    header = json.loads(base[8:8 + size])
    for key, value in header.items():
        member = json.dumps(key) + ":" + json.dumps(value) + ","
        yield [[9, 0, member.encode().hex()], [0, 8, struct.pack("<Q", size + len(member)).hex()]]


def main():
    bases = base_files()
    assert all(map(accepts, bases))
    mutants = [[i, edits] for i, base in enumerate(bases) for edits in duplicated(base)]
    while len(mutants) < 10000:
        index = RNG.randrange(len(bases))
        mutants.append([index, mutate(bases[index])])
    rows = [[i, int(accepts(apply(bases[i], edits))), *edits] for i, edits in mutants]
    saved = {dtype: base64.b64encode(data).decode() for dtype, data in library_files().items()}
    for name, file in EXCEPTIONS.items():
        assert accepts(file), name
    exceptions = {name: base64.b64encode(file).decode() for name, file in EXCEPTIONS.items()}
    content = {"exceptions": exceptions, "bases": [base64.b64encode(b).decode() for b in bases], "mutants": rows, "saved": saved}
    with open("safetensors_verdicts.json", "w") as out:
        json.dump(content, out, separators=(",", ":"))
        out.write("\n")
    print(len(rows), "mutants,", sum(row[1] for row in rows), "accepted")


# Files that the library takes by accident of its deserialiser, or with 64-bit unsigned extents, and wgit refuses.
EXCEPTIONS = {
    "repeated tensor": frame('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},'
                             '"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}', b"\0"),
    "repeated metadata key": frame('{"__metadata__":{"k":"1","k":"2"}}'),
    "entry as a list": frame('{"a":["U8",[1],[0,1]]}', b"\0"),
    "dtype as an object": frame('{"a":{"dtype":{"U8":null},"shape":[1],"data_offsets":[0,1]}}', b"\0"),
    "empty tensor with an extent of 2^63": frame(
        '{"a":{"dtype":"U8","shape":[9223372036854775808,0],"data_offsets":[0,0]}}'),
    "empty tensor with extents that multiply to 2^63": frame(
        '{"a":{"dtype":"U8","shape":[4294967296,2147483648,0],"data_offsets":[0,0]}}'),
}


def library_files():
    """Files as the package writes them, whose headers the writer must reproduce."""
    types = [np.bool_, np.uint8, np.int8, np.int16, np.uint16, np.float16, np.int32, np.uint32, np.float32, np.float64,
             np.int64, np.uint64]
    mixed = {f"t{i}": np.zeros((i % 3, 2), dtype) for i, dtype in enumerate(types)}
    return {
        "mixed": save(mixed, metadata={"format": "pt"}),
        "names": save({name: np.zeros(2, np.float32) for name in ["b", "a", "", "é", "\n\"\\\x01\x7f", "B", "a.b", "/"]}),
        "none": save({}),
    }


main()
