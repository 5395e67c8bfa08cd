#!/usr/bin/env python3
"""Writes statistics.json. Run it in this folder; needs numpy, scipy, statsmodels and scikit-learn.

Every number comes from those libraries, but for formulas they do not have (sample sizes, calibration error, diversity), which are
written out here with numpy. scipy's bootstrap is handed the draws of wgit's counter-based generator, so that it resamples the
same examples.
"""
import json
import math

import numpy as np
from scipy import stats
from sklearn import metrics
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

MASK = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15


def mix(value):
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


class CounterRandom:
    def __init__(self, seed, stream):
        number = 0xCBF29CE484222325
        for byte in stream.encode():
            number = ((number ^ byte) * 0x100000001B3) & MASK
        self.key0 = mix((seed + GAMMA) & MASK)
        self.key1 = mix(number ^ (((self.key0 << 32) | (self.key0 >> 32)) & MASK))

    def integer(self, index, bound):
        return (mix(mix((self.key0 + GAMMA * index) & MASK) ^ self.key1) * bound) >> 64


class Draws(np.random.RandomState):
    """A generator for scipy whose integers are the counter-based ones."""

    def __new__(cls, seed):
        return super().__new__(cls)

    def __init__(self, seed):
        super().__init__(0)
        self.source = CounterRandom(seed, "bootstrap")

    def randint(self, low, high=None, size=None, dtype=int):
        assert low == 0
        count = int(np.prod(size))
        return np.array([self.source.integer(i, int(high)) for i in range(count)]).reshape(size)


rng = np.random.default_rng(7)


def wilson():
    cases = []
    for successes, count in [(0, 10), (10, 10), (1, 3), (507, 1000), (9_871, 10_000), (3, 1_000_000)]:
        for level in [0.9, 0.95, 0.999]:
            low, high = proportion_confint(successes, count, alpha=1 - level, method="wilson")
            cases.append({"successes": successes, "count": count, "level": level, "lower": max(low, 0), "upper": min(high, 1)})
    return cases


def mcnemar_cases():
    pairs = [(0, 0), (1, 0), (5, 5), (6, 3), (0, 17), (40, 61), (400, 511), (5_000, 5_200), (499_000, 500_900)]
    return [{"onlyFirst": b, "onlySecond": c, "p": float(mcnemar([[7, b], [c, 9]], exact=True).pvalue)} for b, c in pairs]


def binomial():
    return [
        {"k": k, "n": n, "cumulative": float(stats.binom.cdf(k, n, 0.5))}
        for k, n in [(0, 1), (3, 9), (4, 9), (100, 250), (480, 1000), (520, 1000), (0, 60), (499_000, 1_000_000)]
    ]


def bootstrap_cases():
    cases = []
    samples = [
        np.round(rng.normal(0.4, 1.1, 40), 6), np.round(rng.exponential(0.3, 25), 6), (rng.random(60) < 0.8).astype(float)]
    for seed, values in enumerate(samples, start=11):
        result = stats.bootstrap(
            (values,), np.mean, n_resamples=400, confidence_level=0.95, method="percentile", random_state=Draws(seed))
        means = result.bootstrap_distribution
        p = min(1.0, 2 * (1 + min((means <= 0).sum(), (means >= 0).sum())) / (len(means) + 1))
        cases.append({
            "seed": seed, "values": values.tolist(), "resamples": 400, "level": 0.95,
            "lower": float(result.confidence_interval.low), "upper": float(result.confidence_interval.high),
            "standardError": float(result.standard_error), "p": float(p)})
    return cases


