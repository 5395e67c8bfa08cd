#!/usr/bin/env python3
"""Reads a wgit repository with what docs/format.md and docs/format-codec.md say (for the latter codec.py) and
the standard library.

    read_repository.py FOLDER COMMIT OUTPUT

FOLDER holds .wgit; COMMIT is a full commit id or a ref such as refs/heads/main. The packs are walked without the index,
every record is checked and every object hashed, then all files of the commit are written below OUTPUT and every tensor
is listed: path, name, dtype, shape, first elements.
"""
import hashlib
import json
import os
import sqlite3
import struct
import sys
import zlib

import codec

KINDS = {1: "blob", 2: "manifest", 3: "tree", 4: "commit", 5: "certificate-result", 6: "operation"}
CHUNK = 1 << 20
LARGEST_OBJECT = 1 << 30
WIDTHS = {"BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "F8_E8M0": 1, "F8_E5M2FNUZ": 1, "F8_E4M3FNUZ": 1,
          "I16": 2, "U16": 2, "F16": 2, "BF16": 2, "I32": 4, "U32": 4, "F32": 4, "C64": 8, "F64": 8, "I64": 8, "U64": 8}
FORMATS = {"BOOL": "?", "U8": "B", "I8": "b", "I16": "h", "U16": "H", "F16": "e", "I32": "i", "U32": "I", "F32": "f",
           "F64": "d", "I64": "q", "U64": "Q"}


class Damage(Exception):
    pass


def demand(condition, message):
    if not condition:
        raise Damage(message)


def decode(encoding, payload, size, bases=()):
    """`bases`: pairs of id and bytes."""
    try:
        return codec.decode(encoding, payload, size, *[value for _, value in bases[:1]], bases=dict(bases))
    except (ValueError, IndexError, TypeError, KeyError, ZeroDivisionError, struct.error, zlib.error) as error:
        raise Damage("a payload of encoding %d: %s" % (encoding, error))


def read_pack(path, objects, deltas):
    with open(path, "rb") as file:
        data = file.read()
    demand(data[:8] == b"WGITPACK", "%s is not a pack" % path)
    demand(struct.unpack_from("<II", data, 8) == (1, 0), "%s has an unknown version" % path)
    end = len(data) - 48
    demand(end >= 16 and data[end:end + 8] == b"WGITEND\0", "%s is cut short" % path)
    at, count, headers = 16, 0, hashlib.sha256()
    while at < end:
        demand(end - at >= 92, "stray bytes in %s" % path)
        magic, kind, encoding, zero, size, stored = struct.unpack_from("<4sBBHQQ", data, at)
        demand(magic == b"WECR" and kind in KINDS and zero == 0, "a record of %s is unknown" % path)
        demand(max(size, stored) <= LARGEST_OBJECT and stored <= end - at - 92, "a record of %s is too long" % path)
        header, payload = data[at:at + 92], data[at + 92:at + 92 + stored]
        demand(zlib.crc32(payload, zlib.crc32(header[:88])) == struct.unpack_from("<I", header, 88)[0], "checksum")
        identity, base = header[24:56], header[56:88]
        # The bases of a prediction stand in its payload.
        bases = codec.bases_of(payload) if encoding == 7 else [base] if base != bytes(32) else []
        if bases:
            deltas[(KINDS[kind], identity.hex())] = (encoding, payload, size, bases)
        else:
            keep(objects, (KINDS[kind], identity.hex()), decode(encoding, payload, size))
        headers.update(header)
        at, count = at + 92 + stored, count + 1
    demand(struct.unpack_from("<Q", data, end + 8)[0] == count, "%s has lost records" % path)
    demand(data[end + 16:] == headers.digest(), "the trailer of %s names other records" % path)
    demand(os.path.basename(path) == "pack-%s.pack" % headers.hexdigest(), "%s has the wrong name" % path)


def keep(objects, key, value):
    demand(hashlib.sha256(value).hexdigest() == key[1], "an object has other bytes than its id says")
    objects[key] = value


def resolve(objects, deltas):
    """Decodes every object whose bases are known, until none is left."""
    while deltas:
        ready = [key for key, delta in deltas.items() if all((key[0], base.hex()) in objects for base in delta[3])]
        demand(ready, "objects whose bases are in no pack, or that wait for each other")
        for key in ready:
            encoding, payload, size, bases = deltas.pop(key)
            keep(objects, key, decode(encoding, payload, size, [(base, objects[(key[0], base.hex())]) for base in bases]))


