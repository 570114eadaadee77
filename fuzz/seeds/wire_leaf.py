#!/usr/bin/env python3
"""Writes the seeds of the target wire_leaf: the bytes of the vectors that a reader takes."""
import json, pathlib

here = pathlib.Path(__file__).resolve().parent
(here / "wire_leaf").mkdir(exist_ok=True)
for file in (here.parent.parent / "tests/vectors/wire").glob("*.json"):
    vector = json.loads(file.read_text("utf-8"))
    if vector["bytes"] and (vector["expected"] == "ok" or vector["form"] == "lane"):
        (here / "wire_leaf" / f"{file.stem}.bin").write_bytes(bytes.fromhex(vector["bytes"]))
