#!/usr/bin/env python3
"""Writes the golden files of TensorsTests. Run it in this folder; needs numpy.

float_conversion.json: F64 bit patterns with the F32, BF16 and F16 they round to, computed with exact fractions and, where
numpy has the type, compared with numpy.
linear_combination.json: sums of terms of mixed types in numpy's float64, divided once, rounded once with exact fractions.
counter_random.json: known answers of the counter-based generator, from its formulas.
spectrum.json: eigenvalues of small symmetric matrices, by numpy.
difference_rank.json: how many singular values of a change stand out of rounding, by numpy's SVD of the whole matrix.
"""
import json
import math
import random
import struct
from fractions import Fraction

import numpy as np

FORMATS = {"F32": (8, 23), "BF16": (8, 7), "F16": (5, 10)}


def double(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def double_bits(value):
    return struct.unpack("<Q", struct.pack("<d", value))[0]


def rounded(value, exponent_bits, fraction_bits):
    """The bits of the nearest number of a binary format, ties to even; None for NaN."""
    if math.isnan(value):
        return None
    bias = (1 << (exponent_bits - 1)) - 1
    sign = int(math.copysign(1, value) < 0) << (exponent_bits + fraction_bits)
    infinity = ((1 << exponent_bits) - 1) << fraction_bits
    if math.isinf(value):
        return sign | infinity
    exact = Fraction(abs(value))
    exponent = max(math.frexp(abs(value))[1] - 1, 1 - bias) if exact else 1 - bias
    # In units of the last place; Python rounds a Fraction half to even.
    steps = round(exact / Fraction(2) ** (exponent - fraction_bits))
    # Consecutive patterns are consecutive numbers, so a carry runs into the exponent by itself.
    return sign | min(steps + ((exponent + bias - 1) << fraction_bits), infinity)


def conversion_inputs(rng):
    inputs = [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 1e4, 65504.0, 65519.999, 65520.0, 65536.0, 1e300]
    inputs += [5e-324, 2.0**-1074, 2.0**-149, 2.0**-150, math.nextafter(2.0**-150, 1), 2.0**-133, 2.0**-134, 2.0**-24]
    inputs += [2.0**-25, math.nextafter(2.0**-25, 1), 2.0**-126, 2.0**-14, 3.4028234663852886e38, 3.4028235677973366e38]
    for exponent_bits, fraction_bits in FORMATS.values():
        bias = (1 << (exponent_bits - 1)) - 1
        for _ in range(120):
            # Midpoints of neighbours and their own neighbours, where a second rounding goes wrong.
            exponent = rng.randint(1 - bias - fraction_bits, bias)
            scale = max(exponent, 1 - bias) - fraction_bits - 1
            odd = 2 * rng.randint(0, (1 << (fraction_bits + 1)) - 1) + 1
            tie = math.ldexp(odd, scale)
            inputs += [tie, math.nextafter(tie, math.inf), math.nextafter(tie, 0.0), -tie]
    inputs += [rng.choice([-1, 1]) * math.ldexp(rng.random(), rng.randint(-160, 130)) for _ in range(400)]
    return inputs


def conversions():
    inputs = conversion_inputs(random.Random(1))
    table = {"F64": [f"{double_bits(v):016x}" for v in inputs]}
    for name, widths in FORMATS.items():
        bits = [rounded(v, *widths) for v in inputs]
        numpy_type = {"F32": (np.float32, np.uint32), "F16": (np.float16, np.uint16)}.get(name)
        if numpy_type:
            with np.errstate(over="ignore"):
                expected = np.array(inputs).astype(numpy_type[0]).view(numpy_type[1])
            assert all(b is None or b == int(e) for b, e in zip(bits, expected)), name
        table[name] = ["nan" if b is None else f"{b:x}" for b in bits]
    return table


MASK = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def counter_bits(seed, stream, index):
    if isinstance(stream, str):
        name, stream = stream, 0xCBF29CE484222325
        for byte in name.encode():
            stream = ((stream ^ byte) * 0x100000001B3) & MASK
    key0 = mix((seed + GAMMA) & MASK)
    key1 = mix(stream ^ ((key0 << 32 | key0 >> 32) & MASK))
    return mix(mix((key0 + GAMMA * index) & MASK) ^ key1)


def normal(seed, stream, index):
    u, v = (float(counter_bits(seed, stream, 2 * index + k) >> 11) * 2.0**-53 for k in (0, 1))
    return math.sqrt(-2 * math.log(1 - u)) * math.cos(2 * math.pi * v)


def permutation(seed, stream, count):
    order = list(range(count))
    for i in range(count - 1, 0, -1):
        j = counter_bits(seed, stream, i) * (i + 1) >> 64
        order[i], order[j] = order[j], order[i]
    return order


def generators():
    cases = []
    for seed, stream in [(0, 0), (1, 0), (0, 1), (MASK, MASK), (42, "model.embed_tokens.weight"), (42, "größe"), (7, "")]:
        indices = [0, 1, 2, 1000, 1 << 40, MASK]
        cases.append({
            "seed": f"{seed:x}",
            "stream": f"{stream:x}" if isinstance(stream, int) else None,
            "name": stream if isinstance(stream, str) else None,
            "indices": [f"{i:x}" for i in indices],
            "bits": [f"{counter_bits(seed, stream, i):x}" for i in indices],
            "belowThousand": [counter_bits(seed, stream, i) * 1000 >> 64 for i in indices],
            "normals": [normal(seed, stream, i) for i in range(8)],
            "permutation": permutation(seed, stream, 12),
        })
    return cases


def combinations():
    rng = np.random.default_rng(3)
    formats = {**FORMATS, "F64": (11, 52)}
    edges = [0.0, -0.0, 1.0, 65504.0, 6e-8, -6e-8, 1e-45, -3e38, math.inf, -math.inf]
    cases = []
    for types, coefficients, divisor in [
        (["F32"] * 3, [1, 1, 1], 3), (["BF16"] * 4, [1, 1, 1, 1], 4), (["F32", "BF16"], [0.3, 0.7], 1),
        (["F16", "F64", "F32"], [-1.5, 0.1, 2], 0.6), (["BF16"], [1], 1), (["F32"], [1], 1), (["F64"], [0.5], 1),
        (["F32"] * 3, [1, 0.4, -0.4], 1),
    ]:
        terms, total = [], np.full(60, -0.0)
        for name, coefficient in zip(types, coefficients):
            values = np.concatenate([rng.standard_normal(50) * 0.05, rng.permutation(edges)])
            bits = [rounded(value, *formats[name]) for value in values]
            width = 1 + sum(formats[name])
            exact = {"F64": lambda b: np.uint64(b).view(np.float64), "F32": lambda b: np.uint32(b).view(np.float32),
                     "F16": lambda b: np.uint16(b).view(np.float16),
                     "BF16": lambda b: np.uint32(b << 16).view(np.float32)}[name]
            with np.errstate(invalid="ignore"):
                total = total + np.float64(coefficient) * np.array([np.float64(exact(b)) for b in bits])
            data = b"".join(b.to_bytes(width // 8, "little") for b in bits)
            terms.append({"dtype": name, "coefficient": f"{double_bits(coefficient):016x}", "bytes": data.hex()})
        total = total / np.float64(divisor)
        results = {}
        for name, widths in formats.items():
            bits = [rounded(value, *widths) for value in total]
            results[name] = ["nan" if b is None else f"{b:x}" for b in bits]
        cases.append({"terms": terms, "divisor": f"{double_bits(divisor):016x}", "results": results})
    return cases


def spectra():
    cases = []
    for order, formula in [(1, "fractions"), (2, "fractions"), (3, "diagonal"), (7, "fractions"), (40, "fractions"), (24, "low"), (5, "zero")]:
        i, j = np.meshgrid(np.arange(order), np.arange(order), indexing="ij")
        matrix = {
            "fractions": ((i * 7 + j * 7 + i * j * 3) % 23 - 11) / 4.0,
            "diagonal": np.where(i == j, i - 1.0, 0.0),
            # Of rank 2: two outer products.
            "low": (i % 5 - 2.0) * (j % 5 - 2.0) + (i % 3) * (j % 3),
            "zero": i * 0.0,
        }[formula]
        assert (matrix == matrix.T).all()
        cases.append({"order": order, "matrix": matrix.ravel().tolist(), "eigenvalues": np.linalg.eigvalsh(matrix).tolist()})
    return cases


def stored(values, name):
    """Values as a type keeps them, in float64."""
    if name == "BF16":
        bits = values.astype(np.float32).view(np.uint32)
        return ((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000).astype(np.uint32).view(np.float32).astype(np.float64)
    return values.astype({"F32": np.float32, "F16": np.float16, "F64": np.float64}[name]).astype(np.float64)


def difference_ranks():
    cases = []
    for seed, (name, shape, planted, scale) in enumerate([
        ("F32", [120, 90], 1, 1e-4), ("F32", [120, 90], 8, 1e-3), ("F32", [90, 120], 30, 1e-3), ("F64", [50, 70], 12, 1e-6),
        ("BF16", [120, 90], 4, 0.02), ("F16", [120, 90], 8, 0.01), ("F32", [120, 90], 90, 1e-3), ("F32", [20, 10], 10, 1e-3),
        ("F32", [16, 4, 3, 3], 3, 1e-3), ("BF16", [120, 90], 0, 0.0),
    ]):
        rows, columns = shape[0], int(np.prod(shape[1:]))
        draw = lambda stream, count: np.array([normal(seed, stream, index) for index in range(count)])
        before = stored(0.05 * draw(0, rows * columns), name).reshape(rows, columns)
        change = draw(1, rows * planted).reshape(rows, planted) @ draw(2, planted * columns).reshape(planted, columns)
        after = stored(before + scale * change, name)
        difference = after - before
        precision = {"F64": 52, "F32": 23, "F16": 10, "BF16": 7}[name]
        ulp = np.where(difference == 0, 0, 2.0 ** (np.floor(np.log2(np.abs(after))) - precision))
        noise = np.sqrt((ulp**2).mean() / 12) * (math.sqrt(rows) + math.sqrt(columns))
        singular = np.linalg.svd(difference, compute_uv=False)
        rank = int((singular > max(2 * noise, 1e-9 * singular[0])).sum())
        assert rank == planted, (name, shape, planted, rank)
        cases.append({"seed": seed, "dtype": name, "shape": shape, "planted": planted, "scale": scale, "rank": rank})
    return cases


for file, content in [
    ("spectrum.json", spectra()), ("difference_rank.json", difference_ranks()),
    ("float_conversion.json", conversions()), ("linear_combination.json", combinations()),
    ("counter_random.json", generators()),
]:
    with open(file, "w") as out:
        json.dump(content, out, indent=0)
        out.write("\n")
