#!/usr/bin/env python3
"""Compares recipes.json with mergekit 0.1.5, computing in float64: does what numpy says also come out of mergekit?

Run it with a Python that has mergekit, in this folder. Random masks are made the same by replacing torch.bernoulli.
Prints one line per method and every difference; exits with 1 if there is one that is not listed in DEPARTURES.
"""
import collections
import json
import sys

import numpy as np
import torch
from mergekit.merge_methods.api import merge_tensors

import encoding
from reference import uniforms

METHODS = {"weighted": "linear", "ratatouille": "linear", "ramplus-tl": "ramplus_tl"}
NOT_IN_MERGEKIT = ("wise-ft", "ramplus:", "emr")
KEYS = {"flatten": "nuslerp_flatten", "row-wise": "nuslerp_row_wise"}
# Where mergekit is left alone, and why: see the recipes' comments.
DEPARTURES = {
    ("slerp", "zero model"): "takes a zero vector for perpendicular",
    ("nuslerp", "zero model"): "takes a zero vector for perpendicular",
    ("nuslerp", "one-sided"): "takes a zero vector for perpendicular",
    ("nuslerp", "sparse"): "takes a zero vector for perpendicular",
    ("nuslerp", "antipodal"): "follows rounding noise",
    ("nuslerp", "opposite changes"): "follows rounding noise",
    ("nuslerp", "equal magnitudes"): "follows rounding noise",
    ("dare", "equal magnitudes"): "sums that cancel out have the sign of rounding noise",
    ("slerp", "subnormal"): "takes small norms for zero",
    ("nuslerp", "subnormal"): "takes small norms for zero",
    ("multislerp", "all zero"): "stops",
    ("multislerp", "antipodal"): "stops where vectors cancel out",
    ("multislerp", "equal"): "stops where nothing changed",
    ("multislerp", "subnormal"): "adds eps to norms",
    ("karcher", "antipodal"): "follows rounding noise",
    ("karcher", "subnormal"): "takes small norms for zero",
    ("della", "scalar"): "stops: no rank in a row of one",
    ("della", "narrow"): "stops: no rank in a row of one",
    ("della", "conv"): "ranks along the second axis",
    ("dare", "subnormal"): "does not rescale small sums",
    ("della", "subnormal"): "does not rescale small sums",
    ("ties", "subnormal"): "does not rescale small sums",
    ("breadcrumbs", "subnormal"): "does not rescale small sums",
    ("sce", "subnormal"): "absolute guards",
    ("model-stock", "subnormal"): "an absolute guard",
}


def parameters(settings, per_model):
    result = {}
    key = None
    for part in filter(None, settings.split(",")):
        if "=" in part:
            key, value = part.split("=")
            result[key] = [value]
        else:
            result[key].append(part)
    parsed = {}
    for key, values in result.items():
        values = [{"true": True, "false": False, "l1": True, "none": False, "row": True}.get(v, v) for v in values]
        values = [float(v) if isinstance(v, str) and v[0] in "-.0123456789" else v for v in values]
        parsed[KEYS.get(key, key.replace("-", "_"))] = values if key in per_model else values[0]
    return parsed


