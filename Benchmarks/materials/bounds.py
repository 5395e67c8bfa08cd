"""What an ideal coder would take for a checkpoint, given its parent and the codec's models: a check of the coders.

    python3 bounds.py <child>[,<parent>] ...

Needs PyTorch and safetensors. For each chunk of 1 MiB the smallest of three entropies: tokens in 16, 4 or 1 contexts
with their raw bits, the bitmap of zero blocks and 30 bytes for each model; zigzag planes; rotated planes.
"""

import sys

import numpy as np
import torch
from safetensors.torch import load_file

EXPONENT_BITS = {torch.float32: 8, torch.bfloat16: 8, torch.float16: 5}
CHUNK = 1 << 20


def entropy(counts):
    """Bits of an order-0 code."""
    counts = counts[counts > 0].astype(float)
    total = counts.sum()
    return total * np.log2(total) - (counts * np.log2(counts)).sum() if total else 0.0


def planes(values, width):
    return sum(min(entropy(np.bincount(values >> 8 * plane & 255)) / 8, len(values)) for plane in range(width))


def tokens(difference, exponents):
    count = len(difference)
    blocks = np.concatenate([difference, np.zeros(-count % 32, np.int64)]).reshape(-1, 32)
    coded = (blocks != 0).any(1)
    keep = np.repeat(coded, 32)[:count]
    # The exponent that one element in a thousand reaches.
    above = np.bincount(exponents)[::-1].cumsum()[::-1]
    top = np.nonzero(above >= count * 0.001)[0].max()
    magnitude = np.abs(difference[keep])
    high = np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int64)
    token = np.where(magnitude < 16, magnitude, 8 + 2 * high + (magnitude >> np.maximum(high - 1, 0) & 1))
    raw = np.where(magnitude == 0, 0, np.where(magnitude < 16, 1, high)).sum()
    context = np.clip(top - exponents[keep], 0, 15)
    bits = min(
        sum(entropy(np.bincount(token[context >> shift == number])) + 240 for number in range(16 >> shift))
        for shift in (0, 2, 4))
    return (bits + raw + entropy(np.array([coded.sum(), (~coded).sum()]))) / 8


def chunk(child, parent, width, exponent_bits):
    bits = 8 * width
    sign, mask = 1 << bits - 1, (1 << bits) - 1
    rotated = (child << 1 | child >> bits - 1) & mask
    if parent is None:
        return planes(rotated, width)
    ordered = [np.where(values & sign, values ^ sign - 1, values) for values in (child, parent)]
    difference = ordered[0] - ordered[1] & mask
    difference = np.where(difference & sign, difference - (1 << bits), difference)
    zigzag = np.where(difference >= 0, 2 * difference, -2 * difference - 1)
    exponents = parent >> bits - 1 - exponent_bits & (1 << exponent_bits) - 1
    return min(tokens(difference, exponents), planes(zigzag, width), planes(rotated, width))


def integers(tensor, width):
    kind, unsigned = {2: (torch.int16, np.uint16), 4: (torch.int32, np.uint32)}[width]
    return tensor.reshape(-1).view(kind).numpy().view(unsigned).astype(np.int64)


def main():
    for argument in sys.argv[1:]:
        child, *parents = (load_file(path) for path in argument.split(","))
        raw, stored = 0, 0.0
        for name, tensor in child.items():
            raw += tensor.numel() * tensor.element_size()
            if tensor.dtype not in EXPONENT_BITS:
                continue
            width = tensor.element_size()
            new = integers(tensor, width)
            old = integers(parents[0][name], width) if parents else new[:0]
            for start in range(0, len(new), CHUNK // width):
                piece, base = new[start:start + CHUNK // width], old[start:start + CHUNK // width]
                if len(piece) != len(base):
                    base = None
                elif (piece == base).all():
                    continue
                stored += chunk(piece, base, width, EXPONENT_BITS[tensor.dtype])
        print(f"{argument}: {stored / raw:.4f}", flush=True)


if __name__ == "__main__":
    main()
