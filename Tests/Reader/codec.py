"""Reads the chunk encodings of docs/format-codec.md with nothing but the standard library. Slow, and meant to be read.

    python3 codec.py <encoding number> <raw byte count> <payload file> [<base file>…] > <bytes>
"""

import hashlib
import math
import struct
import sys
import zlib

SCALE_BITS = 11
SCALE = 1 << SCALE_BITS
LOWEST = 1 << 15


class Reader:
    def __init__(self, data):
        self.data = data
        self.offset = 0

    def take(self, count):
        piece = self.data[self.offset:self.offset + count]
        if len(piece) != count:
            raise ValueError("the payload is cut short")
        self.offset += count
        return piece

    def u8(self):
        return self.take(1)[0]

    def u16(self):
        return struct.unpack("<H", self.take(2))[0]

    def u32(self):
        return struct.unpack("<I", self.take(4))[0]

    def finish(self):
        if self.offset != len(self.data):
            raise ValueError("extra bytes")


class Bits:
    """The first bit of the stream is the lowest of the first byte."""

    def __init__(self, data):
        self.value = int.from_bytes(data, "little")
        self.byte_count = len(data)
        self.position = 0

    def take(self, count):
        bits = self.value >> self.position & (1 << count) - 1
        self.position += count
        return bits

    def finish(self):
        if (self.position + 7) // 8 != self.byte_count:
            raise ValueError("bits do not end where they should")


def huffman(reader, count):
    first, last = reader.u8(), reader.u8()
    lengths = {}
    for symbol in range(first, last + 1, 2):
        pair = reader.u8()
        lengths[symbol] = pair & 15
        if symbol < last:
            lengths[symbol + 1] = pair >> 4
    # Canonical: codes are given out by length, then by symbol.
    codes, code = {}, 0
    for length in range(1, 12):
        for symbol in sorted(lengths):
            if lengths[symbol] == length:
                codes[length, code] = symbol
                code += 1
        code <<= 1
    byte_counts = [reader.u32() for _ in range(4)]
    quarter = (count + 3) // 4
    result = bytearray()
    for lane in range(4):
        data = reader.take(byte_counts[lane])
        digits = "".join(format(byte, "08b")[::-1] for byte in data)
        position = 0
        for _ in range(min(count, (lane + 1) * quarter) - min(count, lane * quarter)):
            code = length = 0
            while (length, code) not in codes:
                code = code << 1 | int(digits[position])
                length += 1
                position += 1
            result.append(codes[length, code])
        if (position + 7) // 8 != len(data):
            raise ValueError("a lane does not end where its codes do")
    return bytes(result)


def model(reader):
    """Frequencies as a list of (symbol, frequency, start) for each of the 2048 slots."""
    first, last = reader.u8(), reader.u8()
    slots, byte, left = [], 0, 0

    def bit():
        nonlocal byte, left
        if left == 0:
            byte, left = reader.u8(), 8
        left -= 1
        byte, lowest = byte >> 1, byte & 1
        return lowest

    for symbol in range(first, last + 1):
        top = 0
        while bit() == 0:
            top += 1
        frequency = (1 << top) - 1 + sum(bit() << place for place in range(top))
        slots += [(symbol, frequency, len(slots))] * frequency
    if len(slots) != SCALE:
        raise ValueError("frequencies do not add up to 2048")
    return slots


class Rans:
    def __init__(self, reader):
        word_count = reader.u32()
        self.states = [reader.u32() for _ in range(8)]
        self.words = struct.unpack(f"<{word_count}H", reader.take(2 * word_count))
        self.next = self.index = 0

    def take(self, slots):
        state = self.states[self.index & 7]
        symbol, frequency, start = slots[state & SCALE - 1]
        state = frequency * (state >> SCALE_BITS) + (state & SCALE - 1) - start
        if state < LOWEST:
            state = state << 16 | self.words[self.next]
            self.next += 1
        self.states[self.index & 7] = state
        self.index += 1
        return symbol

    def finish(self):
        if self.next != len(self.words) or any(state != LOWEST for state in self.states):
            raise ValueError("a rANS stream does not end where its symbols do")


