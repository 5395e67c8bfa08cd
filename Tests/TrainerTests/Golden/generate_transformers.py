#!/usr/bin/env python3
"""Writes transformers.json: small encoders of each family with random weights, and what transformers makes of a batch.

Run it in this folder; needs the PyPI packages torch and transformers. Floats are base64 of little-endian f32. The loss is
the mean cross-entropy; nothing is dropped. `trained` are logits after 20 steps of AdamW on the whole batch.
"""
import base64
import json

import numpy as np
import torch
from transformers import (BertConfig, BertForSequenceClassification, DistilBertConfig, DistilBertForSequenceClassification,
                          RobertaConfig, RobertaForSequenceClassification)

CLASSES = 3
COMMON = {"attn_implementation": "eager", "num_labels": CLASSES}
NO_DROPOUT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}


def text(tensor):
    return base64.b64encode(tensor.detach().contiguous().numpy().astype("<f4").tobytes()).decode()


def models():
    sizes = dict(vocab_size=30, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=24,
                 max_position_embeddings=14)
    yield "bert", BertForSequenceClassification, BertConfig(**sizes, type_vocab_size=2, hidden_act="gelu", **NO_DROPOUT,
                                                          **COMMON)
    yield "bert, tanh", BertForSequenceClassification, BertConfig(
        **{**sizes, "num_hidden_layers": 1}, type_vocab_size=3, hidden_act="gelu_new", layer_norm_eps=1e-5, **NO_DROPOUT, **COMMON)
    yield "roberta", RobertaForSequenceClassification, RobertaConfig(
        **sizes, type_vocab_size=1, pad_token_id=1, layer_norm_eps=1e-5, hidden_act="relu", **NO_DROPOUT, **COMMON)
    yield "distilbert", DistilBertForSequenceClassification, DistilBertConfig(
        vocab_size=30, dim=16, n_layers=2, n_heads=4, hidden_dim=24, max_position_embeddings=14, dropout=0.0,
        attention_dropout=0.0, seq_classif_dropout=0.0, **COMMON)


def trained(model, batch, labels):
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01)
    for _ in range(20):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(**batch).logits, labels).backward()
        optimizer.step()
    with torch.no_grad():
        return model(**batch).logits


def main():
    cases = []
    for name, kind, config in models():
        torch.manual_seed(len(cases))
        model = kind(config).eval()
        with torch.no_grad():
            for key, parameter in model.named_parameters():
                # Large enough that every nonlinearity is felt.
                parameter.copy_(torch.randn(parameter.shape) * (0.4 if parameter.dim() > 1 else 0.2)
                                + (1 if "orm.weight" in key else 0))
        types = getattr(config, "type_vocab_size", 0)
        pad = config.pad_token_id or 0
        lengths = [5, 1, 9]
        rng = np.random.default_rng(len(cases))
        # The padding token does not occur, as in texts.
        ids = [[int(i) for i in rng.integers(2, 30, length)] for length in lengths]
        kinds = [[int(i) for i in rng.integers(0, max(1, types), length)] for length in lengths]
        width = max(lengths)
        batch = {
            "input_ids": torch.tensor([row + [pad] * (width - len(row)) for row in ids]),
            "attention_mask": torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in ids]),
        }
        if types > 1:
            batch["token_type_ids"] = torch.tensor([row + [0] * (width - len(row)) for row in kinds])
        output = model(**batch, output_hidden_states=True)
        labels = torch.tensor([int(i) for i in rng.integers(0, CLASSES, len(ids))])
        torch.nn.functional.cross_entropy(output.logits, labels).backward()
        mask = batch["attention_mask"].bool()
        state = dict(model.named_parameters())
        cases.append({
            "name": name,
            "config": json.loads(config.to_json_string(use_diff=False)),
            "ids": ids, "types": kinds,
            "parameters": [{"name": key, "shape": list(value.shape), "values": text(value), "gradient": text(value.grad)}
                           for key, value in state.items()],
            "hidden": [text(state[mask]) for state in output.hidden_states],
            "logits": text(output.logits), "labels": labels.tolist(), "trained": text(trained(model, batch, labels)),
        })
    with open("transformers.json", "w") as out:
        json.dump(cases, out, indent=0)
        out.write("\n")


main()
