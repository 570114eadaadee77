"""Reads the log of a ledger in SQLite. Written from docs/LEDGER.md and docs/WIRE.md alone."""

import base64
import sqlite3

import wire_reader


def checkpoint_lanes(note):
    """What a head says of each lane: (source, service, number) to (size, root, events)."""
    lanes = {}
    for line in note.split("\n"):
        if line.startswith("lane "):
            _, source, service, number, size, root, events = line.split(" ")
            lanes[source, service, int(number)] = (int(size), base64.b64decode(root), int(events))
    return lanes


def check_lane(ledger, lane):
    """The leaves of a lane from the first on; the root and the number of events at each size."""
    hashes, states, events = [], [(wire_reader.root([]), 0)], 0
    sql = "SELECT number, hash, salt, content FROM leaves WHERE lane = ? ORDER BY number"
    for number, own, salt, content in ledger.execute(sql, (lane,)):
        assert number == len(hashes), "a leaf is missing"
        assert wire_reader.sha256(salt, content) == own, "a leaf's content does not have its hash"
        entry = wire_reader.read_content(content)
        if entry.get("run"):
            events += entry["run"]["next"] - entry["run"]["first"]
        for person in entry.get("people") or []:
            check_person(ledger, person)
        hashes.append(own)
        states.append((wire_reader.root(hashes), events))
    return states


def check_person(ledger, person):
    """What a leaf says of a new person is what salt, tenant and tag of its row make."""
    sql = "SELECT forgotten, link, salt, tenant, tag FROM people WHERE handle = ?"
    handle = bytes.fromhex(person["handle"])
    forgotten, link, salt, tenant, tag = ledger.execute(sql, (handle,)).fetchone()
    if forgotten:
        assert (link, salt, tenant, tag) == (None,) * 4
        return
    length = len(tenant.encode()).to_bytes(8, "big")
    assert wire_reader.sha256(salt, length, tenant.encode(), tag)[:16] == link
    assert link.hex() == person["link"]


def check(file):
    ledger = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    sql = "SELECT lane, source, service, number, size, events FROM lanes ORDER BY lane"
    states, leaves = {}, 0
    for lane, source, service, number, size, events in ledger.execute(sql):
        own = check_lane(ledger, lane)
        assert len(own) == size + 1 and own[-1][1] == events, "the lane's row is another's"
        states[source.hex(), service, number] = own
        leaves += size
    heads = 0
    for (note,) in ledger.execute("SELECT note FROM checkpoints ORDER BY number"):
        for lane, (size, root, events) in checkpoint_lanes(note).items():
            assert states[lane][size] == (root, events), f"checkpoint and lane {lane} differ"
        heads += 1
    assert leaves and heads, "an empty ledger shows nothing"
    print(f"ledger: {leaves} leaves of {len(states)} lanes, {heads} heads hold")
    return 0
