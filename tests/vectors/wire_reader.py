#!/usr/bin/env python3
"""Reads leaves of ledgers, version 1. Written from docs/WIRE.md alone, as a second opinion.

usage: wire_reader.py [FOLDER]   checks every vector in tests/vectors/wire or FOLDER; exit code 1 if
                                one does not hold
"""

import hashlib
import json
import pathlib
import re
import sys


class Refused(Exception):
    """The bytes are none of the form."""


def require(holds):
    if not holds:
        raise Refused


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# --- section 2 ------------------------------------------------------------------------------------

CONTROL = "\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029"
LINE = re.compile(f"[^{CONTROL}]*")
LINES = re.compile(f"(?:[^{CONTROL}]|\n)*")
TABLE = re.compile(f"(?:[^{CONTROL}]|[\n\t])*")
LIST = re.compile(f"(?:[^{CONTROL}]+\n)+")
ITEMS = 1 << 20
SIGNED = (1 << 63) - 1


class Reader:
    def __init__(self, data):
        self.data, self.at, self.before, self.items = data, 0, 0, ITEMS

    def is_empty(self):
        return self.at == len(self.data)

    def fixed(self, length):
        require(length <= len(self.data) - self.at)
        self.at += length
        return self.data[self.at - length : self.at]

    def byte(self):
        return self.fixed(1)[0]

    def hex(self, length):
        return self.fixed(length).hex()

    def varint(self, most=(1 << 64) - 1):
        number, shift = 0, 0
        while True:
            byte = self.byte()
            number |= (byte & 0x7F) << shift
            require(shift < 70)
            if byte < 0x80:
                require(byte or not shift)
                require(number <= most)
                return number
            shift += 7

    def number(self):
        return self.varint(SIGNED)

    def u16(self):
        return self.varint((1 << 16) - 1)

    def u32(self):
        return self.varint((1 << 32) - 1)

    def count(self):
        return self.varint((1 << 32) - 1)

    def flag(self):
        byte = self.byte()
        require(byte < 2)
        return byte == 1

    def bytes(self):
        return self.fixed(self.varint())

    def text(self, allowed):
        try:
            text = self.bytes().decode()
        except UnicodeDecodeError:
            raise Refused from None
        require(allowed.fullmatch(text))
        return text

    def line(self):
        return self.text(LINE)

    def time(self):
        zigzag = self.varint()
        self.before += (zigzag >> 1) ^ -(zigzag & 1)
        require(0 <= self.before <= SIGNED)
        return self.before

    def sum(self):
        first = self.time()
        last = first + self.varint()
        require(last <= SIGNED)
        return {"first_ns": first, "last_ns": last, "count": self.count()}

    def actions(self):
        actions = self.bytes()
        require(len(actions) <= 32 and not actions.endswith(b"\x00"))
        return actions

    def list(self, one):
        count = self.varint()
        require(count <= self.items)
        self.items -= count
        return [one(self) for _ in range(count)]

    def sorted(self, one, *key):
        """A list that is not empty and rises by its key."""
        items = self.list(one)
        require(items)
        keys = [tuple(order(item[name]) for name in key) for item in items]
        require(all(low < high for low, high in zip(keys, keys[1:])))
        return items


def order(part):
    """Texts bytewise; ids are in hex already, which sorts as they do; lanes by their parts."""
    if isinstance(part, dict):
        return tuple(order(inner) for inner in part.values())
    return part.encode() if isinstance(part, str) else part


# --- sections 3 and 4 -----------------------------------------------------------------------------


def instance_of(r):
    number = r.number()
    require(number)
    return number


def name(r):
    number, text = instance_of(r), None
    at = r.at
    try:
        text = r.line()
    except Refused:
        r.at = at
        text = r.text(LIST)
    return {"number": number, "text": text}