def load(objects, kind, identity):
    demand((kind, identity) in objects, "%s %s is not in any pack" % (kind, identity))
    value = json.loads(objects[(kind, identity)].decode("utf-8"))
    demand(value["type"] == kind and value["version"] == 1, "%s %s is of an unknown version" % (kind, identity))
    return value


def refs_of_operations(objects):
    """What the operation log says: the newest operation is the one that no other names as the one before it."""
    operations = {key[1]: json.loads(value) for key, value in objects.items() if key[0] == "operation"}
    newest = set(operations) - {operation["previous"] for operation in operations.values()}
    demand(len(newest) <= 1, "the operation log has several ends")
    order, identity = [], next(iter(newest), None)
    while identity:
        order.append(load(objects, "operation", identity))
        identity = order[-1]["previous"]
    refs = {}
    for operation in reversed(order):
        for change in operation["refChanges"]:
            demand(refs.get(change["name"]) == change["before"], "the operation log contradicts itself")
            refs[change["name"]] = change["after"]
    return {name: target for name, target in refs.items() if target}


def refs_of_database(folder):
    database = sqlite3.connect("file:%s?mode=ro" % os.path.join(folder, "wgit.db").replace("?", "%3f"), uri=True)
    return {name: target.hex() for name, target in database.execute("SELECT name, target FROM ref")}


def rebuild(objects, manifest):
    """The file's bytes, and its tensors with theirs."""
    whole, tensors = b"", []
    for segment in manifest["segments"]:
        size, chunks = segment["byteCount"], segment["chunks"]
        demand(len(chunks) == -(-size // CHUNK), "a segment with a wrong number of chunks")
        parts = []
        for index, chunk in enumerate(chunks):
            demand(("blob", chunk) in objects, "blob %s is not in any pack" % chunk)
            parts.append(objects[("blob", chunk)])
            demand(len(parts[-1]) == min(CHUNK, size - index * CHUNK), "a chunk off the grid")
        data = b"".join(parts)
        if "tensor" in segment:
            tensors.append((segment, data))
        whole += data
    demand(len(whole) == manifest["byteCount"], "a file of the wrong length")
    demand(hashlib.sha256(whole).hexdigest() == manifest["sha256"], "a rebuilt file has another SHA-256")
    return whole, tensors


def first_elements(dtype, data, count=3):
    if dtype == "BF16":
        words = struct.unpack("<%dH" % (len(data[:2 * count]) // 2), data[:2 * count])
        return [struct.unpack("<f", struct.pack("<I", word << 16))[0] for word in words]
    if dtype not in FORMATS:
        return []
    part = data[:count * WIDTHS[dtype]]
    return list(struct.unpack("<%d%s" % (len(part) // WIDTHS[dtype], FORMATS[dtype]), part))


def main(folder, revision, output):
    control = os.path.join(folder, ".wgit")
    with open(os.path.join(control, "format"), "rb") as file:
        demand(file.read() in (b"wgit repository 1\n", b"wgit repository 2\n"), "unknown repository format")
    objects, deltas = {}, {}
    packs = os.path.join(control, "packs")
    for name in sorted(os.listdir(packs)):
        read_pack(os.path.join(packs, name), objects, deltas)
    resolve(objects, deltas)
    refs = refs_of_operations(objects)
    demand(refs == refs_of_database(control), "the database and the operation log disagree about the refs")
    commit = load(objects, "commit", refs.get(revision, revision))
    for entry in load(objects, "tree", commit["tree"])["entries"]:
        data, tensors = rebuild(objects, load(objects, "manifest", entry["manifest"]))
        demand(len(data) == entry["byteCount"], "%s has the wrong length" % entry["path"])
        target = os.path.join(output, entry["path"])
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(data)
        os.chmod(target, 0o755 if entry["executable"] else 0o644)
        for segment, value in tensors:
            dtype, shape = segment["dtype"], segment["shape"]
            print(entry["path"], segment["tensor"], dtype, shape, first_elements(dtype, value))
    print("%d objects verified" % len(objects))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:4])
    except Damage as damage:
        sys.exit("damage: %s" % damage)
