"""Makes a tiny model, LoRA adapters of all kinds for it, and what peft's merge_and_unload makes of them in float64.

    python Tests/FolderMergeTests/Golden/generate_lora.py

Needs torch, transformers, peft (0.21), safetensors. Results are rounded to float32 once. Into Golden/lora.
"""
import os
import shutil

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from torch import nn
from transformers.pytorch_utils import Conv1D

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lora")


class Model(nn.Module):
    """A linear layer with bias, GPT-2's layers stored as [in, out] (one square), an embedding, a convolution, a head."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10, 6)
        self.wide = nn.Linear(6, 8)
        self.square = Conv1D(6, 6)
        self.tall = Conv1D(9, 6)
        self.conv = nn.Conv2d(3, 5, 3)
        self.head = nn.Linear(6, 4)

    def forward(self, x):
        return x


def model():
    torch.manual_seed(1)
    result = Model()
    with torch.no_grad():
        for parameter in result.parameters():
            parameter.copy_(torch.randn_like(parameter))
    return result.double()


CASES = {
    "plain": dict(r=4, lora_alpha=8, target_modules=["wide", "head"]),
    "rank-stabilized": dict(r=3, lora_alpha=5, target_modules=["wide", "head"], use_rslora=True),
    "transposed": dict(r=2, lora_alpha=3, target_modules=["square", "tall"], fan_in_fan_out=True),
    "patterns": dict(r=2, lora_alpha=4, target_modules=["wide", "head"], rank_pattern={"head": 5},
                     alpha_pattern={"^wi.*": 7}),
    "whole-modules": dict(r=2, lora_alpha=4, target_modules=["wide"], modules_to_save=["head"]),
    "embedding": dict(r=3, lora_alpha=4, target_modules=["embed", "wide"]),
    "convolution": dict(r=2, lora_alpha=4, target_modules=["conv"]),
    "biases": dict(r=2, lora_alpha=4, target_modules=["wide"], lora_bias=True),
    "trained-biases": dict(r=2, lora_alpha=4, target_modules=["wide"], bias="all"),
    "dora": dict(r=2, lora_alpha=4, target_modules=["wide", "head", "conv", "embed"], use_dora=True),
    "dora-transposed": dict(r=2, lora_alpha=4, target_modules=["square", "tall"], fan_in_fan_out=True, use_dora=True),
}


def randomize(adapted, seed):
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "lora_magnitude" in name:
                parameter.mul_(1 + 0.2 * torch.rand_like(parameter))
            elif "lora_" in name or "modules_to_save" in name:
                parameter.copy_(torch.randn_like(parameter))
            elif name.endswith(".bias") and parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter))
            # What is stored has 24 bits.
            parameter.copy_(parameter.float().double())


def stored(state):
    return {name: tensor.float().contiguous() for name, tensor in state.items()}


def main():
    shutil.rmtree(HERE, ignore_errors=True)
    os.makedirs(os.path.join(HERE, "base"))
    base = stored(model().state_dict())
    save_file(base, os.path.join(HERE, "base", "model.safetensors"), metadata={"format": "pt"})
    for seed, (name, settings) in enumerate(CASES.items()):
        start = model()
        start.load_state_dict({key: value.double() for key, value in base.items()})
        adapted = get_peft_model(start, LoraConfig(**settings))
        adapted.double()
        randomize(adapted, 100 + seed)
        folder = os.path.join(HERE, name)
        adapted.float().save_pretrained(folder)
        adapted.double()
        merged = stored(adapted.merge_and_unload().state_dict())
        save_file(merged, os.path.join(folder, "expected.safetensors"))
        for extra in ("README.md",):
            os.remove(os.path.join(folder, extra))
        print(name, [key for key in merged if not torch.equal(merged[key], base.get(key, torch.zeros(0)))])
    # Two adapters on one base, with weights: the sum of their products.
    start = model()
    start.load_state_dict({key: value.double() for key, value in base.items()})
    adapted = get_peft_model(start, LoraConfig(**CASES["plain"]), adapter_name="plain")
    adapted.add_adapter("ranks", LoraConfig(**CASES["rank-stabilized"]))
    adapted.double()
    for adapter in ("plain", "ranks"):
        source = "plain" if adapter == "plain" else "rank-stabilized"
        from safetensors.torch import load_file
        weights = load_file(os.path.join(HERE, source, "adapter_model.safetensors"))
        state = {key.replace(".lora_A.", f".lora_A.{adapter}.").replace(".lora_B.", f".lora_B.{adapter}."): value.double()
                 for key, value in weights.items()}
        adapted.load_state_dict(state, strict=False)
    adapted.add_weighted_adapter(["plain", "ranks"], [0.25, 2.0], "both", combination_type="cat")
    adapted.set_adapter("both")
    merged = stored(adapted.merge_and_unload().state_dict())
    save_file(merged, os.path.join(HERE, "two-adapters.safetensors"))


main()
