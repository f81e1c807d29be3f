# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of hosts and groups in an inventory, from names that a server tells and that may be anything."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import typing as t

from ..addresses import is_address, is_host_name

K = t.TypeVar("K")
# Ansible's own groups, and names that mean the machine that runs Ansible.
RESERVED = frozenset(
    ("all", "ungrouped", "localhost", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback", "loopback")
)
LONGEST = 100  # characters of a value in the name of a group
# Variables whose values tenants choose, who may be anybody.
OF_TENANTS = frozenset(f"acs_{name}" for name in ("account", "domain", "domain_path", "network", "project", "vpc"))
# An expression of these characters alone calls nothing.
_WORD = re.compile(r"[A-Za-z0-9_.:/+,-]*", re.ASCII)
SHORT = 8  # characters of an id or a digest that tell two things of one name apart


def fits_host(name: str) -> bool:
    """Whether a host of an inventory may have this name: no pattern, range, template, or name of the own machine."""
    if is_address(name):
        return connects(name)
    labels = name.casefold().rstrip(".").split(".")
    # What ends in localhost is the own machine too (RFC 6761).
    return is_host_name(name) and labels[0] not in RESERVED and labels[-1] != "localhost"


def connects(address: str) -> bool:
    """Whether it is an address of one other machine: a loopback address is the one that runs Ansible."""
    if not is_address(address):
        return False
    read = ipaddress.ip_address(address)
    inner = getattr(read, "ipv4_mapped", None) or read
    return not (inner.is_loopback or inner.is_unspecified or inner.is_multicast)


def is_word(text: str) -> bool:
    """Whether nothing happens if a playbook evaluates it as a template or as an expression."""
    return _WORD.fullmatch(text) is not None


def tenants(variable: str) -> bool:
    """Whether tenants choose the value of a variable: even the name of another variable is not harmless there."""
    return variable in OF_TENANTS


def host_choices(name: str, id: str) -> tuple[str, ...]:
    """Names for a host, best first; none where neither its name nor its id may be one."""
    choices = (name, f"{name}_{id[:SHORT]}", id) if fits_host(name) else (id,)
    return tuple(dict.fromkeys(each for each in choices if fits_host(each)))


def slug(value: str) -> str:
    """A value as a part of the name of a group: lower case, and ``_`` for all but ASCII letters and digits."""
    plain = re.sub(r"[^a-z0-9]", "_", value.lower())
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}_{digest(value)}"


def digest(*values: str) -> str:
    """Some characters that tell two values apart."""
    # A lone surrogate is no UTF-8.
    text = "\0".join(values).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:SHORT]


def told_apart(choices: t.Mapping[K, t.Sequence[str]], taken: t.Iterable[str] = ()) -> dict[K, str]:
    """A different name for each, without regard to case: the first of its choices that no other has as well.

    A name that two would have is had by neither, so that nothing is done to one for the other. What has no such name is
    left out.
    """
    used = {name.casefold() for name in taken}
    found: dict[K, str] = {}
    waiting = {key: list(names) for key, names in choices.items()}
    while waiting:
        wished = {key: names.pop(0) for key, names in waiting.items() if names}
        count: dict[str, int] = {}
        for name in wished.values():
            count[name.casefold()] = count.get(name.casefold(), 0) + 1
        for key, name in wished.items():
            if count[name.casefold()] == 1 and name.casefold() not in used:
                found[key] = name
        used |= set(count)
        waiting = {key: waiting[key] for key in wished if key not in found}
    return found
