"""Merge methods in numpy, float64, written from the papers and from mergekit's behaviour, not from the Swift code.

A tensor is an array of float64; `wide` says whether it was stored as F64 (magnitudes are compared as float32 otherwise).
Where mergekit departs from what a method says, see the comments in Sources/Merging/Recipes.
"""
import math

import numpy as np

MASK = 2**64 - 1


# Random numbers: docs of Sources/Tensors/CounterRandom.swift and MergeInput.random.

def mix(value):
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


def uniforms(seed, tensor, model, count):
    stream = 0xCBF29CE484222325
    for byte in tensor.encode() + b"\0" + str(model).encode():
        stream = ((stream ^ byte) * 0x100000001B3) & MASK
    gamma = 0x9E3779B97F4A7C15
    key0 = mix((seed + gamma) & MASK)
    key1 = mix(stream ^ (((key0 << 32) | (key0 >> 32)) & MASK))
    bits = [mix(mix((key0 + gamma * i) & MASK) ^ key1) for i in range(count)]
    return np.array([(b >> 11) * 2.0**-53 for b in bits])


# Selections.

def magnitudes(model, base, wide):
    with np.errstate(over="ignore"):
        if wide:
            return np.abs(model - base).astype(np.float32).reshape(-1)
        return np.abs(model.astype(np.float32) - base.astype(np.float32)).reshape(-1)


def largest(keys, count):
    """A mask of the `count` largest; of equal ones the first."""
    order = sorted(range(len(keys)), key=lambda i: (-float(keys[i]), i))
    mask = np.zeros(len(keys), dtype=bool)
    mask[order[:max(0, count)]] = True
    return mask


def ascending_ranks(keys):
    order = sorted(range(len(keys)), key=lambda i: (float(keys[i]), -i))
    ranks = np.zeros(len(keys), dtype=int)
    ranks[order] = np.arange(len(keys))
    return ranks


# Linear methods.

def weighted(models, weights, normalize=True):
    total = sum(w * m for w, m in zip(weights, models) if w != 0)
    return total / math.fsum(weights) if normalize else total


def wise_ft(base, model, alpha):
    return (1 - alpha) * base + alpha * model


def model_stock(base, models, part="tensor", mean_of="cosines", clamp=False):
    count = len(models)
    if part == "tensor" or base.ndim < 2:
        flat = (1, base.size)
    elif part == "filter":
        flat = (base.shape[0], -1)
    else:
        flat = (-1, base.shape[-1])
    deltas = [(m - base).reshape(flat) for m in models]
    ratios = []
    for row in range(deltas[0].shape[0]):
        cosines = []
        for i in range(count):
            for j in range(i + 1, count):
                a, b = deltas[i][row], deltas[j][row]
                norms = math.sqrt(np.dot(a, a)) * math.sqrt(np.dot(b, b))
                cosines.append(min(1, max(-1, np.dot(a, b) / norms)) if norms > 0 else 0.0)
        if mean_of == "cosines":
            cosine = sum(cosines) / len(cosines)
        else:
            cosine = math.cos(sum(math.acos(c) for c in cosines) / len(cosines))
        divisor = 1 + (count - 1) * cosine
        ratio = 0.0 if abs(divisor) < 1e-6 else count * cosine / divisor
        ratios.append(min(1, max(0, ratio)) if clamp else ratio)
    t = np.array(ratios).reshape(-1, 1)
    average = (sum(models) / count).reshape(flat)
    return (t * average + (1 - t) * base.reshape(flat)).reshape(base.shape)


# Task vectors.

