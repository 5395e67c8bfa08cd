"""Makes the tokenizers that VocabularyUnionTests unites, and checks the unions with the library tokenizers.

    python Tests/CheckpointsTests/Golden/check_tokenizers.py make       # writes Golden/tokenizers/*-base.json, *-other.json
    WGIT_UPDATE_SNAPSHOTS=1 swift test -c release --filter VocabularyUnionTests
    python Tests/CheckpointsTests/Golden/check_tokenizers.py check      # reads union-*.json, which the test wrote

Needs tokenizers.
"""
import json
import os
import sys

from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tokenizers")
LETTERS = ["h", "e", "l", "o", "w"]


def save(name, model, special, words=()):
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in special])
    if words:
        tokenizer.add_tokens(list(words))
    tokenizer.save(os.path.join(HERE, name + ".json"), pretty=True)


def bpe(words, merges):
    return models.BPE({word: index for index, word in enumerate(words)}, merges)


def make():
    base = LETTERS + ["he", "ll"]
    save("bpe-base", bpe(base, [("h", "e"), ("l", "l")]), ["<s>"])
    other = ["<s>", *LETTERS[::-1], "ll", "he", "hell", "lo"]
    save("bpe-other", bpe(other, [("h", "e"), ("l", "l"), ("he", "ll"), ("l", "o")]), ["<s>", "<tool>"])
    # Older files have merges as text.
    with open(os.path.join(HERE, "bpe-base.json")) as file:
        text = json.load(file)
    text["model"]["merges"] = [" ".join(pair) for pair in text["model"]["merges"]]
    with open(os.path.join(HERE, "bpe-text-base.json"), "w") as file:
        json.dump(text, file)
    pieces = ["[UNK]", "h", "##e", "##l", "##o"]
    save("wordpiece-base", models.WordPiece({word: index for index, word in enumerate(pieces)}, unk_token="[UNK]"), ["[CLS]"])
    pieces = ["[UNK]", "h", "##e", "##l", "##o", "hell", "w"]
    save("wordpiece-other", models.WordPiece({word: index for index, word in enumerate(pieces)}, unk_token="[UNK]"), ["[SEP]"])
    save("unigram-base", models.Unigram([("<unk>", 0.0), ("h", -2.0), ("e", -2.0), ("l", -2.0), ("o", -2.5)], 0), ["<s>"])
    save("unigram-other", models.Unigram([("<unk>", 0.0), ("h", -2.0), ("e", -2.0), ("l", -2.0), ("hell", -3.0)], 0), ["<tool>"])
    save("wordlevel-base", models.WordLevel({"[UNK]": 0, "hello": 1}, unk_token="[UNK]"), ["<s>"])
    save("wordlevel-other", models.WordLevel({"[UNK]": 0, "world": 1, "hello": 2}, unk_token="[UNK]"), [], ["new"])


def load(name):
    return Tokenizer.from_file(os.path.join(HERE, name + ".json"))


EXPECTED = {
    "union-bpe-base-bpe-other": ("hell lo <tool> <s>", ["hell", "lo", "<tool>", "<s>"]),
    "union-bpe-text-base-bpe-other": ("hell lo <tool> <s>", ["hell", "lo", "<tool>", "<s>"]),
    "union-wordpiece-base-wordpiece-other": ("hello w [SEP] [CLS]", ["hell", "##o", "w", "[SEP]", "[CLS]"]),
    "union-unigram-base-unigram-other": ("hell <tool> <s>", ["hell", "<tool>", "<s>"]),
    "union-wordlevel-base-wordlevel-other": ("hello world new <s>", ["hello", "world", "new", "<s>"]),
    "union-bpe-base-unigram-other": ("hell <tool> he <s>", ["hell", "<tool>", "he", "<s>"]),
}


def check():
    for name, (text, tokens) in EXPECTED.items():
        base, other = next((load(b), load(o)) for b, o in
                           [(name[6:6 + i], name[7 + i:]) for i in range(len(name)) if name[6 + i:7 + i] == "-"]
                           if os.path.exists(os.path.join(HERE, b + ".json")) and os.path.exists(os.path.join(HERE, o + ".json")))
        union = load(name)
        ids = union.get_vocab()
        for token, number in base.get_vocab().items():
            assert ids[token] == number, (name, token, ids[token], number)
        assert set(ids) == set(base.get_vocab()) | set(other.get_vocab()) | {"<extra>"}, name
        assert sorted(ids.values()) == list(range(len(ids))), name
        # Written in the file as the library reads it: no id moved.
        with open(os.path.join(HERE, name + ".json")) as file:
            for entry in json.load(file)["added_tokens"]:
                assert ids[entry["content"]] == entry["id"], (name, entry)
        found = union.encode(text).tokens
        assert found == tokens, (name, found)
        print(name, "is sound")


make() if sys.argv[1] == "make" else check()
