"""Bytes of tensors and numbers in float64. Hex strings of little-endian elements."""
import math
from fractions import Fraction

import numpy as np

NUMPY = {"F64": np.float64, "F32": np.float32, "F16": np.float16}


def bf16_bits(value):
    """The bits of the nearest BF16 to a float64, ties to even."""
    sign = 0x8000 if math.copysign(1, value) < 0 else 0
    if math.isnan(value):
        return 0x7FC0
    if math.isinf(value):
        return sign | 0x7F80
    exact = Fraction(abs(value))
    exponent = max(math.frexp(abs(value))[1] - 1, -126) if exact else -126
    steps = round(exact / Fraction(2) ** (exponent - 7))
    return sign | min(steps + ((exponent + 126) << 7), 0x7F80)


def encode(values, dtype):
    if dtype == "BF16":
        return np.array([bf16_bits(v) for v in np.ravel(values).tolist()], dtype="<u2").tobytes().hex()
    with np.errstate(over="ignore", invalid="ignore"):
        return values.astype(NUMPY[dtype]).tobytes().hex()


def decode(text, dtype):
    raw = bytes.fromhex(text)
    if dtype == "BF16":
        return (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    return np.frombuffer(raw, NUMPY[dtype]).astype(np.float64)