def combine_task_vectors(base, deltas, weights, elect, normalize, lam):
    changes = [w * d for w, d in zip(weights, deltas)]
    total = sum(changes)
    if elect:
        sign = np.where(total >= 0, 1, -1)
        agree = [np.sign(c) == sign for c in changes]
        mixed = sum(c * a for c, a in zip(changes, agree))
        divisor = sum(w * a.astype(float) for w, a in zip(weights, agree))
        divisor = np.where(divisor == 0, 1, divisor)
    else:
        mixed = total
        divisor = sum(weights) if abs(sum(weights)) >= 1e-8 else 1
    if normalize:
        mixed = mixed / divisor
    return base + lam * mixed


def rescaled(delta, kept, rescale):
    if rescale != "l1":
        return kept
    before, after = np.abs(delta).sum(), np.abs(kept).sum()
    return kept * (before / after) if after > 0 else kept


def task_arithmetic(base, models, weights, lam=1.0, normalize=False):
    return combine_task_vectors(base, [m - base for m in models], weights, False, normalize, lam)


def kept_count(count, density):
    return count if density >= 1 else 0 if density <= 0 else max(1, int(density * count))


def ties(base, models, weights, wide, density, lam=1.0, normalize=True, rescale="none"):
    deltas = []
    for model, share in zip(models, density):
        delta = model - base
        mask = largest(magnitudes(model, base, wide), kept_count(base.size, share)).reshape(base.shape)
        deltas.append(rescaled(delta, delta * mask, rescale))
    return combine_task_vectors(base, deltas, weights, True, normalize, lam)


def ties_of_model(bases, models, weights, wide, density, lam=1.0):
    """The largest changes of the whole model: lists of tensors in, a list of tensors out."""
    results = [[] for _ in bases]
    for model, share in zip(models, density):
        keys = np.concatenate([magnitudes(m, b, wide) for m, b in zip(model, bases)])
        mask = largest(keys, kept_count(len(keys), share))
        start = 0
        for index, (m, b) in enumerate(zip(model, bases)):
            results[index].append((m - b) * mask[start:start + b.size].reshape(b.shape))
            start += b.size
    return [combine_task_vectors(b, d, weights, True, True, lam) for b, d in zip(bases, results)]


def dare(base, models, weights, density, elect, seed, tensor, lam=1.0, normalize=False, rescale="paper"):
    deltas = []
    for index, (model, share) in enumerate(zip(models, density)):
        delta = model - base
        if share < 1:
            mask = (uniforms(seed, tensor, index, base.size) < share).reshape(base.shape)
            kept = delta * mask
            delta = kept / share if rescale == "paper" else rescaled(delta, kept, rescale)
        deltas.append(delta)
    return combine_task_vectors(base, deltas, weights, elect, normalize, lam)


def della(base, models, weights, wide, density, epsilon, elect, seed, tensor, lam=1.0, normalize=False,
          rescale="paper"):
    deltas = []
    for index, (model, share) in enumerate(zip(models, density)):
        delta = model - base
        if share < 1:
            length = base.size // base.shape[0] if base.ndim > 1 else base.size
            keys = magnitudes(model, base, wide).reshape(-1, length)
            ranks = np.stack([ascending_ranks(row) for row in keys]).astype(np.float64)
            norm = ranks / (length - 1) if length > 1 else np.full_like(ranks, 0.5)
            chance = ((share - epsilon) + norm * 2 * epsilon).reshape(-1)
            mask = (uniforms(seed, tensor, index, base.size) < chance).reshape(base.shape)
            kept = delta * mask
            if rescale == "paper":
                delta = kept / chance.reshape(base.shape)
            else:
                delta = rescaled(delta, kept, rescale)
        deltas.append(delta)
    return combine_task_vectors(base, deltas, weights, elect, normalize, lam)


def breadcrumbs(base, models, weights, wide, density, gamma, elect, lam=1.0, normalize=False, rescale="none"):
    deltas = []
    for model, share in zip(models, density):
        delta = model - base
        if share < 1:
            count = base.size
            kept_count_ = int(share * count)
            small = max(0, count - kept_count_ - int(gamma * count))
            ranks = ascending_ranks(magnitudes(model, base, wide))
            mask = ((ranks >= small) & (ranks < small + kept_count_)).reshape(base.shape)
            delta = rescaled(delta, delta * mask, rescale)
        deltas.append(delta)
    return combine_task_vectors(base, deltas, weights, elect, normalize, lam)


