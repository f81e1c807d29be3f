# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at TLS ports, at all of them together: of hosts, of management servers, of system VMs."""

from __future__ import annotations

import dataclasses
import typing as t

from ...core.addresses import endpoint
from ...core.certificates.check import Sighting
from ...core.certificates.console.change import Seen
from ...core.certificates.model import Certificate, NotServed
from ...ports.certificates import X509, Probe, TlsPort

# Whose certificates CloudStack's own CA signs.
SIGNED = ("libvirt_port", "management_server")


@dataclasses.dataclass(frozen=True)
class Spot:
    """A TLS port of a host, or of a management server: then host is ""."""

    host: str
    place: str
    address: str
    port: int


def sightings(
    probe: Probe, reader: X509, own: t.Sequence[Certificate], spots: t.Sequence[Spot]
) -> t.Iterator[Sighting]:
    """own: certificates of the CA in force."""
    for spot, found in zip(spots, probe([TlsPort(each.address, each.port) for each in spots])):
        where = endpoint(spot.address, spot.port)
        if isinstance(found, NotServed):
            yield Sighting(spot.host, spot.place, where, error=found.text)
            continue
        signed = any(reader.issued(found.leaf, each) for each in own) if spot.place in SIGNED else None
        yield Sighting(spot.host, spot.place, where, found.leaf, of_authority=signed)


def with_answers(probe: Probe, unasked: t.Sequence[Seen], asked: t.Mapping[str, TlsPort]) -> tuple[Seen, ...]:
    """System VMs with what they serve. asked: by the id of a VM; the others are left as they are."""
    answers = dict(zip(asked, probe(list(asked.values()))))
    return tuple(dataclasses.replace(each, answer=answers.get(each.vm.id)) for each in unasked)
