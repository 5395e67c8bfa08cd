"""Makes Llama-like Hugging Face folders with random weights: a base and fine-tunes of it, the base plus small noise.

    python make_models.py FOLDER --models 4 --size large      # 4 x 1 GB bf16 and a base, 2 shards each
    python make_models.py FOLDER --models 3 --size tiny       # a few KB, f32
    python make_models.py FOLDER --models 5 --size minilm     # 5 x 91 MB f32, BERT's names
    python make_models.py FOLDER --models 4 --size sparse     # 4 x 8 GB bf16 of holes: for measuring memory

Needs numpy alone.
"""
import argparse
import json
import os
import numpy

SIZES = {
    # hidden, intermediate, layers, heads, vocabulary, type
    "tiny": (32, 64, 4, 4, 96, "F32"),
    "small": (512, 1376, 6, 8, 8000, "BF16"),
    "large": (2048, 5632, 7, 16, 32000, "BF16"),
    "sparse": (4096, 14336, 18, 32, 32000, "BF16"),
}
WIDTH = {"F32": 4, "BF16": 2, "F16": 2}
TORCH = {"F32": "float32", "BF16": "bfloat16", "F16": "float16"}


def llama_shapes(size):
    hidden, intermediate, layers, _, vocabulary, _ = SIZES[size]
    shapes = {"model.embed_tokens.weight": (vocabulary, hidden)}
    for layer in range(layers):
        prefix = f"model.layers.{layer}."
        for name in "qkvo":
            shapes[prefix + f"self_attn.{name}_proj.weight"] = (hidden, hidden)
        shapes[prefix + "mlp.gate_proj.weight"] = (intermediate, hidden)
        shapes[prefix + "mlp.up_proj.weight"] = (intermediate, hidden)
        shapes[prefix + "mlp.down_proj.weight"] = (hidden, intermediate)
        shapes[prefix + "input_layernorm.weight"] = (hidden,)
        shapes[prefix + "post_attention_layernorm.weight"] = (hidden,)
    shapes["model.norm.weight"] = (hidden,)
    shapes["lm_head.weight"] = (vocabulary, hidden)
    return shapes


def minilm_shapes():
    shapes = {"embeddings.word_embeddings.weight": (30522, 384), "embeddings.position_embeddings.weight": (512, 384),
              "embeddings.token_type_embeddings.weight": (2, 384), "embeddings.LayerNorm.weight": (384,),
              "embeddings.LayerNorm.bias": (384,)}
    for layer in range(6):
        prefix = f"encoder.layer.{layer}."
        for part, shape in [("attention.self.query", (384, 384)), ("attention.self.key", (384, 384)),
                            ("attention.self.value", (384, 384)), ("attention.output.dense", (384, 384)),
                            ("intermediate.dense", (1536, 384)), ("output.dense", (384, 1536))]:
            shapes[prefix + part + ".weight"] = shape
            shapes[prefix + part + ".bias"] = (shape[0],)
        for part in ["attention.output.LayerNorm", "output.LayerNorm"]:
            shapes[prefix + part + ".weight"] = (384,)
            shapes[prefix + part + ".bias"] = (384,)
    shapes["pooler.dense.weight"] = (384, 384)
    shapes["pooler.dense.bias"] = (384,)
    return shapes


def encode(values, dtype):
    if dtype == "F32":
        return values.astype("<f4").tobytes()
    if dtype == "F16":
        return values.astype("<f2").tobytes()
    bits = values.astype("<f4").view("<u4")
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2").tobytes()


def write_shard(path, tensors, dtype, data):
    """data(name, shape) gives the bytes, or None for a hole in the file."""
    header, end = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in tensors:
        size = int(numpy.prod(shape)) * WIDTH[dtype]
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name, shape in tensors:
            if data is not None:
                file.write(data(name, shape))
        file.truncate(8 + len(text) + end)


def write_model(folder, shapes, dtype, data, config, shard_bytes):
    os.makedirs(folder, exist_ok=True)
    groups, size = [[]], 0
    for name, shape in shapes.items():
        count = int(numpy.prod(shape)) * WIDTH[dtype]
        if groups[-1] and size + count > shard_bytes:
            groups.append([])
            size = 0
        groups[-1].append((name, shape))
        size += count
    names = (["model.safetensors"] if len(groups) == 1 else
             [f"model-{i + 1:05}-of-{len(groups):05}.safetensors" for i in range(len(groups))])
    for name, group in zip(names, groups):
        write_shard(os.path.join(folder, name), group, dtype, data)
    if len(groups) > 1:
        weight_map = {tensor: name for name, group in zip(names, groups) for tensor, _ in group}
        total = sum(int(numpy.prod(shape)) * WIDTH[dtype] for shape in shapes.values())
        with open(os.path.join(folder, "model.safetensors.index.json"), "w") as file:
            json.dump({"metadata": {"total_size": total}, "weight_map": weight_map}, file, indent=2)
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(config, file, indent=2)


def llama_config(size):
    hidden, intermediate, layers, heads, vocabulary, dtype = SIZES[size]
    return {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": hidden,
            "intermediate_size": intermediate, "num_hidden_layers": layers, "num_attention_heads": heads,
            "num_key_value_heads": heads, "vocab_size": vocabulary, "hidden_act": "silu", "max_position_embeddings": 2048,
            "rms_norm_eps": 1e-5, "tie_word_embeddings": False, "torch_dtype": TORCH[dtype]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--models", type=int, default=4)
    parser.add_argument("--size", choices=[*SIZES, "minilm"], default="large")
    parser.add_argument("--shard-bytes", type=int, default=600_000_000)
    arguments = parser.parse_args()
    size = arguments.size
    shapes = minilm_shapes() if size == "minilm" else llama_shapes(size)
    dtype = "F32" if size == "minilm" else SIZES[size][-1]
    config = ({"architectures": ["BertModel"], "model_type": "bert", "hidden_size": 384, "num_hidden_layers": 6,
               "vocab_size": 30522, "torch_dtype": "float32"} if size == "minilm" else llama_config(size))
    names = ["base"] + [f"model-{i}" for i in range(arguments.models)]
    for number, model in enumerate(names):
        def data(name, shape):
            count = int(numpy.prod(shape))
            start = numpy.random.Generator(numpy.random.SFC64([list(shapes).index(name)]))
            values = start.standard_normal(count, dtype="f4") * numpy.float32(0.02)
            if "norm" in name.lower() and name.endswith("weight"):
                values += 1
            if number > 0:
                change = numpy.random.Generator(numpy.random.SFC64([list(shapes).index(name), number]))
                values += change.standard_normal(count, dtype="f4") * numpy.float32(0.002)
            return encode(values, dtype)
        write_model(os.path.join(arguments.folder, model), shapes, dtype, None if size == "sparse" else data, config,
                    3_000_000_000 if size == "sparse" else arguments.shard_bytes)


main()
