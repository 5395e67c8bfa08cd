"""The cases of recipes.json: every recipe on tensors of all kinds, in all element types.

For each tensor the base and three models, then cases: strategy, number of models, whether there is a base, result.
"""
import json

import numpy as np

import reference as ref
from encoding import decode, encode

RNG = np.random.default_rng(11)
NAME = "layer.weight"
SEED = 42
TYPES = {"f32": ["F32"] * 4, "bf16": ["BF16"] * 4, "f16": ["F16"] * 4, "f64": ["F64"] * 4,
         "mixed": ["F32", "BF16", "F16", "F32"], "mixed16": ["BF16", "F32", "BF16", "F16"]}


def fine_tuned(shape, size=0.1):
    base = RNG.normal(size=shape)
    return [base] + [base + size * RNG.normal(size=shape) for _ in range(3)]


def tensor_sets():
    """Base and three models each."""
    sets = {}
    sets["matrix"] = fine_tuned((5, 8))
    sets["conv"] = fine_tuned((3, 2, 2, 3), 0.5)
    sets["vector"] = fine_tuned((11,))
    sets["scalar"] = fine_tuned(())
    sets["narrow"] = fine_tuned((4, 1))
    sets["large"] = [1e4 * x for x in fine_tuned((6,), 0.01)]
    sets["subnormal"] = [2.0**-20 * x for x in fine_tuned((8,), 0.5)]
    x = RNG.normal(size=(3, 4))
    zero = np.zeros((3, 4))
    sets["all zero"] = [zero] * 4
    sets["zero base"] = [zero] + [RNG.normal(size=(3, 4)) for _ in range(3)]
    sets["zero model"] = [x, zero, x + 0.1 * RNG.normal(size=(3, 4)), x]
    sets["equal"] = [x] * 4
    sets["one-sided"] = [x, x + 0.1 * RNG.normal(size=(3, 4)), x, x]
    sets["antipodal"] = [zero, x, -x, x / 2]
    y = 0.1 * RNG.normal(size=(3, 4))
    sets["opposite changes"] = [x, x + y, x - y, x]
    sets["equal magnitudes"] = [x, x + 0.25, x - 0.25, x + 0.25]
    sparse = [x.copy() for _ in range(4)]
    for index in range(1, 4):
        at = RNG.integers(0, 2, size=(3, 4)) == 1
        sparse[index][at] += 0.5 * RNG.normal(size=(3, 4))[at]
    sets["sparse"] = sparse
    return sets


W = "weight=0.5,1,2"
WS = [0.5, 1.0, 2.0]


def task_vector_cases():
    """Strategy, function of (base, models, wide)."""
    yield f"task-arithmetic:{W}", lambda b, m, w: ref.task_arithmetic(b, m, WS)
    yield f"task-arithmetic:{W},lambda=-0.5,normalize=true", lambda b, m, w: ref.task_arithmetic(b, m, WS, -0.5, True)
    yield f"ties:{W},density=0.5", lambda b, m, w: ref.ties(b, m, WS, w, [0.5] * 3)
    yield "ties:density=0.2,0.6,1,lambda=0.7,normalize=false,rescale=l1", \
        lambda b, m, w: ref.ties(b, m, [1.0] * 3, w, [0.2, 0.6, 1], 0.7, False, "l1")
    yield "ties:density=0.01", lambda b, m, w: ref.ties(b, m, [1.0] * 3, w, [0.01] * 3)
    yield "ties:weight=1,-1,1", lambda b, m, w: ref.ties(b, m, [1.0, -1.0, 1.0], w, [1] * 3)
    for name, elect in [("dare-linear", False), ("dare-ties", True)]:
        yield f"{name}:{W},density=0.6", lambda b, m, w, e=elect: ref.dare(b, m, WS, [0.6] * 3, e, SEED, NAME)
        yield f"{name}:density=0.3,0.9,1,lambda=1.5,rescale=l1,normalize=true", lambda b, m, w, e=elect: ref.dare(
            b, m, [1.0] * 3, [0.3, 0.9, 1], e, SEED, NAME, 1.5, True, "l1")
        yield f"{name}:density=0.5,rescale=none", lambda b, m, w, e=elect: ref.dare(
            b, m, [1.0] * 3, [0.5] * 3, e, SEED, NAME, rescale="none")
    for name, elect in [("della-linear", False), ("della", True)]:
        yield f"{name}:{W},density=0.6", lambda b, m, w, e=elect: ref.della(
            b, m, WS, w, [0.6] * 3, 0.15, e, SEED, NAME, normalize=e)
        yield f"{name}:density=0.5,epsilon=0.4,rescale=l1,lambda=0.5", lambda b, m, w, e=elect: ref.della(
            b, m, [1.0] * 3, w, [0.5] * 3, 0.4, e, SEED, NAME, 0.5, e, "l1")
    for name, elect in [("breadcrumbs", False), ("breadcrumbs-ties", True)]:
        yield f"{name}:{W},density=0.5,gamma=0.2", lambda b, m, w, e=elect: ref.breadcrumbs(
            b, m, WS, w, [0.5] * 3, 0.2, e)
        yield f"{name}:density=0.9,gamma=0.5,rescale=l1,normalize=true", lambda b, m, w, e=elect: ref.breadcrumbs(
            b, m, [1.0] * 3, w, [0.9] * 3, 0.5, e, 1.0, True, "l1")


