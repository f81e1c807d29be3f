# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Consent to stop VMs: by name, by id, or for all.

Owners choose the names of their VMs, so that two accounts may have VMs of one name.
"""

from __future__ import annotations

import typing as t

from .errors import Reason

ALL = "all"


def agreed(consent: t.Collection[str], name: str, id: str) -> bool:
    """Whether a VM is among those that may be stopped."""
    return ALL in consent or name in consent or id in consent


def doubtful(
    consent: t.Collection[str], vms: t.Iterable[tuple[str, str]], stopping: t.Collection[str]
) -> t.Iterator[Reason]:
    """Names in consent that do not tell which VM may be stopped. vms: ids and names. stopping: ids of those it stops.

    A name is clear when no other VM has it, or when consent has the ids of those that would be stopped.
    """
    named: dict[str, list[str]] = {}
    for id, name in vms:
        if name in consent and ALL not in consent:
            named.setdefault(name, []).append(id)
    for name, ids in sorted(named.items()):
        if len(ids) > 1 and any(id in stopping and id not in consent for id in ids):
            message = f"consent names {name}, which is the name of {len(ids)} VMs: {', '.join(sorted(ids))}"
            remedy = "use the ids of those that may be stopped"
            yield Reason("consent_ambiguous", message, remedy, {"vm": name, "vms": sorted(ids)})


def consent_unknown(warning: str) -> Reason:
    """The same beside the reasons of a refusal, of which it may be the cause."""
    return Reason("consent_unknown", warning, "correct the name, or use the id of the VM")


def unknown(
    consent: t.Collection[str], vms: t.Iterable[tuple[str, str]], where: str, needing: t.Iterable[str]
) -> tuple[str, ...]:
    """A warning of names that no VM has, as a misspelled one permits nothing. vms: ids and names of those there.

    where: what they run on. needing: names of those that would be stopped with consent.
    """
    known = {text for each in vms for text in each} | {ALL}
    strange = sorted({name for name in consent if name not in known})
    if not strange:
        return ()
    stopped = ", ".join(sorted(set(needing)))
    there = f"; VMs that it can permit to stop there: {stopped}" if stopped else ""
    return (f"consent names {', '.join(strange)}, but no VM on {where} has such a name or id{there}",)
