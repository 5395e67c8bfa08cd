"""Reads the chunk encodings of docs/format-codec.md with nothing but the standard library. Slow, and meant to be read.

    python3 codec.py <encoding number> <raw byte count> <payload file> [<base file>] > <bytes>
"""

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


def decode_zlib_planes(payload, byte_count):
    reader = Reader(payload)
    width, rotated = reader.u8(), reader.u8()
    planes = []
    for _ in range(width):
        form, stored = reader.u8(), reader.take(reader.u32())
        planes.append({0: lambda: stored, 1: lambda: zlib.decompress(stored),
                       2: lambda: stored * (byte_count // width)}[form]())
    reader.finish()
    return rotate_right(join(planes), width) if rotated else bytes(join(planes))


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


def decode(encoding, payload, byte_count, base=None):
    if encoding == 0:
        result = payload
    elif encoding == 1:
        result = zlib.decompress(payload)
    elif encoding == 2:
        result = decode_zlib_planes(payload, byte_count)
    elif encoding == 3:
        result = decode_planes(payload, byte_count)
    elif encoding == 4:
        result = decode_delta_tokens(payload, byte_count, base)
    elif encoding == 5:
        result = decode_delta_planes(payload, byte_count, base)
    elif encoding == 6:
        result = payload * (byte_count // len(payload))
    else:
        raise ValueError(f"encoding {encoding} is unknown")
    if len(result) != byte_count:
        raise ValueError(f"{len(result)} bytes instead of {byte_count}")
    return result


if __name__ == "__main__":
    files = [open(path, "rb").read() for path in sys.argv[3:]]
    sys.stdout.buffer.write(decode(int(sys.argv[1]), files[0], int(sys.argv[2]), *files[1:]))
