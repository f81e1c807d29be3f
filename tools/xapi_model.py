# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reduce XAPI's published data model to the table that the fake pool of the tests answers by.

Takes names, types, qualifiers, defaults, parameters and error codes of the classes below; no descriptions.

Usage: xapi_model.py XENAPI.JSON DATAMODEL.ML DATAMODEL_ERRORS.ML SOURCE > tests/counterparts/xapi/model.tsv
XENAPI.JSON: _data/xenapi.json of github.com/xapi-project/xapi-project.github.io. The other two: ocaml/idl of
github.com/xapi-project/xen-api. SOURCE: a line that says which versions these are.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAMES = """
session task event pool pool_patch pool_update VM VM_metrics VM_guest_metrics host host_patch host_metrics host_cpu
network VIF PIF PIF_metrics Bond VLAN SR PBD VBD
"""
CLASSES = frozenset(NAMES.split())
# Every class has these by itself, so the table names none of them.
RECORD = frozenset({"get_uuid", "get_by_uuid", "get_record"})


def main() -> None:
    model, relations, errors, source = sys.argv[1:]
    lines = [
        "# XAPI's data model in the part that the tests need; written by tools/xapi_model.py.",
        f"# Source: {source}",
        "# C class | F field, type, qualifier, default | M message, result, parameters (? optional), errors",
        "# N enumeration, its values | R reference, the set that mirrors it | E error code, what its details are",
        *_classes(json.loads(Path(model).read_text(encoding="utf-8"))),
        *_relations(Path(relations).read_text(encoding="utf-8")),
        *_errors(Path(errors).read_text(encoding="utf-8")),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _classes(classes: list[dict[str, Any]]) -> Iterator[str]:
    for one in classes:
        if one["name"] in CLASSES:
            yield f"C\t{one['name']}"
            for field in one["fields"]:
                default = (field.get("default") or "").strip('"')
                qualifier = field["qualifier"].rpartition("/")[2]
                yield "\t".join(["F", field["name"], field["type"], qualifier, default]).rstrip()
            for enum in one["enums"]:
                yield f"N\t{enum['name']}\t{' '.join(value['name'] for value in enum['values'])}"
            by_field = set(_by_field(one["fields"]))
            for message in one["messages"]:
                if not (message["implicit"] and message["name"] in by_field | RECORD):
                    yield _message(message)


def _by_field(fields: list[dict[str, Any]]) -> Iterator[str]:
    """Messages that follow from a field, which the table need not repeat."""
    for field in fields:
        name, kind = field["name"], field["type"]
        yield f"get_{name}"
        if field["qualifier"] == "RW":
            yield f"set_{name}"
            if kind.endswith(" map"):
                yield from (f"add_to_{name}", f"remove_from_{name}")
            if kind.endswith(" set"):
                yield from (f"add_{name}", f"remove_{name}")


def _message(message: dict[str, Any]) -> str:
    params = [
        f"{each['name']}:{each['type']}{'' if each['required'] else '?'}"
        for each in message["params"]
        if each["name"] != "session_id"
    ]
    errors = sorted({each["name"] for each in message["errors"]})
    return "\t".join(["M", message["name"], message["result"][0], "; ".join(params), " ".join(errors)]).rstrip()


def _relations(text: str) -> Iterator[str]:
    """``all_relations``: ((_pif, "host"), (_host, "PIFs")); names of classes there are in lower case."""
    names = {each.casefold().replace("host_cpu", "hostcpu"): each for each in CLASSES}
    body = text.partition("let all_relations")[2].partition("\n  ]")[0]
    for one, field, other, fields in re.findall(r'\(\s*\(_(\w+), "(\w+)"\)\s*,\s*\(_(\w+), "(\w+)"\)\s*\)', body):
        if one in names and other in names:
            yield f"R\t{names[one]}.{field}\t{names[other]}.{fields}"


def _errors(text: str) -> Iterator[str]:
    """``error Api_errors.vm_requires_sr ["vm"; "sr"]``; the code is the name in capitals."""
    for name, params in re.findall(r"error\s+Api_errors\.(\w+)\s*\[([^\]]*)\]", text):
        details = [each.strip().strip('"') for each in params.split(";") if each.strip()]
        yield "\t".join(["E", name.upper(), "; ".join(details)]).rstrip()


if __name__ == "__main__":
    main()
