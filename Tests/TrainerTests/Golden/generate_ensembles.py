#!/usr/bin/env python3
"""Writes ensembles.json. Run it in this folder; needs numpy, scipy and scikit-learn."""
import itertools
import json

import numpy as np
from scipy.special import log_softmax
from sklearn import metrics

rng = np.random.default_rng(31)
count, classes = 48, 3
# Rows of the data set alternate between two domains; examples are those of the first, then those of the second.
labels = rng.integers(0, classes, count)
order = np.concatenate([np.arange(0, count, 2), np.arange(1, count, 2)])
truth = labels[order]
logits = []
for _ in range(3):
    member = rng.normal(0, 1.2, (count, classes))
    member[np.arange(count), truth] += 1.1
    logits.append(np.round(member, 3).astype(np.float32))


def score(values):
    values = values.astype(np.float64)
    told = values.argmax(1)
    losses = -log_softmax(values, axis=1)[np.arange(count), truth]
    half = count // 2
    return {
        "accuracy": float(metrics.accuracy_score(truth, told)), "logLoss": float(losses.mean()),
        "domains": [
            {"accuracy": float((told[part] == truth[part]).mean()), "logLoss": float(losses[part].mean())}
            for part in [slice(0, half), slice(half, count)]]}


pairs = []
for first, second in itertools.combinations(range(3), 2):
    a, b = logits[first].argmax(1), logits[second].argmax(1)
    right_a, right_b = a == truth, b == truth
    n11, n00 = int((right_a & right_b).sum()), int((~right_a & ~right_b).sum())
    n10, n01 = int((right_a & ~right_b).sum()), int((~right_a & right_b).sum())
    pairs.append({
        "first": first, "second": second, "qDiversity": 1 - (n11 * n00 - n10 * n01) / (n11 * n00 + n10 * n01),
        "ratioError": (n10 + n01) / n00, "disagreement": float((a != b).mean()),
        "errorAgreement": float((a == b)[~right_a & ~right_b].mean())})

with open("ensembles.json", "w") as file:
    json.dump({
        "labels": labels.tolist(), "logits": [member.ravel().tolist() for member in logits],
        "members": [score(member) for member in logits],
        "ensemble": score(np.mean([m.astype(np.float64) for m in logits], axis=0).astype(np.float32)), "pairs": pairs,
    }, file, separators=(",", ":"))
    file.write("\n")