# Spherical methods.

def slerp_vectors(a, b, t, collinear):
    norms = math.sqrt(np.dot(a, a)) * math.sqrt(np.dot(b, b))
    if norms == 0:
        return (1 - t) * a + t * b
    cosine = min(1, max(-1, np.dot(a, b) / norms))
    if collinear(cosine):
        return (1 - t) * a + t * b
    angle = math.acos(cosine)
    return (math.sin((1 - t) * angle) * a + math.sin(t * angle) * b) / math.sin(angle)


def slerp(a, b, t):
    return slerp_vectors(a.reshape(-1), b.reshape(-1), t, lambda c: abs(c) > 0.9995).reshape(a.shape)


def nuslerp(models, weights, base=None, flatten=True, row_wise=False):
    total = sum(weights)
    t = 0.5 if abs(total) < 1e-6 else weights[1] / total
    a, b = models if base is None else [m - base for m in models]
    collinear = lambda c: 1 - c * c <= 1e-10
    if flatten or a.ndim < 2:
        result = slerp_vectors(a.reshape(-1), b.reshape(-1), t, collinear).reshape(a.shape)
    else:
        axis = 0 if row_wise else -1
        a, b = np.moveaxis(a, axis, -1), np.moveaxis(b, axis, -1)
        flat = [slerp_vectors(x, y, t, collinear) for x, y in zip(a.reshape(-1, a.shape[-1]), b.reshape(-1, a.shape[-1]))]
        result = np.moveaxis(np.stack(flat).reshape(a.shape), -1, axis)
    return result if base is None else base + result


def multislerp(models, weights, base=None, normalize=True, eps=1e-8):
    """With the step in the tangent space, as published."""
    vectors = [(m if base is None else m - base).reshape(-1) for m in models]
    weights = [w / sum(weights) for w in weights] if normalize else weights
    norms = [math.sqrt(np.dot(v, v)) for v in vectors]
    units = [v / n if n > 0 else v for v, n in zip(vectors, norms)]
    mean = sum(w * u for w, u in zip(weights, units))
    length = math.sqrt(np.dot(mean, mean))
    if length < eps or length == 0:
        result = sum(w * v for w, v in zip(weights, vectors))
    else:
        mean = mean / length
        tangent = sum(w * (u - np.dot(u, mean) * mean) for w, u in zip(weights, units))
        size = math.sqrt(np.dot(tangent, tangent))
        result = mean * math.cos(size) + tangent * (math.sin(size) / size if size > 0 else 1)
        result = result * sum(w * n for w, n in zip(weights, norms))
    result = result.reshape(models[0].shape)
    return result if base is None else base + result


def karcher(models, max_iter=10, tol=1e-5):
    vectors = [m.reshape(-1) for m in models]
    norms = [math.sqrt(np.dot(v, v)) for v in vectors]
    units = [v / n for v, n in zip(vectors, norms) if n > 0]
    if not units:
        return np.zeros_like(models[0])
    mean = sum(units) / len(units)
    size = math.sqrt(np.dot(mean, mean))
    mean = units[0] if size < tol else mean / size
    for _ in range(max_iter):
        tangent = np.zeros_like(mean)
        for unit in units:
            cosine = min(1, max(-1, np.dot(unit, mean)))
            angle = math.acos(cosine)
            if tol <= angle <= math.pi - tol:
                tangent = tangent + angle / math.sin(angle) / len(units) * (unit - cosine * mean)
        size = math.sqrt(np.dot(tangent, tangent))
        if size < tol or size == 0:
            break
        mean = math.cos(size) * mean + math.sin(size) / size * tangent
        mean = mean / math.sqrt(np.dot(mean, mean))
    return (mean * (sum(norms) / len(norms))).reshape(models[0].shape)