def run(strategy, tensors, has_base, seed, name):
    method, _, settings = strategy.partition(":")
    per_model = ("weight", "density", "gamma", "epsilon", "scale") if not method.startswith("ram") else ()
    values = parameters(settings, per_model)
    count = len(tensors) - has_base
    if "angle_per" in values or method == "model-stock":
        if "mean_of" in values or values.get("angle_per") == "filter" or "clamp_t" in values:
            return None
    if method in ("dare-linear", "dare-ties", "della", "della-linear"):
        if "rescale" not in values:
            return None  # mergekit does not do what the paper says
    if method not in ("ratatouille", "model-stock", "slerp", "karcher", "sce", "ram", "ramplus-tl", "nearswap",
                      "arcee-fusion", "passthrough"):
        values.setdefault("weight", [1.0])
    if method == "ratatouille":
        values["weight"] = [1.0]
    if method == "slerp":
        values.setdefault("t", 0.5)
    base_index = 0 if has_base or method in ("slerp", "nearswap", "arcee-fusion") else None
    for key in per_model:
        if key in values:
            values[key] = values[key] * count if len(values[key]) == 1 else values[key]
    if "max_iter" in values:
        values["max_iter"] = int(values["max_iter"])
    drawn = iter([i for i, d in enumerate(values.get("density", [])) if d < 1])

    def bernoulli(chance):
        numbers = uniforms(seed, name, next(drawn), chance.numel())
        return (torch.from_numpy(numbers).reshape(chance.shape) < chance.double()).to(chance.dtype)

    torch.bernoulli = bernoulli
    inputs = [torch.from_numpy(np.array(t)) for t in tensors]
    return merge_tensors(inputs, METHODS.get(method, method.replace("-", "_")), parameters=values,
                         base_index=base_index, dtype=torch.float64).numpy()


def near(actual, expected, dtype, scale):
    # mergekit computes sparse changes in float32 whatever it is told, and adds 1e-8 to norms in multislerp.
    tolerance = {"F32": 1e-6, "BF16": 2.0**-7, "F16": 2.0**-10, "F64": 1e-7}[dtype]
    own = np.maximum(np.abs(actual), np.abs(expected))
    allowed = np.maximum(tolerance * own, {"F32": 1e-6, "F64": 1e-7}.get(dtype, 1e-12) * scale)
    return (np.abs(actual - expected) <= allowed) | (actual == expected)


def is_ambiguous(strategy, base, models):
    """Whether equal magnitudes leave open what is selected: torch's sort is not stable."""
    if not strategy.startswith(("ties", "della", "breadcrumbs", "sce:")):
        return False
    deltas = [np.abs((m - base).astype(np.float32)).reshape(-1) for m in models]
    if strategy.startswith("sce"):
        deltas = [np.std([m - base for m in models], axis=0).astype(np.float32).reshape(-1)]
    return any(len(np.unique(d)) < len(d) for d in deltas)


def main():
    golden = json.load(open("recipes.json"))
    seen, agreed, unexpected = collections.Counter(), collections.Counter(), 0
    used = set()
    for tensor in golden["tensors"]:
        arrays = [encoding.decode(t, d).reshape(tensor["shape"]) for t, d in zip(tensor["inputs"], tensor["dtypes"])]
        kind = tensor["name"].rsplit(" ", 1)[0]
        scale = max(np.abs(a).max() for a in arrays)
        for strategy, count, has_base, output in tensor["cases"]:
            if strategy.startswith(NOT_IN_MERGEKIT):
                continue
            if has_base and is_ambiguous(strategy, arrays[0], arrays[1:1 + count]):
                continue
            method = strategy.partition(":")[0]
            dtype = tensor["dtypes"][0 if has_base else 1]
            expected = encoding.decode(output, dtype).reshape(tensor["shape"])
            inputs = ([arrays[0]] if has_base else []) + arrays[1:1 + count]
            try:
                actual = run(strategy, inputs, has_base, golden["seed"], golden["name"])
                if actual is None:
                    continue
                actual = encoding.decode(encoding.encode(actual, dtype), dtype).reshape(tensor["shape"])
                ok = bool(near(actual, expected, dtype, scale).all())
                detail = f"mergekit {actual.reshape(-1)[:4]} expected {expected.reshape(-1)[:4]}"
            except (ValueError, RuntimeError, IndexError) as error:
                ok, detail = False, f"mergekit: {str(error)[:80]}"
            seen[method] += 1
            agreed[method] += ok
            if not ok:
                rule = next((r for r in DEPARTURES if method.startswith(r[0]) and kind == r[1]), None)
                used.add(rule)
                if rule is None:
                    unexpected += 1
                    print(f"{tensor['name']}, {strategy}: {detail}")
    for method in seen:
        print(f"{method:18} {agreed[method]:4} of {seen[method]:4} agree")
    print("departures seen:", sorted(r for r in used if r))
    sys.exit(1 if unexpected else 0)


main()