def based_cases():
    yield from task_vector_cases()
    yield "model-stock", lambda b, m, w: ref.model_stock(b, m)
    yield "model-stock:angle-per=filter,mean-of=angles", lambda b, m, w: ref.model_stock(b, m, "filter", "angles")
    yield "model-stock:angle-per=row,clamp-t=true", lambda b, m, w: ref.model_stock(b, m, "row", clamp=True)
    yield f"multislerp:{W}", lambda b, m, w: ref.multislerp(m, WS, b)
    yield "sce", lambda b, m, w: ref.sce(b, m)
    yield "sce:select-topk=0.4", lambda b, m, w: ref.sce(b, m, 0.4)
    yield "ram", lambda b, m, w: ref.ram(b, m)
    yield "ram:epsilon=0.1", lambda b, m, w: ref.ram(b, m, 0.1)
    local = lambda b, m, e, r, a: ref.ram(b, m, e, ref.ramplus_factors(*ref.unique_counts(b, m, e), r, a, e))
    yield "ramplus-tl:epsilon=0.05,r=0.5,alpha=2", lambda b, m, w: local(b, m, 0.05, 0.5, 2)
    yield "ramplus:epsilon=0.05,r=0.5,alpha=2", lambda b, m, w: local(b, m, 0.05, 0.5, 2)
    yield "emr", lambda b, m, w: b + ref.emr_unified(b, m)

    def rebuilt(b, m, w):
        unified = ref.emr_unified(b, m)
        mask = (m[1] - b) * unified > 0
        kept = np.abs(unified * mask).sum()
        return b + (np.abs(m[1] - b).sum() / kept if kept > 0 else 1) * mask * unified
    yield "emr:reconstruct=2", rebuilt


def free_cases():
    """Without a base: strategy, number of models, function of models."""
    yield f"weighted:{W}", 3, lambda m: ref.weighted(m, WS)
    yield "weighted:weight=2,-1,0.5,normalize=false", 3, lambda m: ref.weighted(m, [2, -1, 0.5], False)
    yield "ratatouille", 3, lambda m: ref.weighted(m, [1.0] * 3)
    yield "slerp", 2, lambda m: ref.slerp(m[0], m[1], 0.5)
    yield "slerp:t=0.3", 2, lambda m: ref.slerp(m[0], m[1], 0.3)
    yield "nuslerp:weight=1,3", 2, lambda m: ref.nuslerp(m, [1, 3])
    yield "nuslerp:weight=1,3,flatten=false", 2, lambda m: ref.nuslerp(m, [1, 3], flatten=False)
    yield "nuslerp:flatten=false,row-wise=true", 2, lambda m: ref.nuslerp(m, [1, 1], flatten=False, row_wise=True)
    yield f"multislerp:{W}", 3, lambda m: ref.multislerp(m, WS)
    yield "multislerp:weight=1,1,2,normalize-weights=false", 3, lambda m: ref.multislerp(m, [1, 1, 2], normalize=False)
    yield "karcher", 3, lambda m: ref.karcher(m)
    yield "karcher:max-iter=2", 2, lambda m: ref.karcher(m, 2)
    yield "nearswap:t=0.05", 2, lambda m: ref.nearswap(m[0], m[1], 0.05)
    yield "arcee-fusion", 2, lambda m: ref.arcee_fusion(m[0], m[1])
    yield "passthrough:scale=-0.3", 1, lambda m: -0.3 * m[0]


def wise_ft_and_based_slerps():
    """With a base and fewer models."""
    yield "wise-ft:alpha=0.3", 1, lambda b, m: ref.wise_ft(b, m[0], 0.3)
    yield "nuslerp:weight=1,3", 2, lambda b, m: ref.nuslerp(m, [1, 3], b)
    yield "nuslerp:flatten=false", 2, lambda b, m: ref.nuslerp(m, [1, 1], b, flatten=False)
    yield "nuslerp:flatten=false,row-wise=true", 2, lambda b, m: ref.nuslerp(m, [1, 1], b, False, True)
    yield "model-stock", 2, lambda b, m: ref.model_stock(b, m)


# Recipes that turn a tensor of equal inputs into another one.
CHANGES_EQUAL = ("weighted:weight=2,-1", "multislerp:weight=1,1,2,n", "passthrough")