def start(r):
    item = {"instance": instance_of(r), "time_ns": r.time()}
    return item | {part: r.line() for part in ("program", "build", "pid", "boot", "policy")}


SHAPE = ("dataset", "kind", "outcome", "unknown", "location", "purpose", "actor", "on_behalf",
         "tenant", "first_field", "actions")


def edge(r):
    item = {"dataset": r.number(), "kind": r.byte(), "outcome": r.byte(), "unknown": r.flag()}
    item |= {part: r.number() for part in SHAPE[4:9]}
    item |= {"first_field": r.u16(), "actions": r.actions().ljust(32, b"\x00").hex()}
    return item | r.sum()


DERIVED = ("dataset", "field", "origin", "location", "action")


def derivation(r):
    item = {"dataset": r.number(), "field": r.u16(), "origin": r.number(), "location": r.number()}
    return item | {"action": r.byte()} | r.sum()


PLACE = ("dataset", "location", "kind", "form")


def place(r):
    item = {"dataset": r.number(), "location": r.number(), "kind": r.byte(), "form": r.byte()}
    return item | r.sum()


def outcome(r):
    item = {"kind": r.byte(), "outcome": r.byte(), "count": r.count()}
    require(item["count"])
    return item


def run(r):
    item = {"instance": instance_of(r), "first": r.number(), "next": r.number()}
    require(item["first"] < item["next"])
    return item | {"content": r.hex(32)}


def lane(r):
    item = {"source": r.hex(16), "service": r.line(), "number": r.byte()}
    require(item["number"] < 64)
    return item


def erasure(r):
    return {
        "store": r.hex(16), "number": r.number(), "handle": r.hex(16), "time_ns": r.time(),
        "groups": r.line(), "final_ns": r.time(),
        "lines": r.list(lambda r: [r.line(), r.line(), r.line()]),
    }  # fmt: skip


# Code: name, how it is read.
SECTIONS = {
    1: ("instances", lambda r: r.sorted(
        lambda r: {"number": instance_of(r), "id": r.hex(16)}, "number")),
    2: ("starts", lambda r: r.sorted(start, "instance")),
    3: ("texts", lambda r: r.sorted(name, "number")),
    4: ("datasets", lambda r: r.sorted(lambda r: {
        "number": instance_of(r), "first_ns": r.time(), "description": r.text(TABLE)}, "number")),
    5: ("dictionary", lambda r: r.sorted(lambda r: {
        "instance": instance_of(r), "number": r.u32(), "kind": r.byte(), "target": r.number()},
        "instance", "number")),
    6: ("policies", lambda r: r.sorted(lambda r: {
        "digest": r.line(), "text": r.text(LINES), "first_ns": r.time()}, "digest")),
    7: ("policy_changes", lambda r: r.sorted(lambda r: {
        "instance": instance_of(r), "number": r.u32(), "time_ns": r.time(), "digest": r.line()},
        "instance", "number")),
    8: ("people", lambda r: r.sorted(
        lambda r: {"handle": r.hex(16), "link": r.hex(16)}, "handle")),
    9: ("forgotten", lambda r: [item["handle"] for item in r.sorted(
        lambda r: {"handle": r.hex(16)}, "handle")]),
    10: ("run", run),
    11: ("edges", lambda r: r.sorted(edge, *SHAPE)),
    12: ("derivations", lambda r: r.sorted(derivation, *DERIVED)),
    13: ("places", lambda r: r.sorted(lambda r: {
        "person": r.hex(16), "places": r.sorted(place, *PLACE)}, "person")),
    14: ("outcomes", lambda r: r.sorted(outcome, "kind", "outcome")),
    15: ("accesses", lambda r: {"count": r.number(), "hash": r.hex(32)}),
    16: ("findings", lambda r: r.sorted(lambda r: {
        "instance": instance_of(r), "number": r.number(), "flaw": r.byte(), "what": r.line()},
        "instance", "number", "flaw")),
    17: ("erasures", lambda r: r.sorted(erasure, "store", "number")),
    18: ("confirmations", lambda r: r.sorted(lambda r: {
        "store": r.hex(16), "number": r.number(), "line": r.u32(), "time_ns": r.time()},
        "store", "number", "line")),
    19: ("dropped", lambda r: r.sorted(
        lambda r: {"lane": lane(r), "leaf": r.number()}, "lane", "leaf")),
}  # fmt: skip


