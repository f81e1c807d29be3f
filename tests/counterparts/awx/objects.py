# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of the stand-in: rows of fields by collection, and what is associated with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .surveys import survey_faults

Row = dict[str, Any]
API = "/api/v2"
SHAPES: dict[str, Row] = json.loads((Path(__file__).parent / "shapes.json").read_text(encoding="utf-8"))
# Not recorded: their fields as awx.awx sends them.
SHAPES["organizations"] = {"name": "", "description": "", "max_hosts": 0, "default_environment": None}
SHAPES["execution_environments"] = {
    **{"name": "", "description": "", "image": "", "pull": ""},
    **{"organization": None, "credential": None},
}
SHAPES["projects"] = {
    **{"name": "", "description": "", "scm_type": "", "scm_url": "", "scm_branch": "", "scm_refspec": ""},
    **{"scm_clean": False, "scm_update_on_launch": False, "scm_update_cache_timeout": 0, "allow_override": False},
    **{"organization": None, "credential": None, "default_environment": None},
}
SHAPES["schedules"]["job_type"] = None
SHAPES["instance_groups"] = {"name": ""}
# Fields of new objects that are not empty; fields of the modules that AWX ignores.
INITIAL: dict[str, Row] = {
    "job_templates": {"job_type": "run", "job_slice_count": 1},
    "schedules": {"enabled": True},
}
IGNORED = {"type"}
REFERS = {
    "organization": "organizations",
    "credential_type": "credential_types",
    "credential": "credentials",
    "project": "projects",
    "source_project": "projects",
    "inventory": "inventories",
    "execution_environment": "execution_environments",
    "default_environment": "execution_environments",
    "workflow_job_template": "workflow_job_templates",
    "unified_job_template": "unified_job_templates",
}
SUMMARIES = ("project", "workflow_job_template")
NOTIFICATIONS = {f"notification_templates_{kind}": "notification_templates" for kind in ("started", "success", "error")}
ASSOCIATED = {
    "inventories": {"input_inventories": "inventories"},
    "job_templates": {"credentials": "credentials", "instance_groups": "instance_groups", **NOTIFICATIONS},
    "workflow_job_templates": {**NOTIFICATIONS, "notification_templates_approvals": "notification_templates"},
    "workflow_job_template_nodes": {
        f"{kind}_nodes": "workflow_job_template_nodes" for kind in ("success", "failure", "always")
    },
}
UNIFIED = (
    "job_templates",
    "workflow_job_templates",
    "projects",
    "inventory_sources",
    "workflow_approval_templates",
)


class Refusal(Exception):
    """HTTP status and what is wrong."""

    def __init__(self, status: int, what: str) -> None:
        super().__init__(what)
        self.status = status


def _empty(value: Any) -> Any:
    return type(value)() if value is not None else None