def plane(reader, count):
    form = reader.u8()
    if form == 0:
        return reader.take(count)
    if form == 1:
        return reader.take(1) * count
    if form == 2:
        return huffman(reader, count)
    if form == 3:
        slots = model(reader)
        rans = Rans(reader)
        result = bytes(rans.take(slots) for _ in range(count))
        rans.finish()
        return result
    raise ValueError(f"plane form {form} is unknown")


def join(planes):
    width = len(planes)
    joined = bytearray(width * len(planes[0]))
    for index, values in enumerate(planes):
        joined[index::width] = values
    return joined


def elements(data, width):
    return [int.from_bytes(data[start:start + width], "little") for start in range(0, len(data), width)]


def to_bytes(values, width):
    return b"".join(value.to_bytes(width, "little") for value in values)


def ordered(value, width, exponent_bits):
    """Integers in the order of the numbers; its own inverse."""
    sign = 1 << 8 * width - 1
    return value ^ sign - 1 if exponent_bits and value & sign else value


def rotate_right(data, width):
    top = 8 * width - 1
    return to_bytes([value >> 1 | (value & 1) << top for value in elements(data, width)], width)


def decode_planes(payload, byte_count):
    reader = Reader(payload)
    width, exponent_bits = reader.u8(), reader.u8()
    joined = join([plane(reader, byte_count // width) for _ in range(width)])
    reader.finish()
    return rotate_right(joined, width) if exponent_bits else bytes(joined)


def decode_delta_tokens(payload, byte_count, base):
    reader = Reader(payload)
    width, exponent_bits, shift, reserved = reader.u8(), reader.u8(), reader.u8(), reader.u8()
    top, raw_byte_count = reader.u16(), reader.u32()
    count = byte_count // width
    bitmap = plane(reader, (count + 255) // 256)
    models = [model(reader) for _ in range(16 >> shift)]
    rans = Rans(reader)
    bits = Bits(reader.take(raw_byte_count))
    reader.finish()
    modulus = 1 << 8 * width
    exponent_shift = 8 * width - 1 - exponent_bits if exponent_bits else 0
    old = elements(base, width)
    result = []
    for start in range(0, count, 32):
        block = old[start:start + 32]
        if not bitmap[start // 256] >> start // 32 % 8 & 1:
            result += block
            continue
        contexts = [max(0, min(15, top - (value >> exponent_shift & (1 << exponent_bits) - 1))) for value in block]
        tokens = [rans.take(models[context >> shift]) for context in contexts]
        for value, token in zip(block, tokens):
            negative = bits.take(1) if token else 0
            magnitude = token
            if token >= 16:
                high = (token - 8) >> 1
                magnitude = (2 + (token & 1) << high - 1) + bits.take(high - 1)
            difference = -magnitude if negative else magnitude
            new = (ordered(value, width, exponent_bits) + difference) % modulus
            result.append(ordered(new, width, exponent_bits))
    rans.finish()
    bits.finish()
    return to_bytes(result, width)


def decode_delta_planes(payload, byte_count, base):
    reader = Reader(payload)
    width, exponent_bits = reader.u8(), reader.u8()
    joined = join([plane(reader, byte_count // width) for _ in range(width)])
    reader.finish()
    modulus = 1 << 8 * width
    result = []
    for value, zigzag in zip(elements(base, width), elements(joined, width)):
        difference = -(zigzag + 1 >> 1) if zigzag & 1 else zigzag >> 1
        new = (ordered(value, width, exponent_bits) + difference) % modulus
        result.append(ordered(new, width, exponent_bits))
    return to_bytes(result, width)


def fitted(base, byte_count):
    """A base that is too long is cut; what it lacks is zero."""
    return base[:byte_count] + bytes(max(0, byte_count - len(base)))


# Stored elements to numbers, and the fraction bits and least normal exponent for the way back.
FLOATS = {(8, 11): ("<d", 52, -1022), (4, 8): ("<f", 23, -126), (2, 5): ("<e", 10, -14), (2, 8): (None, 7, -126)}


def number(data, kind):
    # BF16 is the upper half of F32.
    return struct.unpack(FLOATS[kind][0], data)[0] if FLOATS[kind][0] else struct.unpack("<f", b"\0\0" + data)[0]


def rounded(value, kind):
    """The bits of the nearest number of a type, ties to even; every NaN is the same."""
    width, exponent_bits = kind
    fraction_bits, least = FLOATS[kind][1:]
    infinity = (1 << exponent_bits) - 1 << fraction_bits
    if value != value:
        return infinity | 1 << fraction_bits - 1
    sign = 1 << 8 * width - 1 if math.copysign(1, value) < 0 else 0
    if math.isinf(value):
        return sign | infinity
    exponent = max(math.frexp(value)[1] - 1, least) if value else least
    # Multiplying by a power of two is exact here; round() takes ties to even. A carry runs into the exponent by itself.
    steps = round(math.ldexp(abs(value), fraction_bits - exponent))
    return sign | min(steps + (exponent - least << fraction_bits), infinity)


def bases_of(payload):
    """The ids that a prediction names."""
    count = struct.unpack_from("<H", payload, 4)[0]
    return [payload[16 + 32 * index:48 + 32 * index] for index in range(count)]


def decode_predicted(payload, byte_count, bases):
    reader = Reader(payload)
    kind, residual, reserved = (reader.u8(), reader.u8()), reader.u8(), reader.u8()
    base_count, term_count = reader.u16(), reader.u16()
    divisor = struct.unpack("<d", reader.take(8))[0]
    found = [bases[reader.take(32)] for _ in range(base_count)]
    sums = [-0.0] * (byte_count // kind[0])
    for _ in range(term_count):
        coefficient = struct.unpack("<d", reader.take(8))[0]
        term, data = (reader.u8(), reader.u8()), b""
        for _ in range(reader.u16()):
            base, offset, length = reader.u32(), reader.u32(), reader.u32()
            data += found[base][offset:offset + length]
        numbers = [number(data[start:start + term[0]], term) for start in range(0, len(data), term[0])]
        if len(numbers) != len(sums):
            raise ValueError("a term of another length")
        sums = [total + coefficient * value for total, value in zip(sums, numbers)]
    predicted = to_bytes([rounded(total / divisor, kind) for total in sums], kind[0])
    rest = reader.take(len(payload) - reader.offset)
    if residual:
        return decode(residual, rest, byte_count, predicted)
    if rest:
        raise ValueError("extra bytes")
    return predicted


def decode(encoding, payload, byte_count, base=None, bases=None):
    """`bases` are those of a prediction, by their ids."""
    if base is not None:
        base = fitted(base, byte_count)
    if encoding == 0:
        result = payload
    elif encoding == 1:
        result = zlib.decompress(payload)
    elif encoding == 3:
        result = decode_planes(payload, byte_count)
    elif encoding == 4:
        result = decode_delta_tokens(payload, byte_count, base)
    elif encoding == 5:
        result = decode_delta_planes(payload, byte_count, base)
    elif encoding == 6:
        result = payload * (byte_count // len(payload))
    elif encoding == 7:
        result = decode_predicted(payload, byte_count, bases)
    else:
        raise ValueError(f"encoding {encoding} is unknown")
    if len(result) != byte_count:
        raise ValueError(f"{len(result)} bytes instead of {byte_count}")
    return result


if __name__ == "__main__":
    files = [open(path, "rb").read() for path in sys.argv[3:]]
    ids = {hashlib.sha256(file).digest(): file for file in files[1:]}
    sys.stdout.buffer.write(decode(int(sys.argv[1]), files[0], int(sys.argv[2]), *files[1:2], bases=ids))
