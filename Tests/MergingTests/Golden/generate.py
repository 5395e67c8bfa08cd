#!/usr/bin/env python3
"""Writes weighted_mean.json, recipes.json and companions.json: merges by numpy in float64, rounded once to the type of the result.

Run it in this folder; needs numpy. Tensors are hex strings of little-endian elements.
"""
import json
import math

import numpy as np

import cases
from encoding import decode, encode

RNG = np.random.default_rng(7)


def mean(tensors, weights):
    used = [(t, w) for t, w in zip(tensors, weights) if w != 0]
    if len(used) == 1:
        return used[0][0]
    with np.errstate(over="ignore", invalid="ignore"):
        total = used[0][0] * used[0][1]
        for tensor, weight in used[1:]:
            total = total + weight * tensor
        return total / math.fsum(weights)


def case(name, tensors, dtypes, result, weights=None):
    weights = weights or [1.0] * len(tensors)
    inputs = [encode(np.asarray(t, dtype=np.float64), d) for t, d in zip(tensors, dtypes)]
    values = mean([decode(i, d) for i, d in zip(inputs, dtypes)], weights)
    output = encode(values, result)
    if len(set(zip(inputs, dtypes))) == 1:  # equal tensors are handed on
        output = encode(decode(inputs[0], dtypes[0]), result)
    rounded = decode(output, result)
    return {"name": name, "dtypes": dtypes, "inputs": inputs, "weights": weights, "dtype": result, "output": output,
            "nan": int(np.isnan(rounded).sum()), "infinite": int(np.isinf(rounded).sum())}


def weighted_means():
    cases = []
    tiny = {"F64": 2.0**-1070, "F32": 2.0**-145, "BF16": 2.0**-130, "F16": 2.0**-20}
    for dtype in ["F64", "F32", "BF16", "F16"]:
        for n in [1, 2, 3, 5, 8]:
            cases.append(case(f"{dtype} normal {n}", RNG.normal(size=(n, 96)), [dtype] * n, dtype))
        spread = RNG.normal(size=(4, 256)) * 2.0 ** RNG.integers(-9, 9, size=(4, 256))
        cases.append(case(f"{dtype} spread", spread, [dtype] * 4, dtype))
        cases.append(case(f"{dtype} subnormal", RNG.normal(size=(3, 64)) * tiny[dtype], [dtype] * 3, dtype))
        cases.append(case(f"{dtype} large", RNG.normal(size=(3, 64)) * 1e4, [dtype] * 3, dtype))
        x = RNG.normal(size=64)
        cases.append(case(f"{dtype} antipodal", [x, -x], [dtype] * 2, dtype))
        cases.append(case(f"{dtype} equal", [x, x, x], [dtype] * 3, dtype))
        specials = [[math.nan, 1, math.inf, -math.inf, math.inf, 0.0, -0.0, -0.0],
                    [1, math.nan, math.inf, 1, -math.inf, -0.0, -0.0, 0.0]]
        cases.append(case(f"{dtype} special", specials, [dtype] * 2, dtype))
        cases.append(case(f"{dtype} zeros", [np.zeros(4), -np.zeros(4)], [dtype] * 2, dtype))
        cases.append(case(f"{dtype} empty", np.zeros((2, 0)), [dtype] * 2, dtype))
        weights = [2.0, 1.0, 3.0]
        cases.append(case(f"{dtype} multiplicities", RNG.normal(size=(3, 128)), [dtype] * 3, dtype, weights))
        cases.append(case(f"{dtype} zero weight", [x, x * math.inf, -x / 3], [dtype] * 3, dtype, [1.0, 0.0, 2.0]))
        cases.append(case(f"{dtype} one left", [x, x / 3], [dtype] * 2, dtype, [0.3, 0.0]))
        cases.append(case(f"{dtype} fractions", RNG.normal(size=(2, 64)), [dtype] * 2, dtype, [0.7, 0.3]))
        cases.append(case(f"{dtype} extrapolated", RNG.normal(size=(2, 64)), [dtype] * 2, dtype, [1.5, -0.5]))
        for result in ["F64", "F32", "BF16", "F16"]:
            if result != dtype:
                cases.append(case(f"{dtype} to {result}", RNG.normal(size=(3, 64)) * 3e4, [dtype] * 3, result))
    cases.append(case("mixed", RNG.normal(size=(4, 64)), ["F32", "BF16", "F16", "F64"], "F32"))
    with open("weighted_mean.json", "w") as out:
        json.dump(cases, out, indent=0)
        out.write("\n")


weighted_means()
cases.write("recipes.json")
cases.write_companions("companions.json")