class StandIn:
    """Everything that is kept; ids are unique in all collections, because unified templates share theirs."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[int, Row]] = {name: {} for name in SHAPES}
        self.links: dict[tuple[str, int, str], list[int]] = {}
        self.surveys: dict[int, Row] = {}
        self.last = 0
        self.create("instance_groups", {"name": "default"})

    def find(self, collection: str, number: int) -> Row:
        for name in UNIFIED if collection == "unified_job_templates" else (collection,):
            if number in self.rows.get(name, {}):
                return self.rows[name][number]
        raise Refusal(404, f"{collection} {number}")

    def listed(self, collection: str, filters: Mapping[str, str]) -> list[Row]:
        names = UNIFIED if collection == "unified_job_templates" else (collection,)
        if collection not in self.rows and names != UNIFIED:
            raise Refusal(404, collection)
        found = [self.shown(name, row) for name in names for row in self.rows[name].values()]
        either = {key.removeprefix("or__"): value for key, value in filters.items() if key.startswith("or__")}
        every = {key: value for key, value in filters.items() if not key.startswith("or__") and key != "page_size"}
        return [
            row
            for row in found
            if all(self.matches(row, key, value) for key, value in every.items())
            and (not either or any(str(row.get(key)) == value for key, value in either.items()))
        ]

    def matches(self, row: Row, key: str, value: str) -> bool:
        """By a filter of AWX: a field, a field in a list, or the name of what a field refers to."""
        if key.endswith("__in"):
            if not value:
                raise Refusal(400, f"{key}: Unsupported value")
            return str(self.field(row, key.removesuffix("__in"))) in value.split(",")
        if key.endswith("__name"):
            other = self.field(row, field := key.removesuffix("__name"))
            return isinstance(other, int) and bool(self.find(REFERS[field], other)["name"] == value)
        return str(self.field(row, key)) == value

    def field(self, row: Row, key: str) -> object:
        """The organization of a source is its inventory's."""
        if key == "organization" and "source_project" in row:
            return self.find("inventories", row["inventory"])["organization"]
        if key == "organization" and row["type"] == "workflow_approval_template":
            return None
        if key not in row:
            raise Refusal(400, f"{row['type']} has no field {key}")
        return row[key]

    def check(self, collection: str, fields: Row) -> None:
        unknown = set(fields) - set(SHAPES[collection]) - IGNORED
        if unknown:
            raise Refusal(400, f"{collection}: unknown {sorted(unknown)}")
        for name, value in fields.items():
            held = SHAPES[collection].get(name)
            if value is not None and held is not None and name not in REFERS and not isinstance(value, type(held)):
                raise Refusal(400, f"{collection}.{name}: {value!r} is no {type(held).__name__}")
            if name in REFERS and value is not None:
                self.find(REFERS[name], value)

    def create(self, collection: str, fields: Row) -> Row:
        self.check(collection, fields)
        key = "identifier" if collection == "workflow_job_template_nodes" else "name"
        scopes = ("organization", "inventory", "workflow_job_template", "unified_job_template")
        same = [row for row in self.rows[collection].values() if row[key] == fields[key]]
        if any(all(row.get(scope) == fields.get(scope) for scope in scopes if scope in fields) for row in same):
            raise Refusal(400, f"{collection}: {fields[key]} exists")
        self.last += 1
        row: Row = {name: None if name in REFERS else _empty(value) for name, value in SHAPES[collection].items()}
        row.update(INITIAL.get(collection, {}))
        row.update({name: value for name, value in fields.items() if name not in IGNORED})
        made = self.rows[collection][self.last] = {**row, "id": self.last}
        if row.get("kind") == "constructed":
            source = {"name": f"Auto-created source for: {row['name']}", "inventory": made["id"]}
            self.create("inventory_sources", {**source, "source": "constructed"})
        return self.shown(collection, made)

    def update(self, collection: str, number: int, fields: Row) -> Row:
        self.check(collection, fields)
        row = self.find(collection, number)
        row.update({name: value for name, value in fields.items() if name not in IGNORED})
        return self.shown(collection, row)

    def remove(self, collection: str, number: int) -> None:
        """With its schedules, its nodes and their approvals. Nodes of other workflows lose their template."""
        self.find(collection, number)
        del self.rows[collection][number]
        nodes = self.rows["workflow_job_template_nodes"]
        for node in [key for key, row in nodes.items() if row["workflow_job_template"] == number]:
            self.rows["workflow_approval_templates"].pop(nodes.pop(node)["unified_job_template"], None)
        for row in nodes.values():
            row["unified_job_template"] = None if row["unified_job_template"] == number else row["unified_job_template"]
        for its in [key for key, row in self.rows["schedules"].items() if row["unified_job_template"] == number]:
            del self.rows["schedules"][its]

    def shown(self, collection: str, row: Row) -> Row:
        url = f"{API}/{collection}/{row['id']}/"
        related = {"survey_spec": f"{url}survey_spec/"}
        if collection == "workflow_job_template_nodes" and row["unified_job_template"]:
            its = next(name for name in UNIFIED if row["unified_job_template"] in self.rows[name])
            related["unified_job_template"] = f"{API}/{its}/{row['unified_job_template']}/"
        told = {field: its for field in SUMMARIES if (its := row.get(field))}
        summary = {field: {"id": its, "name": self.find(REFERS[field], its)["name"]} for field, its in told.items()}
        more = {"type": collection.removesuffix("s"), "url": url, "related": related, "summary_fields": summary}
        if collection == "credentials":
            secret = {
                field["id"]
                for field in self.find("credential_types", row["credential_type"])["inputs"]["fields"]
                if field.get("secret")
            }
            more["inputs"] = {key: "$encrypted$" if key in secret else value for key, value in row["inputs"].items()}
        return {**row, **more, "scm_revision": ""}

    def associated(self, collection: str, number: int, kind: str) -> list[Row]:
        if kind not in ASSOCIATED.get(collection, {}):
            raise Refusal(404, f"{collection} has no {kind}")
        self.find(collection, number)
        of = ASSOCIATED[collection][kind]
        return [self.shown(of, self.find(of, each)) for each in self.links.get((collection, number, kind), [])]

    def associate(self, collection: str, number: int, kind: str, other: int, *, remove: bool) -> None:
        held = self.associated(collection, number, kind)
        links = self.links.setdefault((collection, number, kind), [])
        if remove:
            links.remove(other)
            return
        new = self.find(ASSOCIATED[collection][kind], other)
        if kind == "credentials" and new["credential_type"] in [row["credential_type"] for row in held]:
            raise Refusal(400, "Cannot assign multiple credentials of a type")
        links.append(other)

    def survey(self, number: int, spec: Row) -> None:
        faults = survey_faults(spec)
        if faults:
            raise Refusal(400, "; ".join(faults))
        self.surveys[number] = spec

    def approval(self, node: int, fields: Row) -> Row:
        made = self.create("workflow_approval_templates", fields)
        self.find("workflow_job_template_nodes", node)["unified_job_template"] = made["id"]
        return made
