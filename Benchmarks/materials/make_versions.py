"""Makes checkpoints whose versions differ as versions of real models do: the codec is measured on pairs of them.

    python3 make_versions.py <folder of a sentence-transformers MiniLM> <texts.tsv.gz> <output folder> [--steps N]

Needs PyTorch, transformers and safetensors. The texts have a label and a sentence on each line. Everything starts from
fixed seeds; another version of PyTorch or another processor may still give other last bits.

    base            the downloaded weights
    adamw-<n>       AdamW, learning rate 2e-5, after n steps of text classification (no weight decay)
    low-rate        AdamW, learning rate 1e-6
    decay           AdamW, learning rate 2e-5, weight decay 0.01 on every parameter
    lora            rank 8 on the attention projections, trained, then merged into the weights
    sparse          1 % of the elements changed, by one part in a hundred
    cut             994 rows cut from the end of the word embedding
    average         the mean of three fine-tunings with different seeds
    bf16-*, f16-*   casts of the same
"""

import argparse
import gzip
import os
import random

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModel, AutoTokenizer


def texts(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        pairs = [line.rstrip("\n").split("\t", 1) for line in lines]
    return [(int(label), text) for label, text in pairs if label.isdigit()]


class Classifier(torch.nn.Module):
    def __init__(self, folder, class_count):
        super().__init__()
        config = AutoConfig.from_pretrained(folder)
        config.hidden_dropout_prob = 0.1
        self.body = AutoModel.from_pretrained(folder, config=config, torch_dtype=torch.float32)
        self.head = torch.nn.Linear(config.hidden_size, class_count)

    def forward(self, batch):
        hidden = self.body(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1)
        return self.head((hidden * mask).sum(1) / mask.sum(1))


class LowRank(torch.nn.Module):
    """A frozen linear layer plus a trained product of rank 8."""

    def __init__(self, linear, rank=8):
        super().__init__()
        self.linear = linear
        linear.weight.requires_grad_(False)
        linear.bias.requires_grad_(False)
        self.down = torch.nn.Parameter(torch.randn(rank, linear.in_features) / linear.in_features**0.5)
        self.up = torch.nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, x):
        return self.linear(x) + (x @ self.down.T @ self.up.T) * 2

    def merge(self):
        with torch.no_grad():
            self.linear.weight += (self.up @ self.down) * 2
        return self.linear


def train(folder, pairs, tokenizer, steps, rate, seed, decay=0.0, lora=False, keep=()):
    torch.manual_seed(seed)
    order = random.Random(seed)
    model = Classifier(folder, 1 + max(label for label, _ in pairs))
    model.train()
    adapters = []
    if lora:
        for parameter in model.body.parameters():
            parameter.requires_grad_(False)
        for layer in model.body.encoder.layer:
            attention = layer.attention.self
            for name in ("query", "value"):
                adapter = LowRank(getattr(attention, name))
                setattr(attention, name, adapter)
                adapters.append((attention, name, adapter))
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=decay)
    kept = {}
    for step in range(1, steps + 1):
        rows = order.sample(pairs, 16)
        batch = tokenizer(
            [text for _, text in rows], padding=True, truncation=True, max_length=48, return_tensors="pt")
        loss = torch.nn.functional.cross_entropy(model(batch), torch.tensor([label for label, _ in rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step in keep:
            kept[step] = {name: value.detach().clone() for name, value in model.body.state_dict().items()}
    for owner, name, adapter in adapters:
        setattr(owner, name, adapter.merge())
    kept[steps] = {name: value.detach().clone() for name, value in model.body.state_dict().items()}
    return kept


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("texts")
    parser.add_argument("output")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    os.makedirs(options.output, exist_ok=True)
    pairs = texts(options.texts)
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    stored = load_file(os.path.join(options.model, "model.safetensors"))

    def save(name, state):
        # Names, order and types of the downloaded file, so that versions differ in their values only.
        state = {key: state.get(key, stored[key]) for key in stored}
        for suffix, dtype in (("", None), ("bf16-", torch.bfloat16), ("f16-", torch.float16)):
            cast = {
                key: value.to(dtype).contiguous() if dtype and value.is_floating_point() else value.contiguous()
                for key, value in state.items()
            }
            save_file(cast, os.path.join(options.output, f"{suffix}{name}.safetensors"))
        print(name, flush=True)

    def run(steps, rate, seed, **more):
        return train(options.model, pairs, tokenizer, steps, rate, seed, **more)

    save("base", stored)
    short = max(1, options.steps // 10)
    third = max(1, options.steps * 3 // 10)
    near = max(1, options.steps - short)
    runs = run(options.steps, 2e-5, 1, keep=(short, near))
    for step, state in runs.items():
        save(f"adamw-{step}", state)
    save("low-rate", run(third, 1e-6, 2)[third])
    save("decay", run(third, 2e-5, 3, decay=0.01)[third])
    save("lora", run(third, 1e-3, 4, lora=True)[third])

    generator = torch.Generator().manual_seed(5)
    sparse = {}
    for name, value in stored.items():
        changed = torch.rand(value.shape, generator=generator) < 0.01
        sparse[name] = torch.where(changed, value * 1.01, value) if value.is_floating_point() else value
    save("sparse", sparse)

    embedding = "embeddings.word_embeddings.weight"
    names = [name for name in stored if name.endswith(embedding)]
    save("cut", {name: stored[name][:-994] for name in names})

    models = [run(third, 2e-5, seed)[third] for seed in (6, 7, 8)]
    save("average", {name: sum(model[name] for model in models) / 3 if stored[name].is_floating_point() else stored[name]
                     for name in stored})


if __name__ == "__main__":
    main()
