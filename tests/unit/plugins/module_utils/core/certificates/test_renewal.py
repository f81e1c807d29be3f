# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a host needs another certificate."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.check import Sighting
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.model import DAY, Certificate
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.renewal import Wanted, reason

RIGHT = Certificate("CN=kvm1", "CN=ca", 0, 400 * DAY, fingerprint="a")
OTHER = dataclasses.replace(RIGHT, fingerprint="b")
PORT = Sighting("kvm1", "libvirt_port", "192.0.2.1:16514", RIGHT, of_authority=True)
FILE = Sighting("kvm1", "agent", "cloud.crt", RIGHT, key_fits=True)


def why(*seen: Sighting, secured: bool | None = True, **wanted: Any) -> str:
    return reason(seen, secured, Wanted(**{"days": 30, "seen_at": 10 * DAY, **wanted}))


def changed(seen: Sighting, **how: Any) -> Sighting:
    return dataclasses.replace(seen, certificate=dataclasses.replace(RIGHT, **how))


@pytest.mark.parametrize("of_authority", [True, None])
def test_what_is_right_is_left_alone(of_authority: bool | None) -> None:
    trusted = Sighting("kvm1", "agent_authority", "cloud.ca.crt", OTHER, of_authority=of_authority)
    assert why(PORT, FILE, trusted, Sighting("kvm1", "keystore", "cloud.jks", RIGHT)) == ""
    # A port that does not answer is none of the certificate's faults where the files are good.
    assert why(Sighting("kvm1", "libvirt_port", "192.0.2.1:16514", error="no answer"), FILE) == ""


@pytest.mark.parametrize(
    ("seen", "word"),
    [
        (changed(PORT, not_after=10 * DAY), "expired"),
        (changed(PORT, not_before=10 * DAY + 1), "not_yet_valid"),
        (changed(PORT, not_after=40 * DAY - 1), "expiring"),
        (dataclasses.replace(PORT, of_authority=False), "not_of_authority"),
        (dataclasses.replace(FILE, key_fits=False), "key_differs"),
        (Sighting("kvm1", "libvirt", "servercert.pem", error="there is no PEM certificate in it"), "unreadable"),
        (Sighting("kvm1", "vnc_authority", "ca-cert.pem", OTHER, of_authority=False), "authority_differs"),
        (Sighting("kvm1", "keystore", "cloud.jks", OTHER), "keystore_differs"),
    ],
)
def test_one_fault_is_reason_enough(seen: Sighting, word: str) -> None:
    others = [each for each in (PORT, FILE) if each.place != seen.place]
    assert why(*others, seen) == word
    assert why(seen, *others) == word


def test_what_counts_without_looking() -> None:
    assert why(PORT, always=True) == "asked"
    assert why(PORT, secured=False) == "unsecured"
    assert why() == why(Sighting("kvm1", "agent", "cloud.crt", error="it cannot be read")) == "unseen"
    assert why(PORT, since=1.0) == "older"
