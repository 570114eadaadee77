#!/usr/bin/env python3
"""Reads taggant envelopes, version 1. Written from docs/FORMAT.md alone, as a second opinion.

usage: reader.py [FOLDER]   checks every vector in the folder (default: `envelope` beside this file);
                           exit code 1 if one does not hold
needs: the package `cryptography`
"""

import base64
import hashlib
import json
import pathlib
import struct
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


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


def item(data, at, depth=0):
    if depth > 128:
        raise Refused("Invalid")
    major, short, value, at = head(data, at)
    if major == 0:
        return value, at
    if major == 1:
        return -1 - value, at
    if major in (2, 3):
        if at + value > len(data):
            raise Refused("Invalid")
        raw = data[at : at + value]
        try:
            return (raw if major == 2 else raw.decode()), at + value
        except UnicodeDecodeError:
            raise Refused("Invalid") from None
    if major == 4:
        out = []
        for _ in range(value):
            element, at = item(data, at, depth + 1)
            out.append(element)
        return out, at
    if major == 5:
        out = {}
        for _ in range(value):
            key, at = item(data, at, depth + 1)
            out[key], at = item(data, at, depth + 1)
        return out, at
    if major == 6:
        raw, at = item(data, at, depth + 1)
        if value not in (2, 3) or not isinstance(raw, bytes) or raw[:1] == b"\x00":
            raise Refused("Invalid")
        number = int.from_bytes(raw, "big")
        return (number if value == 2 else -1 - number), at
    simple = {20: False, 21: True, 22: None}
    if short in simple:
        return simple[short], at
    if short == 26:
        return struct.unpack(">f", struct.pack(">I", value))[0], at
    if short == 27:
        return struct.unpack(">d", struct.pack(">Q", value))[0], at
    raise Refused("Invalid")


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


def read(vector):
    raw = decode_text(vector["envelope"])
    if raw[:2] != b"\xfe\xd1"[: len(raw)]:
        raise Refused("UnknownFormat")
    if len(raw) < 29:
        raise Refused("Tampered")
    version, suite, flags = raw[2], raw[3], raw[4]
    if version != 1 or suite != 1 or flags & ~7:
        raise Refused("UnknownFormat")
    if len(raw) < 29 + 24 + 16:
        raise Refused("Tampered")
    name = vector["dataset"].encode() + b"\x00" + vector["field"].encode()
    if raw[5:13] != hashlib.sha256(name).digest()[:8]:
        raise Refused("WrongField")
    path = None if vector["path"] is None else bytes.fromhex(vector["path"])
    row = None if vector["row"] is None else bytes.fromhex(vector["row"])
    expected = (row is not None) | (path is not None) << 1 | vector["seals_none"] << 2
    if flags != expected:
        raise Refused("WrongRow" if flags & 1 and not expected & 1 else "Tampered")
    if raw[13:29] != bytes.fromhex(vector["key_id"]):
        raise Refused("KeyNotFound")
    aad = raw[:29]
    for part in (vector["tenant"].encode(), path, row):
        aad += b"\x00" if part is None else b"\x01" + frame(part)
    plain = xaes_open(bytes.fromhex(vector["key"]), raw[29:53], raw[53:], aad)
    value, end = item(plain, 0)
    if any(plain[end:]):
        raise Refused("Tampered")
    return value


def main(folder):
    files = sorted(pathlib.Path(folder).glob("*.json"))
    failed = 0
    for file in files:
        vector = json.loads(file.read_text())
        try:
            got, value = "ok", read(vector)
        except Refused as refused:
            got, value = str(refused), None
        if got != vector["expected"] or value != vector["value"]:
            failed += 1
            print(f"{file.name}: expected {vector['expected']}, got {got}")
    print(f"{len(files) - failed} passed, {failed} failed")
    return 1 if failed or not files else 0


if __name__ == "__main__":
    default = pathlib.Path(__file__).parent / "envelope"
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else default))
