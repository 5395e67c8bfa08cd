"""Makes tiny Llama-like models, mergekit files, and what mergekit 0.1.5 makes of them.

    python Tests/FolderMergeTests/Golden/generate_mergekit.py

Needs mergekit 0.1.5, safetensors, tokenizers. Each configuration computes in float64, so that the results are the
correctly rounded ones up to the last bit (PyTorch rounds to 16 bits by way of float32). Models: Golden/models; files:
Golden/configurations/*.yml; results: beside them.
"""
import json
import os
import shutil
import tempfile

import numpy
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

HERE = os.path.dirname(os.path.abspath(__file__))
HIDDEN, INTERMEDIATE, LAYERS = 4, 6, 4
WORDS = {
    # The base's tokens; "a" has one more merge and an added token; "b" has another order and two more words.
    "base": (["<s>", "</s>", "h", "e", "l", "o", "w", "he", "ll"], [("h", "e"), ("l", "l")], ["<s>", "</s>"]),
    "a": (["<s>", "</s>", "h", "e", "l", "o", "w", "he", "ll", "hell"], [("h", "e"), ("l", "l"), ("he", "ll")],
          ["<s>", "</s>", "<tool>"]),
    "b": (["</s>", "<s>", "o", "w", "l", "h", "e", "ll", "he", "ow", "lo"],
          [("h", "e"), ("l", "l"), ("o", "w"), ("l", "o")], ["<s>", "</s>"]),
}


def tensors(seed, rows):
    random = numpy.random.default_rng(seed)
    shapes = {"model.embed_tokens.weight": (rows, HIDDEN)}
    for layer in range(LAYERS):
        prefix = f"model.layers.{layer}."
        shapes |= {prefix + f"self_attn.{name}_proj.weight": (HIDDEN, HIDDEN) for name in "qkvo"}
        shapes |= {prefix + "mlp.gate_proj.weight": (INTERMEDIATE, HIDDEN), prefix + "mlp.up_proj.weight": (INTERMEDIATE, HIDDEN),
                   prefix + "mlp.down_proj.weight": (HIDDEN, INTERMEDIATE), prefix + "input_layernorm.weight": (HIDDEN,),
                   prefix + "post_attention_layernorm.weight": (HIDDEN,)}
    shapes |= {"model.norm.weight": (HIDDEN,), "lm_head.weight": (rows, HIDDEN)}
    return {name: random.standard_normal(shape).astype("f4") for name, shape in shapes.items()}


def near(base, seed):
    """A fine-tuning of the base: small changes, of some elements only."""
    random = numpy.random.default_rng(seed)
    return {name: tensor + (0.01 * random.standard_normal(tensor.shape) * (random.random(tensor.shape) < 0.7)).astype("f4")
            for name, tensor in base.items()}


def write_model(name, weights, rows, vocabulary=None):
    folder = os.path.join(HERE, "models", name)
    os.makedirs(folder)
    save_file(weights, os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})
    config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": HIDDEN,
              "intermediate_size": INTERMEDIATE, "num_hidden_layers": LAYERS, "num_attention_heads": 1,
              "num_key_value_heads": 1, "vocab_size": rows, "tie_word_embeddings": False, "torch_dtype": "float32"}
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(config, file, indent=2)
    if vocabulary is None:
        return
    words, merges, special = WORDS[vocabulary]
    tokenizer = Tokenizer(models.BPE({word: index for index, word in enumerate(words)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.decoder = decoders.Fuse()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in special])
    tokenizer.save(os.path.join(folder, "tokenizer.json"))
    with open(os.path.join(folder, "tokenizer_config.json"), "w") as file:
        json.dump({"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>"}, file, indent=2)


def write_models():
    shutil.rmtree(os.path.join(HERE, "models"), ignore_errors=True)
    for seed, name in enumerate(["base", "a", "b"]):
        write_model(name, tensors(seed, 8), 8)
    write_model("near", near(tensors(0, 8), 3), 8)
    write_model("narrow", {name: tensor.astype("f2") for name, tensor in tensors(4, 8).items()}, 8)
    for seed, name in enumerate(WORDS):
        words, _, special = WORDS[name]
        rows = len(set(words) | set(special))
        write_model("words-" + name, tensors(10 + seed, rows), rows, name)


def merge(text, output):
    import yaml
    from mergekit.config import MergeConfiguration
    from mergekit.merge import run_merge
    from mergekit.options import MergeOptions
    from safetensors.torch import load_file

    configuration = MergeConfiguration.model_validate(yaml.safe_load(text))
    run_merge(configuration, output, MergeOptions(copy_tokenizer=False, quiet=True, write_model_card=False))
    return load_file(os.path.join(output, "model.safetensors"))


def main():
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    from safetensors.torch import save_file as save_result
    write_models()
    os.chdir(HERE)
    for name in sorted(os.listdir("configurations")):
        if not name.endswith(".yml"):
            continue
        with open(os.path.join("configurations", name)) as file:
            text = file.read()
        with tempfile.TemporaryDirectory() as output:
            result = merge(text, output)
            save_result(result, os.path.join("configurations", name.replace(".yml", ".safetensors")))
            if os.path.exists(os.path.join(output, "tokenizer.json")):
                ids = Tokenizer.from_file(os.path.join(output, "tokenizer.json")).get_vocab()
                with open(os.path.join("configurations", name.replace(".yml", ".vocabulary.json")), "w") as file:
                    json.dump(dict(sorted(ids.items(), key=lambda item: item[1])), file)
            layers = json.load(open(os.path.join(output, "config.json")))
            print(name, len(result), "tensors,", layers["num_hidden_layers"], "layers, vocabulary", layers["vocab_size"])


main()