# Others.

def sce(base, models, select_topk=1.0):
    deltas = np.stack([m - base for m in models])
    if select_topk < 1:
        deviation = np.sqrt(np.var(deltas, axis=0)).reshape(-1)
        count = int(np.count_nonzero(deviation) * select_topk)
        deltas = deltas * largest(deviation.astype(np.float32), count).reshape(base.shape)
    energy = np.array([(d * d).sum() for d in deltas])
    weights = energy / energy.sum() if energy.sum() > 0 else np.full(len(models), 1 / len(models))
    sign = np.where(deltas.sum(axis=0) >= 0, 1, -1)
    agree = np.stack([np.sign(d) == sign for d in deltas]).astype(float)
    weights = weights.reshape([-1] + [1] * base.ndim)
    mixed = (weights * agree * deltas).sum(axis=0)
    divisor = (weights * agree).sum(axis=0)
    return base + mixed / np.where(divisor == 0, 1, divisor)


def unique_counts(base, models, epsilon):
    changed = np.stack([np.abs(m - base) > epsilon for m in models])
    count = changed.sum(axis=0)
    shared = [(c & (count > 1)).sum() for c in changed]
    unique = [(c & (count == 1)).sum() for c in changed]
    return np.array(shared), np.array(unique)


def ram(base, models, epsilon=1e-5, factors=None):
    factors = factors if factors is not None else [1.0] * len(models)
    deltas = [m - base for m in models]
    changed = [np.abs(d) > epsilon for d in deltas]
    count = sum(c.astype(int) for c in changed)
    alone = sum(f * d * c for f, d, c in zip(factors, deltas, changed))
    mean = sum(d * c for d, c in zip(deltas, changed)) / np.maximum(count, 1)
    return base + np.where(count > 1, mean, alone)


def ramplus_factors(shared, unique, r, alpha, epsilon):
    return [1 + r * min(alpha, max(0, s / max(u, epsilon))) for s, u in zip(shared, unique)]


def nearswap(a, b, t):
    distance = np.abs(a - b)
    weight = np.where(distance <= t, 1.0, t / np.where(distance == 0, 1, distance))
    return np.where(weight == 1, b, weight * b + (1 - weight) * a)


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def arcee_fusion(a, b):
    if a.ndim == 0:
        return arcee_fusion(a.reshape(1), b.reshape(1)).reshape(())
    p, q = softmax(b) + 1e-8, softmax(a) + 1e-8
    divergence = (p * np.log(p / q)).sum(axis=-1, keepdims=True)
    importance = (np.abs(b - a) * divergence).astype(np.float32)
    order = np.sort(importance.reshape(-1)).astype(np.float64)
    q1, q2, q3 = (order[int(f * (len(order) - 1))] for f in (0.25, 0.5, 0.75))
    taken = importance.astype(np.float64) >= q2 + 1.5 * (q3 - q1)
    return np.where(taken, b, a)


def fisher(models, diagonals, weights, floor=1e-6, norms=None):
    scales = [w * np.maximum(f, floor) / (norms[i] if norms else 1)
              for i, (w, f) in enumerate(zip(weights, diagonals))]
    return sum(s * m for s, m in zip(scales, models)) / sum(scales)


def regmean(models, grams, alpha):
    """Weights as [out, in]."""
    scaled = [np.where(np.eye(len(g), dtype=bool), g, alpha * g) for g in grams]
    right = sum(g @ m.T for g, m in zip(scaled, models))
    return np.linalg.solve(sum(scaled), right).T


def emr_unified(base, models):
    deltas = np.stack([m - base for m in models])
    sign = np.sign(deltas.sum(axis=0))
    agree = np.sign(deltas) == sign
    return sign * np.where(agree, np.abs(deltas), 0).max(axis=0)
