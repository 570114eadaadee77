"""Reads a data folder, root.key and keys.db, from docs/KEYS.md alone: from the root key to the
plaintext of an envelope. `reader.py` calls it.
"""

import hashlib
import hmac
import sqlite3
import struct

import reader


def u32(number):
    return struct.pack(">I", number)


def u64(number):
    return struct.pack(">Q", number)


def frame(*parts):
    parts = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(u64(len(part)) + part for part in parts)


def mac(key, *parts):
    return hmac.new(key, frame(*parts), hashlib.sha256).digest()


def unwrap(key, wrapped, context):
    return reader.xaes_open(key, wrapped[:24], wrapped[24:], context)


class Folder:
    """The keys of a data folder; everything that is used is checked."""

    def __init__(self, folder):
        word, digits, _ = (folder / "root.key").read_text().split()
        assert word == "taggant-root-1"
        self.root = bytes.fromhex(digits)
        self.name = "local:" + mac(self.root, "taggant root check")[:8].hex()
        self.rows = sqlite3.connect(folder / "keys.db")
        self.id, self.format = self.one("SELECT id, format FROM folder")
        self.made, self.generations = set(), {}
        self.check_history(folder / "anchor" / "erasures")

    def one(self, sql, *values):
        row = self.rows.execute(sql, values).fetchone()
        if row is None:
            raise reader.Refused("KeyNotFound")
        return row

    def branch(self, branch_id, tenant, group):
        generation, wrapped = self.one(
            "SELECT generation, wrapped FROM branch_keys JOIN root_wraps ON branch = id"
            " WHERE id = ? AND tenant = ? AND key_group = ? AND root = ?",
            branch_id, tenant, group, self.name,
        )
        context = frame("taggant branch key", b"\x01", tenant, group, u32(generation), branch_id)
        return unwrap(self.root, wrapped, context)

    def service(self, tenant, kind, scope=b"", generation=1):
        branch_id, wrapped = self.one(
            "SELECT branch, wrapped FROM service_keys"
            " WHERE tenant = ? AND kind = ? AND scope = ? AND generation = ?",
            tenant, kind, scope, generation,
        )
        context = frame(
            "taggant service key", b"\x01", kind, tenant, scope, bytes([generation]), branch_id
        )
        return unwrap(self.branch(branch_id, tenant, "$" + kind), wrapped, context)

    def check_history(self, anchor):
        key = self.service("$store", "history")
        head, *lines = anchor.read_text().splitlines()
        assert head == f"taggant keys {self.format} {self.id.hex()}", "another folder"
        previous = hashlib.sha256(frame("taggant folder", self.id, u32(self.format))).digest()
        rows = self.rows.execute("SELECT * FROM key_events ORDER BY number").fetchall()
        assert len(rows) == len(lines), "store and anchor differ"
        for expected, (row, line) in enumerate(zip(rows, lines), 1):
            number, time, kind, tenant, body, before, digest, tag = row
            assert number == expected and before == previous
            parts = (u64(number), u64(time), bytes([kind]), tenant, body, before)
            assert digest == hashlib.sha256(frame("taggant key event", *parts)).digest()
            assert tag == mac(key, "taggant key event", digest)
            texts = (tenant.encode(), body, before, digest, tag)
            assert line == " ".join([f"{number} {time} {kind}", *(t.hex() for t in texts)])
            if kind == 1:
                self.made |= {body[at : at + 32] for at in range(0, len(body), 32)}
            previous = digest
        fence = frame("taggant key made", "$store", "history", b"", u32(1))
        assert hashlib.sha256(fence).digest() in self.made

    def subject_tag(self, tenant, kind, canonical_id):
        identity = self.service("$store", "identity")
        extracted = hmac.new(bytes(32), identity, hashlib.sha256).digest()
        info = frame("taggant subject key", b"\x01", tenant) + b"\x01"
        key = hmac.new(extracted, info, hashlib.sha256).digest()
        assert key == self.service(tenant, "subject", generation=0)
        return mac(key, tenant, kind, canonical_id)[:16]

    def data_key(self, key_id):
        row = self.one(
            "SELECT tenant, key_group, generation, branch, owner_kind, owner, state, wrapped,"
            " created_ns, mac FROM data_keys WHERE id = ?",
            key_id,
        )
        tenant, group, generation, branch_id, owner_kind, owner, state, wrapped, created, tag = row
        says = (u32(generation), branch_id, key_id, bytes([owner_kind]), owner)
        fence = self.service(tenant, "fence")
        told = (*says, bytes([state]), u64(created))
        assert tag == mac(fence, "taggant data key row", tenant, group, *told), "the row's MAC"
        if state == 4:
            raise reader.Refused("Erased")
        context = frame("taggant data key", b"\x01\x01", tenant, group, *says)
        return tenant, owner, unwrap(self.branch(branch_id, tenant, group), wrapped, context)

    def open_envelope(self, text, row):
        """The plaintext of a row-bound envelope, and whose it is."""
        raw = reader.decode_text(text)
        flags, _, key_id, nonce, body = reader.parse(raw)
        assert flags == 1, "bound to its row"
        tenant, owner, key = self.data_key(key_id)
        aad = raw[:29]
        for part in (tenant.encode(), None, row):
            aad += b"\x00" if part is None else b"\x01" + reader.frame(part)
        plain = reader.xaes_open(key, nonce, body, aad)
        return owner, reader.item(plain, 0)[0]


def check_folder(folder, expected):
    """Opens what `expected` lists: envelope, row, tenant, person, value or outcome."""
    keys = Folder(folder)
    failed = 0
    for one in expected:
        try:
            owner, value = keys.open_envelope(one["envelope"], bytes.fromhex(one["row"]))
            person = keys.subject_tag(one["tenant"], one["kind"], one["id"])
            holds = owner == person and value == one.get("value")
        except reader.Refused as refused:
            holds = str(refused) == one.get("outcome")
        failed += not holds
    print(f"folder: {len(expected) - failed} passed, {failed} failed")
    return 1 if failed or not expected else 0
