"""Writes known answers for the store's objects: their canonical bytes and the SHA-256 of them.

Canonical JSON: keys sorted by their bytes, no white space, UTF-8 as it is, shortest numbers.
Usage: python3 generate.py > objects.json
"""
import hashlib
import json


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


signature = {"email": "ada@example.org", "name": "Ada", "unixSeconds": 1700000000, "zoneMinutes": 60}
objects = {
    "manifest": {
        "type": "manifest", "version": 1, "format": "safetensors", "byteCount": 32, "sha256": digest("file"),
        "segments": [
            {"byteCount": 8, "chunks": [digest("header")]},
            {"byteCount": 24, "chunks": [digest("tensor")], "dtype": "F32", "shape": [2, 3], "tensor": "head.wéight"},
            {"byteCount": 0, "chunks": [], "dtype": "BF16", "shape": [0, 4], "tensor": "empty"},
        ],
    },
    "tree": {
        "type": "tree", "version": 1,
        "entries": [
            {"byteCount": 32, "executable": False, "kind": "checkpoint", "manifest": digest("manifest"),
             "path": "a/model.safetensors", "sha256": digest("file")},
            {"byteCount": 0, "executable": True, "kind": "file", "manifest": digest("other"), "path": "run.sh",
             "sha256": digest("")},
        ],
    },
    "commit": {
        "type": "commit", "version": 1, "author": signature, "committer": signature, "message": "Tune \"head\"\n\nMore.",
        "parents": [digest("p1"), digest("p2")], "tree": digest("tree"),
        "recipe": {
            "kind": "merge", "details": {"method": "ratatouille", "rate": 0.1, "steps": 3},
            "ingredients": [{"commit": digest("p1"), "weight": 1}, {"commit": digest("p2"), "weight": 0.5}],
        },
    },
    "operation": {
        "type": "operation", "version": 1, "previous": None, "description": "commit: Tune head", "broughtIn": False, "undoes": None,
        "unixSeconds": 1700000000, "headBefore": {"branch": "refs/heads/main"}, "headAfter": {"commit": digest("c")},
        "refChanges": [{"name": "refs/heads/main", "before": None, "after": digest("c")}],
    },
    "certificate-result": {
        "type": "certificate-result", "version": 1, "commit": digest("c"), "name": "held-out", "certificate": digest("x"),
        "dataSet": digest("d"), "evaluator": "wgit 0.1.0", "exampleCount": 1000, "outcomeDigest": digest("o"),
        "values": {"accuracy": 0.96875, "accuracy[75]": 1},
    },
    "certificate-result-2": {
        "type": "certificate-result", "version": 2, "commit": digest("c"), "name": "held-out", "certificate": digest("x"),
        "dataSet": digest("d"), "evaluator": "wgit 0.1.0", "exampleCount": 2, "outcomeDigest": digest("o"),
        "values": {"accuracy": 0.5}, "metric": "accuracy", "seed": "18446744073709551615",
        "environment": {"system": "Linux", "blasCore": "Haswell"},
        "outcomes": {"count": 2, "correct": "AQA=", "domain": "AAAAAAAAAAA=", "domainNames": ["all"]},
        "judgements": [
            {"value": "accuracy", "verdict": "undecided", "lower": 0.125, "upper": 0.875, "baseline": digest("b"),
             "baselineValue": 0.75, "p": 1},
            {"value": "accuracy[75]", "verdict": "holds", "lower": None, "upper": None, "baseline": None,
             "baselineValue": None, "p": None},
        ],
        "attestation": "{}\n",
    },
}
answers = {}
for name, value in objects.items():
    text = canonical(value)
    answers[name] = {"canonical": text.decode(), "sha256": hashlib.sha256(text).hexdigest()}
print(json.dumps(answers, indent=1, sort_keys=True, ensure_ascii=False))
