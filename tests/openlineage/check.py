"""Reads OpenLineage events with the classes that the OpenLineage project generates from its schemas.

usage: check.py EVENTS.ndjson ...   (needs openlineage-python and cattrs; exit 1 on any error)
"""

import importlib
import json
import pkgutil
import re
import sys
import typing

import attr
import cattrs
import openlineage.client.generated as generated
import openlineage.client.generated.base
from openlineage.client import event_v2

CLASSES = {}
for module in pkgutil.iter_modules(generated.__path__):
    loaded = importlib.import_module(f"{generated.__name__}.{module.name}")
    for name, found in vars(loaded).items():
        if isinstance(found, type) and attr.has(found) and hasattr(found, "_get_schema"):
            attr.resolve_types(found, {**vars(typing), **vars(generated.base), **vars(loaded)}, None)
            CLASSES[found._get_schema()] = found

SAFE = re.compile(r"[A-Za-z0-9\-._~:@/%+]+")
converter = cattrs.Converter(forbid_extra_keys=True)


def facets(where, found):
    for name, facet in (found or {}).items():
        schema = facet["_schemaURL"]
        if schema not in CLASSES:
            raise ValueError(f"{where}.{name}: {schema} is no facet of this version")
        content = {key: value for key, value in facet.items() if not key.startswith("_")}
        converter.structure(content, CLASSES[schema])
        if not facet["_producer"].startswith("https://"):
            raise ValueError(f"{where}.{name}: no producer")


def safe(text):
    if not SAFE.fullmatch(text):
        raise ValueError(f"{text!r} is not URI-safe")
    return text


def check(event):
    for side in ("inputs", "outputs"):
        for dataset in event[side]:
            facets(side, dataset.get("facets"))
            safe(dataset["namespace"]), safe(dataset["name"])
    facets("run", event["run"].get("facets"))
    facets("job", event["job"].get("facets"))
    made = event_v2.RunEvent(
        eventType=event_v2.RunState[event["eventType"]],
        eventTime=event["eventTime"],
        run=event_v2.Run(runId=event["run"]["runId"]),
        job=event_v2.Job(namespace=safe(event["job"]["namespace"]), name=safe(event["job"]["name"])),
        producer=event["producer"],
    )
    if made.schemaURL != event["schemaURL"]:
        raise ValueError(f"{event['schemaURL']} is not {made.schemaURL}")
    if len(event["outputs"]) > 1:
        raise ValueError("more than one output")
    masking(event)


def masking(event):
    """Whatever is not handed out in plaintext is masked."""
    for output in event["outputs"]:
        for field in output["facets"]["columnLineage"]["fields"].values():
            for source in field["inputFields"]:
                for step in source["transformations"]:
                    if step["masking"] == (step["description"] in ("reveal", "ingest")):
                        raise ValueError(f"masking of {step['description']} is wrong")


def main(paths):
    count = bad = 0
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                count += 1
                try:
                    check(json.loads(line))
                except Exception as error:  # whatever the classes refuse
                    bad += 1
                    print(f"{path}:{number}: {error!r} {getattr(error, 'exceptions', '')}")
    print(f"{count} events, {bad} with errors")
    return 1 if bad or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
