#!/usr/bin/env python3
"""Writes metrics.json: metrics of certificates for made-up logits. Run it in this folder; needs numpy, torch and scikit-learn."""
import json

import numpy as np
import torch
from sklearn import metrics
from torch.nn import functional

rng = np.random.default_rng(3)


def calibration_error(confidences, correct, bins=15):
    index = np.minimum(np.maximum(np.ceil(confidences * bins) - 1, 0), bins - 1)
    return sum(abs(correct[index == b].sum() - confidences[index == b].sum()) for b in range(bins)) / len(correct)


def values(logits, labels):
    z = torch.tensor(logits, dtype=torch.float64)
    y = torch.tensor(labels)
    p = functional.softmax(z, dim=1)
    predictions = z.argmax(1).numpy()
    hot = functional.one_hot(y, z.shape[1]).double()
    return {
        "accuracy": metrics.accuracy_score(labels, predictions),
        "top-2": metrics.top_k_accuracy_score(labels, logits, k=2, labels=range(z.shape[1])),
        "balanced-accuracy": metrics.recall_score(
            labels, predictions, average="macro", labels=np.unique(labels), zero_division=0),
        "macro-f1": metrics.f1_score(labels, predictions, average="macro", zero_division=0),
        "log-loss": float(functional.cross_entropy(z, y)),
        "calibration-error": float(calibration_error(p.max(1).values.numpy(), predictions == labels)),
        "mean-squared-error": float(functional.mse_loss(p, hot)),
    }


count, classes = 60, 5
labels = rng.integers(0, classes, count)
logits = (rng.normal(size=(count, classes)) + 1.5 * np.eye(classes)[labels]).astype(np.float32).round(3)
domains = np.arange(count) % 3
result = {
    "classCount": classes, "logits": [float(z) for z in logits.reshape(-1)], "labels": labels.tolist(), "domains": domains.tolist(),
    "all": values(logits.astype(np.float64), labels),
    "byDomain": [values(logits[domains == d].astype(np.float64), labels[domains == d]) for d in range(3)],
}
with open("metrics.json", "w") as file:
    json.dump(result, file, separators=(",", ":"))
    file.write("\n")