def sample_sizes():
    def z(q):
        return float(stats.norm.ppf(q))

    alpha, power = 0.05, 0.8
    mc = []
    for b, c, n in [(60, 40, 1000), (13, 9, 200), (400, 390, 10_000)]:
        d, s = (b - c) / n, (b + c) / n
        size = (z(1 - alpha / 2) * math.sqrt(s) + z(power) * math.sqrt(s - d * d)) ** 2 / d**2
        mc.append({"onlyFirst": b, "onlySecond": c, "count": n, "size": math.ceil(size)})
    proportions = []
    for p, q in [(0.895, 0.9), (0.5, 0.6), (0.02, 0.03)]:
        size = (z(1 - alpha / 2) * math.sqrt(q * (1 - q)) + z(power) * math.sqrt(p * (1 - p))) ** 2 / (p - q) ** 2
        proportions.append({"proportion": p, "threshold": q, "size": math.ceil(size)})
    means = []
    for d, e, n in [(0.01, 0.008, 500), (-0.2, 0.15, 64)]:
        means.append({"difference": d, "standardError": e, "count": n, "size": math.ceil(n * ((z(1 - alpha / 2) + z(power)) * e / d) ** 2)})
    return {"mcNemar": mc, "proportion": proportions, "mean": means}


def scores():
    cases = []
    for classes, count in [(2, 20), (4, 60), (10, 50)]:
        labels = rng.integers(0, classes, count)
        predictions = np.where(rng.random(count) < 0.6, labels, rng.integers(0, classes + 1, count))
        confidences = np.round(rng.random(count), 4)
        confidences[:3] = [0.0, 1.0, 0.2]
        correct = labels == predictions
        bins = np.minimum(np.maximum(np.ceil(confidences * 15) - 1, 0), 14)
        ece = sum(abs(correct[bins == b].sum() - confidences[bins == b].sum()) for b in range(15)) / count
        cases.append({
            "labels": labels.tolist(), "predictions": predictions.tolist(), "confidences": confidences.tolist(),
            "balancedAccuracy": float(metrics.recall_score(
                labels, predictions, average="macro", labels=np.unique(labels), zero_division=0)),
            "macroF1": float(metrics.f1_score(labels, predictions, average="macro", zero_division=0)),
            "calibrationError": float(ece)})
    return cases


def diversity():
    cases = []
    for count, first_rate, second_rate in [(200, 0.8, 0.7), (50, 0.5, 0.5), (12, 1.0, 0.5)]:
        first = rng.random(count) < first_rate
        second = np.where(rng.random(count) < 0.5, first, rng.random(count) < second_rate)
        n11, n00 = int((first & second).sum()), int((~first & ~second).sum())
        n10, n01 = int((first & ~second).sum()), int((~first & second).sum())
        denominator = n11 * n00 + n01 * n10
        cases.append({
            "first": first.astype(int).tolist(), "second": second.astype(int).tolist(),
            "yuleQ": (n11 * n00 - n01 * n10) / denominator if denominator else None,
            "ratioError": (n01 + n10) / n00 if n00 else None})
    return cases


def agreement():
    draws = np.random.default_rng(19)
    cases = []
    for count, classes in [(200, 10), (40, 2), (6, 3)]:
        labels = draws.integers(0, classes, count)
        first = np.where(draws.random(count) < 0.7, labels, draws.integers(0, classes, count))
        second = np.where(draws.random(count) < 0.5, first, draws.integers(0, classes, count))
        wrong = (first != labels) & (second != labels)
        cases.append({
            "labels": labels.tolist(), "first": first.tolist(), "second": second.tolist(),
            "disagreement": 1 - float(metrics.accuracy_score(first, second)),
            "errorAgreement": float(np.mean(first[wrong] == second[wrong])) if wrong.any() else None})
    return cases


quantiles = [{"p": p, "x": float(stats.norm.ppf(p))} for p in [1e-300, 1e-12, 0.025, 0.3, 0.5, 0.8, 0.975, 0.99999]]
with open("statistics.json", "w") as file:
    json.dump({
        "quantiles": quantiles, "wilson": wilson(), "mcNemar": mcnemar_cases(), "binomial": binomial(),
        "bootstrap": bootstrap_cases(), "sampleSizes": sample_sizes(), "scores": scores(), "diversity": diversity(),
        "agreement": agreement(),
    }, file, separators=(",", ":"))
    file.write("\n")
