#!/usr/bin/env python3
"""Reads taggant envelopes, version 1. Written from docs/FORMAT.md alone, as a second opinion.

usage: reader.py [FOLDER]        checks every vector in tests/vectors or FOLDER; exit code 1 if one
                                does not hold
       reader.py --ledger FILE  reads the log of a ledger in SQLite
       reader.py --keys FOLDER  opens what FOLDER/expected.json lists, from FOLDER/root.key on
needs: the package `cryptography`
"""

import base64
import hashlib
import hmac
import json
import pathlib
import struct
import sys
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import journal_reader
import wire_reader


class Refused(Exception):
    """The outcome that section 7 names."""


def frame(part):
    return struct.pack(">Q", len(part)) + part


# --- section 4: XAES-256-GCM (C2SP) ---------------------------------------------------------------


def aes_block(key, block):
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return encryptor.update(block) + encryptor.finalize()


def xaes_open(key, nonce, ciphertext_and_tag, aad):
    doubled = int.from_bytes(aes_block(key, bytes(16)), "big") << 1
    if doubled >> 128:
        doubled = (doubled & ((1 << 128) - 1)) ^ 0x87
    mask = doubled.to_bytes(16, "big")
    derived = b""
    for counter in (1, 2):
        message = bytes([0, counter]) + b"X\x00" + nonce[:12]
        derived += aes_block(key, bytes(a ^ b for a, b in zip(message, mask)))
    try:
        return AESGCM(derived).decrypt(nonce[12:], ciphertext_and_tag, aad)
    except InvalidTag:
        raise Refused("Tampered") from None


# --- section 6: CBOR ------------------------------------------------------------------------------

LEVELS = 128


def head(data, at):
    if at >= len(data):
        raise Refused("Invalid")
    major, short = data[at] >> 5, data[at] & 31
    if short < 24:
        return major, short, short, at + 1
    if short > 27:
        raise Refused("Invalid")
    size = 1 << (short - 24)
    if at + 1 + size > len(data):
        raise Refused("Invalid")
    value = int.from_bytes(data[at + 1 : at + 1 + size], "big")
    if major != 7 and value < (24, 1 << 8, 1 << 16, 1 << 32)[short - 24]:
        raise Refused("Invalid")
    return major, short, value, at + 1 + size


def string(data, at, length):
    if at + length > len(data):
        raise Refused("Invalid")
    return data[at : at + length], at + length


def big_integer(data, at, tag):
    major, _, length, at = head(data, at)
    if tag not in (2, 3) or major != 2 or not 9 <= length <= 16:
        raise Refused("Invalid")
    raw, at = string(data, at, length)
    number = int.from_bytes(raw, "big")
    if raw[0] == 0 or (tag == 3 and number >> 127):
        raise Refused("Invalid")
    return {"$integer": str(number if tag == 2 else -1 - number)}, at


def simple(short, value):
    if short in (20, 21, 22):
        return {20: False, 21: True, 22: None}[short]
    if short == 26:
        return {"$float32": f"{value:08x}"}
    if short != 27:
        raise Refused("Invalid")
    number = struct.unpack(">d", struct.pack(">Q", value))[0]
    # JSON has no word for NaN, the infinities and minus zero.
    if number != number or number in (float("inf"), float("-inf")) or value == 1 << 63:
        return {"$float64": f"{value:016x}"}
    return number


def entries(data, at, count, level):
    pairs = []
    for _ in range(count):
        key, at = item(data, at, level)
        value, at = item(data, at, level)
        pairs.append([key, value])
    if all(isinstance(key, str) for key, _ in pairs):
        return dict(pairs), at
    return {"$map": pairs}, at


