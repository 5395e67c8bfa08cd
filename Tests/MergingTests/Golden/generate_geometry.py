"""What numpy makes of the changes of three models from their base: lengths, cosines, sign agreement, Model Stock's ratio.

python generate_geometry.py > geometry.json
"""
import json

import numpy as np

from encoding import encode

rng = np.random.default_rng(17)
COUNT = 400


def model(base, scale, share):
    change = rng.normal(0, scale, COUNT) * (rng.random(COUNT) < share)
    return (base + change).astype(np.float32)


base = rng.normal(0, 1, COUNT).astype(np.float32)
models = [model(base, 0.1, 0.8), base.copy(), model(base, 0.02, 0.5)]
models.append((models[0] * 0.5 + models[2] * 0.5).astype(np.float32))
deltas = [m.astype(np.float64) - base.astype(np.float64) for m in models]
norms = [float(np.linalg.norm(d)) for d in deltas]
pairs = []
for i in range(len(models)):
    for j in range(i):
        a, b = deltas[i], deltas[j]
        both = (a != 0) & (b != 0)
        pairs.append({
            "i": i, "j": j,
            "cosine": float(a @ b / (norms[i] * norms[j])) if norms[i] and norms[j] else None,
            "signs": float(np.mean(np.sign(a[both]) == np.sign(b[both]))) if both.any() else None,
        })
cosine = float(np.mean([p["cosine"] or 0 for p in pairs]))
k = len(models)
print(json.dumps({
    "base": encode(base, "F32"), "models": [encode(m, "F32") for m in models], "norms": norms, "pairs": pairs,
    "ratio": k * cosine / (1 + (k - 1) * cosine),
}))
