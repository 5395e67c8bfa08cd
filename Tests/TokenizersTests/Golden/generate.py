#!/usr/bin/env python3
"""Writes the golden files of TokenizersTests: three small tokenizers, and what the `tokenizers` package makes of texts.

    python3 generate.py FOLDER     a folder of gzipped files with a label, a tab and a sentence on each line

Run it in this folder; needs the PyPI package tokenizers (0.23.3). uncased.json and cased.json are of BERT's kind, roberta.json
of RoBERTa's, all learnt from movie reviews. encodings.json has ids of awkward texts, and for each file of the folder the
number of its lines and a hash (FNV-1a, 64 bits, over little-endian 32-bit words) of the ids of all its sentences.
"""
import glob
import gzip
import json
import os
import struct
import sys

from tokenizers import (AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers)

MASK = (1 << 64) - 1
AWKWARD = [
    "", " ", "  \n\t ", "Hello, world!", "it's 'S we'll I'M they'd've 're", "naïve café ÀÉÎ ĳ ŉ", "e\u0301a\u0308 o\u0302\u0323 \u1e69",
    "[MASK] is [SEP] not[CLS]a word [mask] [UNK]", "<mask>here <s> </s>  <mask>  <pad>", "日本語 text 中文字符,句子。",
    "한국어 조선 ひらがな カタカナ", "emoji 😀 👩‍👩‍👧‍👦 🫠 🥹 ❤️", "tabs\tand\nnewlines\r\nand\u00a0spaces\u3000wide\u2028line",
    "control\x00\x07\u200b\u200d\ufeff\u00adchars\ufffd", "a" * 99 + " " + "a" * 100 + " " + "a" * 101 + " " + "é" * 100,
    "İstanbul ẞ ß ΑΣ ΣΑΣ ſ ﬁ Ǆ", "$5.00 + €3 = £7 ^_^ `code` ~tilde~ |pipe|", "3.14159 1,000,000 1e-5 ½ ² ٣ Ⅷ 五",
    "العربية עברית हिन्दी ไทย", "\u061d \u2e52 \u2010 \u2014 \u2026 «quotes» “curly” ‘single’", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐄀 \U0002b81f \U000e0001 \ue000",
    "don't   stop    spaces   \n\n  lines  ", "word\u0300\u0301\u0302 \u0300alone", "CamelCase snake_case kebab-case http://a.b/c?d=e&f#g",
    "'", "''s", " 's", "a'", "'re're", "x  's", "\u1e9e\u0130\u0131", "ⓐⓑ ㊙ ㎏ ﷺ", "wholeword whole word wholewords",
]
PAIRS = [("first text", "second one"), ("a b c d e f g h i j", "k l m"), ("a", ""), ("", ""), ("one two three four", "five six seven eight nine ten")]
LIMITS = [3, 4, 5, 6, 8, 9, 12, 128]


def fnv(hash_, ids):
    for byte in struct.pack(f"<{len(ids)}i", *ids):
        hash_ = (hash_ ^ byte) * 0x100000001B3 & MASK
    return hash_


def sentences(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        return [line.rstrip("\n").split("\t", 1)[1] for line in lines if "\t" in line]


def bert(texts, lowercase):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=1500, special_tokens=special, show_progress=False))
    tokenizer.add_tokens([AddedToken("wholeword", single_word=True, normalized=True)])
    start, end = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    if lowercase:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", start), ("[SEP]", end)])
    else:
        tokenizer.post_processor = processors.BertProcessing(("[SEP]", end), ("[CLS]", start))
    return tokenizer


def roberta(texts):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=1500, special_tokens=["<s>", "<pad>", "</s>", "<unk>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
    tokenizer.post_processor = processors.RobertaProcessing(
        ("</s>", tokenizer.token_to_id("</s>")), ("<s>", tokenizer.token_to_id("<s>")))
    return tokenizer


def main():
    folder = sys.argv[1]
    texts = sentences(os.path.join(folder, "movie-reviews.tsv.gz"))
    report = []
    for name, tokenizer in [("uncased", bert(texts, True)), ("cased", bert(texts, False)), ("roberta", roberta(texts))]:
        tokenizer.save(f"{name}.json", pretty=False)
        tokenizer = Tokenizer.from_file(f"{name}.json")
        files = []
        for path in sorted(glob.glob(os.path.join(folder, "*.tsv.gz"))):
            lines, hash_ = sentences(path), 0xCBF29CE484222325
            for encoding in tokenizer.encode_batch(lines):
                hash_ = fnv(hash_, encoding.ids)
            files.append({"name": os.path.basename(path), "count": len(lines), "hash": f"{hash_:016x}"})
        texts_ = [{"text": text, "ids": tokenizer.encode(text).ids} for text in AWKWARD]
        pairs = []
        for first, second in PAIRS:
            for limit in LIMITS:
                if limit < tokenizer.num_special_tokens_to_add(True):
                    continue
                tokenizer.enable_truncation(limit)
                encoding = tokenizer.encode(first, second)
                single = tokenizer.encode(first)
                pairs.append({"first": first, "second": second, "limit": limit, "ids": encoding.ids, "types": encoding.type_ids,
                              "single": single.ids})
        tokenizer.no_truncation()
        report.append({"tokenizer": name, "files": files, "texts": texts_, "pairs": pairs})
    with open("encodings.json", "w") as out:
        json.dump(report, out, indent=0)
        out.write("\n")


main()