def item(data, at, level=0):
    """One item as the vectors tell it, and where it ends."""
    major, short, value, at = head(data, at)
    if major == 0:
        return value, at
    if major == 1:
        number = -1 - value
        return (number if number >= -(1 << 63) else {"$integer": str(number)}), at
    if major == 2:
        raw, at = string(data, at, value)
        return {"$bytes": raw.hex()}, at
    if major == 3:
        raw, at = string(data, at, value)
        try:
            return raw.decode(), at
        except UnicodeDecodeError:
            raise Refused("Invalid") from None
    if major in (4, 5) and level == LEVELS:
        raise Refused("Invalid")
    if major == 4:
        out = []
        for _ in range(value):
            element, at = item(data, at, level + 1)
            out.append(element)
        return out, at
    if major == 5:
        return entries(data, at, value, level + 1)
    if major == 6:
        return big_integer(data, at, value)
    return simple(short, value), at


# --- sections 1, 2, 3, 5, 7 -----------------------------------------------------------------------


def decode_text(text):
    if not text.startswith("tgt1."):
        raise Refused("UnknownFormat")
    encoded = text[5:]
    alphabet = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    if not set(encoded) <= alphabet or len(encoded) % 4 == 1:
        raise Refused("Tampered")
    raw = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != encoded:
        raise Refused("Tampered")
    return raw


def parse(raw):
    """Header, nonce and the rest; every length and unknown value checked."""
    if raw[:2] != b"\xfe\xd1"[: len(raw)]:
        raise Refused("UnknownFormat")
    if len(raw) < 29:
        raise Refused("Tampered")
    version, suite, flags = raw[2], raw[3], raw[4]
    if version != 1 or suite != 1 or flags & ~7:
        raise Refused("UnknownFormat")
    if len(raw) < 29 + 24 + 16:
        raise Refused("Tampered")
    return flags, raw[5:13], raw[13:29], raw[29:53], raw[53:]


def field_id(dataset, path):
    return hashlib.sha256(dataset.encode() + b"\x00" + path.encode()).digest()[:8]


def optional(text):
    return None if text is None else bytes.fromhex(text)


def open_envelope(vector, suffix=b""):
    raw = decode_text(vector["envelope"])
    flags, field, key_id, nonce, body = parse(raw)
    if field != field_id(vector["dataset"], vector["field"]):
        raise Refused("WrongField")
    path, row = optional(vector["path"]), optional(vector["row"])
    expected = (row is not None) | (path is not None) << 1 | vector["seals_none"] << 2
    if flags != expected:
        raise Refused("WrongRow" if flags & 1 and not expected & 1 else "Tampered")
    if key_id != bytes.fromhex(vector["key_id"]):
        raise Refused("KeyNotFound")
    if vector["key_tenant"] != vector["tenant"]:
        raise Refused("WrongTenant")
    if vector["key_owner"] != vector["owner"]:
        raise Refused("WrongSubject")
    aad = raw[:29]
    for part in (vector["tenant"].encode(), path, row):
        aad += b"\x00" if part is None else b"\x01" + frame(part)
    return xaes_open(bytes.fromhex(vector["key"]), nonce, body, aad + suffix)


def read_field(vector):
    plain = open_envelope(vector)
    value, end = item(plain, 0)
    if any(plain[end:]):
        raise Refused("Tampered")
    return value


# --- section 9: whole-record integrity ------------------------------------------------------------


def components(place):
    """A place, taken apart: field ids, indexes of lists and keys of maps."""
    found = []
    while place:
        kind, place = place[0], place[1:]
        length = 8
        if kind == 3:
            (length,), place = struct.unpack(">Q", place[:8]), place[8:]
        if kind not in (1, 2, 3) or len(place) < length:
            raise ValueError("no place")
        part, place = place[:length], place[length:]
        if kind == 3 and item(part, 0)[1] != length:
            raise ValueError("no key")
        found.append((kind, part))
    return found


def read_integrity(vector):
    items = [(bytes.fromhex(i["place"]), bytes.fromhex(i["bytes"])) for i in vector["items"]]
    for place, _ in items:
        assert components(place)[0][0] == 1
    suffix = struct.pack(">Q", len(items))
    for place, content in sorted(items):
        suffix += frame(place) + b"\x01" + frame(content)
    if open_envelope(vector, suffix):
        raise Refused("Tampered")
    return None


