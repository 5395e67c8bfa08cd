#!/usr/bin/env python3
"""Writes paired.json: paired t tests, sign tests and tails of Student's t, from scipy. Run it in this folder; needs scipy."""
import json

import numpy as np
from scipy import stats

rng = np.random.default_rng(5)
cases = []
for count, shift, scale in [(2, 0.1, 1), (3, 0, 1), (4, 0.02, 0.01), (24, 0.018, 0.01), (24, 0.001, 0.02), (200, -0.05, 0.3)]:
    first = np.round(rng.normal(0.7, 0.1, count), 6)
    second = np.round(first - rng.normal(shift, scale, count), 6)
    differences = first - second
    test = stats.ttest_rel(first, second)
    ahead, behind = int((differences > 0).sum()), int((differences < 0).sum())
    cases.append({
        "differences": differences.tolist(), "mean": float(differences.mean()), "standardError": float(stats.sem(differences)),
        "p": float(test.pvalue), "ahead": ahead, "behind": behind,
        "signP": float(stats.binomtest(ahead, ahead + behind).pvalue)})
tails = [{"t": t, "freedom": f, "p": float(2 * stats.t.sf(abs(t), f))}
         for f in [1, 2, 3, 5, 23, 200, 100000] for t in [1e-3, 0.3, -1.0, 2.5, 8.0, 40.0]]
with open("paired.json", "w") as file:
    json.dump({"cases": cases, "tails": tails}, file, separators=(",", ":"))
    file.write("\n")