def read_content(data):
    r = Reader(data)
    require(r.byte() == 1)
    entry = {key: None if key in ("run", "accesses") else [] for key, _ in SECTIONS.values()}
    before = 0
    while not r.is_empty():
        code = r.byte()
        require(before < code <= 19)
        before = code
        key, read = SECTIONS[code]
        entry[key] = read(r)
    if entry["accesses"]:
        require(entry["run"])
        require(1 <= entry["accesses"]["count"] <= entry["run"]["next"] - entry["run"]["first"])
    return entry


# --- section 5 ------------------------------------------------------------------------------------

TEXTS = ("location", "purpose", "actor", "on_behalf", "tenant", "scope", "origin")


def row(r):
    item = {"number": r.number(), "time_ns": r.time(), "kind": r.byte(), "outcome": r.byte()}
    item |= {"dataset": r.number(), "first_field": r.u16(), "actions": r.actions().hex()}
    field = r.varint(1 << 16)
    item["field"] = field - 1 if field else None
    item |= {part: r.number() for part in TEXTS}
    person = r.bytes()
    require(len(person) in (0, 16))
    item |= {"person": person.hex() or None, "refers": r.number(), "reason": r.line()}
    trace = r.bytes()
    require(len(trace) in (0, 16))
    return item | {"trace": trace.hex()}


def read_accesses(data):
    r, rows = Reader(data), []
    while not r.is_empty():
        rows.append(row(r))
    require(len(rows) <= ITEMS)
    require(all(low["number"] < high["number"] for low, high in zip(rows, rows[1:])))
    return rows


# --- sections 6 and 7 -----------------------------------------------------------------------------


def link(tag):
    tenant = tag["tenant"].encode()
    salt, subject = bytes.fromhex(tag["salt"]), bytes.fromhex(tag["tag"])
    return sha256(salt, len(tenant).to_bytes(8, "big"), tenant, subject)[:16].hex()


def salted(data):
    require(len(data) > 16)
    return {"salt": data[:16].hex(), "bytes": data[16:].hex()}


def tags(data):
    r = Reader(data)
    found = r.sorted(lambda r: {
        "handle": r.hex(16), "salt": r.hex(16), "tenant": r.line(), "tag": r.hex(16)}, "handle")
    require(r.is_empty())
    return found


def split(data):
    """The body of the first leaf, and what follows it."""
    require(len(data) >= 7 and data[:3] == b"\xfe\xd2\x01")
    length = int.from_bytes(data[3:7], "big")
    require(length <= 64 << 20 and len(data) - 7 >= length)
    return data[7 : 7 + length], data[7 + length :]


def read_body(body):
    r = Reader(body)
    leaf = {"lane": lane(r), "number": r.number(), "hash": r.hex(32)}
    leaf |= {"content": None, "accesses": None, "tags": []}
    before = 0
    while not r.is_empty():
        code, data = r.byte(), r.bytes()
        require(before < code <= 3 and (code == 1 or leaf["content"]))
        before = code
        key = ("content", "accesses", "tags")[code - 1]
        leaf[key] = tags(data) if code == 3 else salted(data)
    return leaf


def read_leaf(data):
    body, rest = split(data)
    require(not rest)
    return read_body(body)


def parts(salted):
    return bytes.fromhex(salted["salt"]), bytes.fromhex(salted["bytes"])


