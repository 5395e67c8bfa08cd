#!/usr/bin/env python3
"""The recipe of sentiment.sh in PyTorch and transformers: the validation accuracy that wgit's is measured against.

    sentiment_pytorch.py split MOVIES.tsv.gz FOLDER     writes train.tsv and validation.tsv, 80 and 20 per cent
    sentiment_pytorch.py train MODEL FOLDER SEED...     fine-tunes and prints a line of JSON for each seed
    sentiment_pytorch.py predict MODEL TSV              prints the class of each line, and the accuracy last

MODEL is a Hugging Face folder. Needs the PyPI packages torch, transformers and numpy.
"""
import gzip
import json
import sys
import time

import numpy as np

BATCH, EPOCHS, RATE, DECAY, WARM_UP = 32, 2, 5e-5, 0.01, 0.1


def split(source, folder):
    lines = gzip.open(source, "rt", encoding="utf-8").read().splitlines()
    order = np.random.default_rng(0).permutation(len(lines))
    cut = len(lines) * 4 // 5
    for name, part in (("train", order[:cut]), ("validation", order[cut:])):
        with open(f"{folder}/{name}.tsv", "w", encoding="utf-8") as out:
            out.writelines(lines[i] + "\n" for i in part)


def rows(path):
    pairs = [line.rstrip("\n").split("\t", 1) for line in open(path, encoding="utf-8")]
    return [text for _, text in pairs], [int(label) for label, _ in pairs]


def predictions(model, tokenizer, texts):
    import torch
    model.eval()
    found = [0] * len(texts)
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    with torch.no_grad():
        for start in range(0, len(order), 64):
            part = order[start:start + 64]
            batch = tokenizer([texts[i] for i in part], padding=True, truncation=True, return_tensors="pt")
            for i, label in zip(part, model(**batch).logits.argmax(1).tolist()):
                found[i] = label
    return found


def train(path, folder, seed):
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer, get_linear_schedule_with_warmup
    torch.manual_seed(seed)
    tokenizer = AutoTokenizer.from_pretrained(path)
    model = AutoModelForSequenceClassification.from_pretrained(path, num_labels=2)
    texts, labels = rows(f"{folder}/train.tsv")
    steps = EPOCHS * len(texts) // BATCH
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = get_linear_schedule_with_warmup(optimizer, int(WARM_UP * steps), steps)
    order = np.concatenate([np.random.default_rng([seed, epoch]).permutation(len(texts)) for epoch in range(EPOCHS)])
    start = time.time()
    for step in range(steps):
        part = order[step * BATCH:(step + 1) * BATCH]
        model.train()
        batch = tokenizer([texts[i] for i in part], padding=True, truncation=True, return_tensors="pt")
        loss = torch.nn.functional.cross_entropy(model(**batch).logits, torch.tensor([labels[i] for i in part]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    seconds = time.time() - start
    texts, labels = rows(f"{folder}/validation.tsv")
    right = sum(a == b for a, b in zip(predictions(model, tokenizer, texts), labels))
    print(json.dumps({"seed": seed, "validationAccuracy": right / len(labels), "steps": steps,
                      "seconds": round(seconds, 1)}), flush=True)


def predict(path, data):
    from transformers import AutoModelForSequenceClassification, AutoTokenizer
    texts, labels = rows(data)
    model = AutoModelForSequenceClassification.from_pretrained(path)
    found = predictions(model, AutoTokenizer.from_pretrained(path), texts)
    for label in found:
        print(label)
    print(json.dumps({"accuracy": sum(a == b for a, b in zip(found, labels)) / len(labels)}))


if __name__ == "__main__":
    command, *rest = sys.argv[1:]
    if command == "split":
        split(*rest)
    elif command == "train":
        for number in rest[2:]:
            train(rest[0], rest[1], int(number))
    else:
        predict(*rest)