def expected(strategy, used, compute, dtype):
    """Equal inputs are handed on, unless the recipe changes them."""
    texts = {(hex_, type_) for _, hex_, type_ in used}
    with np.errstate(invalid="ignore", divide="ignore"):
        if len(texts) == 1 and not strategy.startswith(CHANGES_EQUAL):
            return encode(used[0][0], dtype)
        return encode(compute(), dtype)


# Which tensors are merged in F64 and in mixed types, where most would show nothing new.
SOME = {"f64": ("matrix", "sparse"), "mixed": ("matrix", "scalar", "conv", "large", "one-sided", "antipodal"),
        "mixed16": ("matrix", "sparse", "vector", "all zero", "equal")}


def tensor(shape, arrays, types):
    encoded = [encode(a, t) for a, t in zip(arrays, types)]
    values = [decode(e, t).reshape(shape) for e, t in zip(encoded, types)]
    inputs = list(zip(values, encoded, types))
    base, models, wide = values[0], values[1:], "F64" in types
    cases = []

    def add(strategy, count, has_base, compute):
        used = ([inputs[0]] if has_base else []) + inputs[1:1 + count]
        dtype = types[0] if has_base else types[1]
        cases.append([strategy, count, has_base, expected(strategy, used, compute, dtype)])

    for strategy, compute in based_cases():
        add(strategy, 3, True, lambda c=compute: c(base, models, wide))
    for strategy, count, compute in free_cases():
        add(strategy, count, False, lambda c=compute, n=count: c(models[:n]))
    for strategy, count, compute in wise_ft_and_based_slerps():
        add(strategy, count, True, lambda c=compute, n=count: c(base, models[:n]))
    return {"shape": list(shape), "dtypes": types, "inputs": encoded}, cases


def write(path):
    blocks = []
    for set_name, arrays in tensor_sets().items():
        for types_name, types in TYPES.items():
            if set_name not in SOME.get(types_name, (set_name,)):
                continue
            # Where the exponent has eight bits, numbers that are subnormal there.
            factor = 2.0**-110 if set_name == "subnormal" and "F16" not in types else 1.0
            head, cases = tensor(arrays[0].shape, [np.asarray(a * factor) for a in arrays], types)
            head = {"name": f"{set_name} {types_name}"} | head
            lines = ",\n".join(json.dumps(case) for case in cases)
            blocks.append(f'{json.dumps(head)[:-1]}, "cases": [\n{lines}]}}')
    with open(path, "w") as out:
        out.write('{"seed": %d, "name": "%s", "tensors": [\n' % (SEED, NAME))
        out.write(",\n".join(blocks) + "]}\n")


def write_companions(path):
    """Fisher and RegMean, which want more than weights: strategy, companion, its tensors, models, result."""
    cases = []

    def add(strategy, companion, shape, models, extra, types, compute):
        encoded = [encode(m, t) for m, t in zip(models, types)]
        models = [decode(e, t).reshape(shape) for e, t in zip(encoded, types)]
        extra_hex = [encode(e, "F32") for e in extra]
        extra = [decode(h, "F32").reshape(e.shape) for h, e in zip(extra_hex, extra)]
        cases.append({"strategy": strategy, "companion": companion, "shape": list(shape), "dtypes": types,
                      "models": encoded, "companionShape": list(extra[0].shape), "companions": extra_hex,
                      "output": encode(compute(models, extra), types[0])})

    for types in (["F32"] * 3, ["BF16"] * 3, ["F16"] * 3, ["BF16", "F32", "F16"]):
        for shape in ((4, 6), (7,), ()):
            models = fine_tuned(shape)[1:]
            diagonals = [np.abs(RNG.normal(size=shape)) ** 4 * 1e-3 for _ in models]
            add(f"fisher:{W}", "fisher", shape, models, diagonals, types, lambda m, f: ref.fisher(m, f, WS))
            add("fisher:floor=1e-4,normalize=true", "fisher", shape, models, diagonals, types,
                lambda m, f: ref.fisher(m, f, [1.0] * 3, 1e-4, [np.sqrt((d * d).sum()) for d in f]))
        for out, count in ((5, 7), (11, 3), (1, 1), (9, 10)):
            models = fine_tuned((out, count))[1:]
            inputs = [RNG.normal(size=(64, count)) @ RNG.normal(size=(count, count)) for _ in models]
            grams = [x.T @ x / len(x) for x in inputs]
            for alpha in (0.9, 0.0, 1.0):
                add(f"regmean:alpha={alpha}", "gram", (out, count), models, grams, types,
                    lambda m, g, a=alpha: ref.regmean(m, g, a))
    with open(path, "w") as out:
        out.write("[\n" + ",\n".join(map(json.dumps, cases)) + "]\n")
