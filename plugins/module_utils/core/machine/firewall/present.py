# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rules of others do with a new TCP connection that none of them names; rules in the JSON of nft."""

from __future__ import annotations

import typing as t

OWN_TABLE = "cloudstack_host"
# Statements that decide nothing.
SILENT = frozenset(("counter", "log"))
ENDS = {"drop": "drop", "reject": "drop", "accept": "accept", "queue": "accept"}

Item = t.Mapping[str, t.Any]
Key = tuple[str, str, str]


def droppers(listed: t.Iterable[t.Mapping[str, Item]]) -> list[str]:
    """Chains of other tables that drop what no rule of theirs accepts, as "ip filter INPUT".

    By their policy, or by a last rule: then no table can accept it.
    """
    rules: dict[Key, list[t.Sequence[Item]]] = {}
    bases: dict[Key, str] = {}
    for each in listed:
        for kind, item in each.items():
            if kind == "rule":
                rules.setdefault(_key(item, item["chain"]), []).append(item.get("expr") or [])
            elif kind == "chain" and item.get("hook") == "input" and item["table"] != OWN_TABLE:
                bases[_key(item, item["name"])] = str(item.get("policy", "accept"))
    return [" ".join(key) for key, policy in bases.items() if (_end(key, rules, frozenset()) or policy) == "drop"]


def _key(item: Item, chain: str) -> Key:
    return str(item["family"]), str(item["table"]), chain


def _end(key: Key, rules: t.Mapping[Key, t.Sequence[t.Sequence[Item]]], above: frozenset[Key]) -> str:
    """drop or accept; "" where the chain comes back without a decision."""
    if key in above:
        return ""
    for expression in rules.get(key, ()):
        *conditions, last = expression or [{}]
        if not all(_always(each) for each in conditions):
            continue
        verdict, target = (*last.items(), ("", None))[0]
        target = target if isinstance(target, dict) else {}
        if verdict == "xt" and target.get("type") == "target":
            verdict = str(target.get("name", "")).lower()
        if verdict in ENDS:
            return ENDS[verdict]
        if verdict == "return":
            return ""
        if verdict in ("jump", "goto"):
            found = _end((key[0], key[1], str(target["target"])), rules, above | {key})
            if found or verdict == "goto":
                return found
    return ""


def _always(statement: Item) -> bool:
    """Whether a new TCP connection from another machine passes, whatever its port and address."""
    match = statement.get("match")
    if match is None:
        return SILENT.issuperset(statement)
    left, right, operator = match["left"], match["right"], match.get("op")
    values = right.get("set", [right]) if isinstance(right, dict) else right if isinstance(right, list) else [right]
    what = left.get("meta", left.get("ct", left.get("payload", {}))) if isinstance(left, dict) else {}
    subject = (what.get("key") or what.get("field")) if isinstance(what, dict) else None
    if operator == "!=":
        return subject in ("iif", "iifname") and values == ["lo"]
    return (subject in ("l4proto", "protocol") and "tcp" in values) or (subject == "state" and "new" in values)