def open_leaf(leaf):
    """What the leaf says, if its parts belong together; None where the content was deleted."""
    if not leaf["content"]:
        return None
    salt, content = parts(leaf["content"])
    require(sha256(salt, content).hex() == leaf["hash"])
    entry = read_content(content)
    if leaf["accesses"]:
        salt, rows = parts(leaf["accesses"])
        require(entry["accesses"] and sha256(salt, rows).hex() == entry["accesses"]["hash"])
        found, run = read_accesses(rows), entry["run"]
        require(len(found) == entry["accesses"]["count"])
        require(all(run["first"] <= row["number"] < run["next"] for row in found))
    links = {person["handle"]: person["link"] for person in entry["people"]}
    require(all(links.get(tag["handle"]) == link(tag) for tag in leaf["tags"]))
    return entry


# --- sections 4 and 8: lanes ----------------------------------------------------------------------


def root(hashes):
    if not hashes:
        return sha256()
    if len(hashes) == 1:
        return sha256(b"\x00", hashes[0])
    left = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01", root(hashes[:left]), root(hashes[left:]))


class Lane:
    """What the leaves so far have defined."""

    def __init__(self):
        self.instances, self.texts, self.datasets = {0}, {0}, {0}

    def take(self, entry):
        for known, items in [(self.instances, entry["instances"]), (self.texts, entry["texts"]),
                             (self.datasets, entry["datasets"])]:
            require(not known & {item["number"] for item in items})
            known |= {item["number"] for item in items}
        for item in entry["starts"] + entry["dictionary"] + entry["findings"]:
            require(item["instance"] in self.instances)
        for item in entry["dictionary"]:
            require(item["target"] in (self.datasets if item["kind"] == 2 else self.texts))
        for item in entry["edges"] + entry["derivations"]:
            require(item["dataset"] in self.datasets and item["location"] in self.texts)


def check_lane(vector):
    data, hashes, roots, known, first = bytes.fromhex(vector["bytes"]), [], [], Lane(), None
    while data:
        body, data = split(data)
        leaf = read_body(body)
        first = first or leaf["lane"]
        require(leaf["lane"] == first and leaf["number"] == len(hashes))
        known.take(open_leaf(leaf) or read_content(b"\x01"))
        hashes.append(bytes.fromhex(leaf["hash"]))
        roots.append(root(hashes).hex())
    require(roots == vector["roots"])


# --------------------------------------------------------------------------------------------------

READ = {"content": read_content, "accesses": read_accesses, "leaf": read_leaf}


def ending(act, *arguments):
    """How something ends, and what came of it."""
    try:
        return "ok", act(*arguments)
    except Refused:
        return "refused", None


def opens(leaf):
    ended, entry = ending(open_leaf, leaf)
    return "deleted" if ended == "ok" and entry is None else ended


def check(vector):
    if vector["form"] == "lane":
        return ending(check_lane, vector)[0] == vector["expected"]
    ended, value = ending(READ[vector["form"]], bytes.fromhex(vector["bytes"]))
    if ended != vector["expected"]:
        return False
    # As text, since 1 == True in Python.
    same = json.dumps(value, sort_keys=True) == json.dumps(vector.get("value"), sort_keys=True)
    return same and (vector.get("opens") is None or opens(value) == vector["opens"])


def main(folder):
    counts, failed = {}, 0
    for file in sorted(folder.glob("*.json")):
        vector = json.loads(file.read_text("utf-8"))
        counts[vector["form"]] = counts.get(vector["form"], 0) + 1
        if not check(vector):
            failed += 1
            print(f"wire/{file.name}: does not hold")
    total = sum(counts.values())
    told = ", ".join(f"{count} of {form}" for form, count in counts.items())
    print(f"wire: {total - failed} passed, {failed} failed ({told})")
    return 1 if failed or set(counts) != {*READ, "lane"} else 0


if __name__ == "__main__":
    here = pathlib.Path(__file__).parent / "wire"
    sys.exit(main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here))
