"""Makes the seven versions the comparison stores: a history in which each version starts from the one before.

    python3 make_versions.py <folder of a sentence-transformers MiniLM> <texts.tsv.gz> <output folder> [--materials F]

Needs PyTorch, transformers and safetensors; the training is that of ../materials/make_versions.py.

    1-base        the downloaded weights
    2-finetuned   AdamW, learning rate 2e-5, 200 steps, every parameter
    3-lora        from 2: rank 8 on query and value of every layer, 60 steps, merged into the weights
    4-sparse      from 3: 1 % of the elements changed, by one part in a hundred
    5-cut         from 4: 994 rows cut from the end of the word embedding
    6-further     from 2: 60 more steps
    7-decay       from 2: 60 more steps with weight decay 0.01

Each is written as f32 and, with the same names, as a cast to bf16 (folders f32 and bf16).
"""

import argparse
import os
import shutil
import sys
import tempfile

import torch
from safetensors.torch import load_file, save_file


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("texts")
    parser.add_argument("output")
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--materials", default=os.path.join(here, "..", "materials"))
    parser.add_argument("--steps", type=int, default=200)
    options = parser.parse_args()
    options.output = os.path.abspath(options.output)
    # Run as a program, this folder is searched first, and this file has the same name as the one wanted.
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != here]
    sys.path.insert(0, os.path.abspath(options.materials))
    import make_versions as materials

    torch.set_num_threads(1)
    tokenizer = materials.AutoTokenizer.from_pretrained(options.model)
    pairs = materials.texts(options.texts)
    stored = load_file(os.path.join(options.model, "model.safetensors"))
    further = max(1, options.steps * 3 // 10)

    def save(name, state):
        state = {key: state.get(key, stored[key]) for key in stored}
        for kind, dtype in (("f32", None), ("bf16", torch.bfloat16)):
            os.makedirs(os.path.join(options.output, kind), exist_ok=True)
            cast = {key: (value.to(dtype) if dtype and value.is_floating_point() else value).contiguous()
                    for key, value in state.items()}
            save_file(cast, os.path.join(options.output, kind, name + ".safetensors"))
        print(name, flush=True)
        return state

    def train(start, steps, seed, rate=2e-5, **more):
        with tempfile.TemporaryDirectory() as folder:
            for entry in os.listdir(options.model):
                if os.path.isfile(os.path.join(options.model, entry)) and entry != "model.safetensors":
                    shutil.copy(os.path.join(options.model, entry), folder)
            save_file(start, os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})
            return materials.train(folder, pairs, tokenizer, steps, rate, seed, **more)[steps]

    save("1-base", stored)
    tuned = save("2-finetuned", train(stored, options.steps, 1))
    lora = save("3-lora", train(tuned, further, 2, rate=1e-3, lora=True))
    generator = torch.Generator().manual_seed(3)
    sparse = {}
    for name, value in lora.items():
        changed = torch.rand(value.shape, generator=generator) < 0.01
        sparse[name] = torch.where(changed, value * 1.01, value) if value.is_floating_point() else value
    save("4-sparse", sparse)
    embedding = "embeddings.word_embeddings.weight"
    save("5-cut", {name: value[:-994].contiguous() if name.endswith(embedding) else value
                   for name, value in sparse.items()})
    save("6-further", train(tuned, further, 4))
    save("7-decay", train(tuned, further, 5, decay=0.01))


if __name__ == "__main__":
    main()
