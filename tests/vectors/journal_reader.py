"""Reads the journal's bytes. Written from docs/JOURNAL.md alone, as a second opinion."""

import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SLOT, PAGE, HEADER = 192, 4096, 512


class Changed(Exception):
    """Not what was written."""


def require(holds):
    if not holds:
        raise Changed


# --- keys and MACs --------------------------------------------------------------------------------


def hkdf(key, info, length):
    """RFC 5869 with SHA-256 and no salt; one block is enough."""
    extracted = hmac.new(bytes(32), key, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()[:length]


def derive(key):
    return (
        hkdf(key, b"taggant journal slot hash", 16),
        hkdf(key, b"taggant journal slot cipher", 16),
        hkdf(key, b"taggant journal header", 32),
    )


def multiply(x, y):
    """In GF(2^128) as GCM has it (NIST SP 800-38D, 6.3): the first bit is the lowest power."""
    product = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= y
        y = y >> 1 ^ (0xE1 << 120 if y & 1 else 0)
    return product


def ghash(key, data):
    state, factor = 0, int.from_bytes(key, "big")
    for at in range(0, len(data), 16):
        state = multiply(state ^ int.from_bytes(data[at : at + 16], "big"), factor)
    return state.to_bytes(16, "big")


def slot_mac(key, slot):
    hash_key, cipher_key, _ = derive(key)
    bare = slot[:8] + bytes(16) + slot[24:]
    encryptor = Cipher(algorithms.AES(cipher_key), modes.ECB()).encryptor()
    return encryptor.update(ghash(hash_key, bare)) + encryptor.finalize()


def header_mac(key, content):
    framed = struct.pack(">Q", len(content)) + content
    return hmac.new(derive(key)[2], framed, hashlib.sha256).digest()


# --- the header -----------------------------------------------------------------------------------


def read_header(key, raw):
    require(len(raw) == HEADER and hmac.compare_digest(header_mac(key, raw[:480]), raw[480:]))
    magic, version, slot, slots = struct.unpack_from("<8sIIQ", raw)
    require((magic, version, slot) == (b"TGTJRNAL", 1, SLOT))
    writes, claimed, committed, flushed, length = struct.unpack_from("<QQQQH", raw, 72)
    require(length <= 255)
    return {
        "slots": slots,
        "folder": raw[24:40].hex(),
        "instance": raw[40:56].hex(),
        "boot": raw[56:72].hex(),
        "writes": writes,
        "claimed": claimed,
        "committed": committed,
        "flushed": flushed,
        "service": text(raw[106 : 106 + length]),
    }


# --- slots ----------------------------------------------------------------------------------------

RECORDS = ["write", "read", "access", "lookup", "edge", "retract", "erase", "query"]
TEXTS = "start dataset location purpose actor tenant label policy scope".split()


def text(raw):
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Changed from None


def payload(key, number, slot):
    require(len(slot) == SLOT and struct.unpack_from("<Q", slot)[0] == number + 1)
    require(hmac.compare_digest(slot_mac(key, slot), slot[8:24]))
    return slot[24:]


def whole(first, length, further):
    """The text that begins in one slot and goes on in further ones."""
    raw = first[:length]
    for part, body in enumerate(further, 1):
        require(body[0] == 0x7F and struct.unpack_from("<H", body, 2)[0] == part)
        raw += body[4:]
    require(len(raw) >= length)
    return text(raw[:length])


def read_record(head, further):
    numbers = struct.unpack_from("<IIIIIII", head, 12)
    names = ["dataset", "location", "purpose", "actor", "on_behalf", "tenant", "scope"]
    first_field, field, label, refers = struct.unpack_from("<HHIQ", head, 120)
    return dict(zip(names, numbers)) | {
        "record": RECORDS[head[0] - 1],
        "outcome": head[1],
        "flags": struct.unpack_from("<H", head, 2)[0],
        "time_ns": struct.unpack_from("<Q", head, 4)[0],
        "subject": head[40:56].hex() if head[136] & 1 else None,
        "data_key": head[56:72].hex() if head[136] & 2 else None,
        "trace": head[72:88].hex(),
        "actions": head[88:120].hex(),
        "first_field": first_field,
        "field": field,
        "label": label,
        "refers": refers,
        "reason": whole(head[140:], struct.unpack_from("<H", head, 138)[0], further),
    }


def read_text(head, further):
    time_ns, number, length = struct.unpack_from("<QII", head, 4)
    return {
        "text": TEXTS[head[0] - 0x81],
        "number": number,
        "time_ns": time_ns,
        "value": whole(head[20:], length, further),
    }


def read_event(key, number, slots):
    head, *further = [payload(key, number + at, slot) for at, slot in enumerate(slots)]
    if 1 <= head[0] <= len(RECORDS):
        return read_record(head, further)
    require(0x81 <= head[0] <= 0x80 + len(TEXTS))
    return read_text(head, further)


# --------------------------------------------------------------------------------------------------


def offset(slots, number):
    index = number % slots
    return PAGE * (1 + index // 21) + SLOT * (index % 21)


def read(vector):
    key = bytes.fromhex(vector["key"])
    if vector["kind"] == "header":
        return read_header(key, bytes.fromhex(vector["bytes"]))
    return read_event(key, vector["number"], [bytes.fromhex(slot) for slot in vector["slots"]])


def check(vector):
    """Whether a vector of tests/vectors/journal holds."""
    if vector["kind"] == "place":
        return offset(vector["slots"], vector["number"]) == vector["offset"]
    if vector["kind"] == "keys":
        keys = tuple(bytes.fromhex(vector[name]) for name in ("hash", "cipher", "header"))
        return derive(bytes.fromhex(vector["key"])) == keys
    try:
        value = read(vector)
    except Changed:
        value = None
    return value == vector["value"]