# --- sections 3 and 8: ids and blind indexes ------------------------------------------------------

# The characters of Unicode's property White_Space; `str.strip()` alone takes others too.
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
SEPARATORS = " \t-./()\u2010\u2011\u2012\u2013"


def folded(text):
    text = unicodedata.normalize("NFKC", text.strip(WHITE_SPACE))
    return unicodedata.normalize("NFKC", text.lower()).strip(WHITE_SPACE)


def phone(text):
    text = unicodedata.normalize("NFKC", text).strip(WHITE_SPACE)
    plus, text = ("+", text[1:]) if text.startswith("+") else ("", text)
    digits = "".join(c for c in text if c not in SEPARATORS)
    if not digits or not set(digits) <= set("0123456789"):
        return None
    return plus + digits


def normalised(name, text):
    if name == "exact/1":
        return text
    if name == "phone/1" and phone(text) is not None:
        return phone(text)
    return folded(text)


def mac(key, *parts):
    framed = b"".join(frame(part.encode()) for part in parts)
    return hmac.new(bytes.fromhex(key), framed, hashlib.sha256).digest()


def check_index(vector):
    normal = normalised(vector["normalizer"], vector["text"])
    tag = mac(vector["key"], vector["normalizer"], vector["dataset"], vector["index"], normal)
    value = bytes([vector["generation"]]) + tag[: vector["bits"] // 8]
    return normal == vector["normal"] and value.hex() == vector["value"]


def check_id(vector):
    if "field_id" in vector:
        return field_id(vector["dataset"], vector["path"]).hex() == vector["field_id"]
    tag = mac(vector["key"], vector["tenant"], vector["kind"], vector["canonical_id"])
    return tag[:16].hex() == vector["subject_tag"]


# --------------------------------------------------------------------------------------------------


def check_writer(vector):
    """Section 4: the nonce is the state plus the counter; section 2: one text for the bytes."""
    raw = bytes.fromhex(vector["bytes"])
    state = bytes.fromhex(vector["state"])
    tail = (int.from_bytes(state[12:], "big") + vector["counter"]) % (1 << 96)
    same = decode_text(vector["envelope"]) == raw
    return same and raw[29:53] == state[:12] + tail.to_bytes(12, "big")


def check_envelope(vector, read):
    try:
        got, value = "ok", read(vector)
    except Refused as refused:
        got, value = str(refused), None
    # As text, since 1 == True == 1.0 in Python.
    same = json.dumps(value, sort_keys=True) == json.dumps(vector["value"], sort_keys=True)
    return got == vector["expected"] and same and (got != "ok" or check_writer(vector))


CHECKS = {
    "envelope": lambda vector: check_envelope(vector, read_field),
    "integrity": lambda vector: check_envelope(vector, read_integrity),
    "index": check_index,
    "ids": check_id,
    "wire": wire_reader.check,
    "journal": journal_reader.check,
}


def main(folder):
    status = 0
    for name, check in CHECKS.items():
        files = sorted((folder / name).glob("*.json"))
        failed = [file for file in files if not check(json.loads(file.read_text("utf-8")))]
        for file in failed:
            print(f"{name}/{file.name}: does not hold")
        print(f"{name}: {len(files) - len(failed)} passed, {len(failed)} failed")
        if failed or not files:
            status = 1
    return status


if __name__ == "__main__":
    if sys.argv[1:2] == ["--keys"]:
        # This file is `__main__`; the other asks it by its name.
        sys.modules["reader"] = sys.modules["__main__"]
        import key_reader

        data = pathlib.Path(sys.argv[2])
        sys.exit(key_reader.check_folder(data, json.loads((data / "expected.json").read_text())))
    if sys.argv[1:2] == ["--ledger"]:
        import ledger_reader

        sys.exit(ledger_reader.check(sys.argv[2]))
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)))
