# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which addresses of a change are asked for, and which frames say that somebody has one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.claims import (
    Claim,
    claims,
    octets,
    owner,
    question,
    refused,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.state import (
    LinkState,
    RunningState,
    running_state,
)

OWN, OTHER = "52:54:00:00:00:01", "52:54:00:00:00:99"
CLAIM = Claim("bond0", OWN, "192.0.2.10")
HEAD = "0001080006 04"
HAS, PROBES = "c000020a", "00000000"


def frame(operation: str, sender: str, has: str, asks: str) -> bytes:
    """As RFC 826 lays it out."""
    ethernet = OWN + sender + "0806"
    text = f"{ethernet}{HEAD}{operation}{sender}{has}{'00' * 6}{asks}{'00' * 18}"
    return bytes.fromhex(text.replace(":", "").replace(" ", ""))


@pytest.mark.parametrize(
    ("heard", "found"),
    [
        (frame("0002", OTHER, HAS, PROBES), OTHER),  # the answer
        (frame("0001", OTHER, HAS, "c0000201"), OTHER),  # it asks for something else itself
        (frame("0001", OTHER, PROBES, HAS), OTHER),  # it wants the address at the same time
        (frame("0001", OTHER, "c0000201", HAS), ""),  # somebody looks for the host
        (frame("0002", OWN, HAS, PROBES), ""),  # another card of the host on the same wire
        (frame("0002", OTHER, "c000020b", PROBES), ""),
        (frame("0002", OTHER, HAS, PROBES)[:41], ""),
        (b"", ""),
    ],
)
def test_who_has_the_address(heard: bytes, found: str) -> None:
    assert owner(heard, CLAIM, {octets(OWN)}) == found


@given(st.binary(max_size=80))
def test_no_frame_is_too_strange(heard: bytes) -> None:
    assert owner(heard, CLAIM, ()) == "" or heard[12:14] == b"\x08\x06"


def test_the_question_is_in_nobodys_name() -> None:
    """A probe that named the address as its sender's would change what others remember of it."""
    assert question(CLAIM) == bytes.fromhex(
        f"ffffffffffff{OWN}0806{HEAD}0001{OWN}{PROBES}{'00' * 6}{HAS}".replace(":", "").replace(" ", "")
    )


def test_only_new_addresses_on_a_wire_are_asked_for() -> None:
    before = RunningState({"eth0": LinkState("eth0", mac=OWN, carrier=True, addresses=("192.0.2.9/24",))})
    now = [
        LinkState(
            "bond0", "bond", mac=OWN, carrier=True, addresses=("192.0.2.9/24", "192.0.2.10/24", "2001:db8::1/64")
        ),
        LinkState("cloudbr7", "bridge", mac=OTHER, carrier=False, addresses=("192.0.2.11/24",)),
        LinkState("lo", mac="00:00:00:00:00:00", carrier=True, addresses=("192.0.2.12/32",)),
        LinkState("tun0", mac="", carrier=True, addresses=("192.0.2.13/32",)),
    ]
    assert claims(before, RunningState({link.name: link for link in now})) == (CLAIM,)


@pytest.mark.parametrize(
    ("shared", "asked"),
    [
        ((), ["192.0.2.10", "198.51.100.7"]),
        (("192.0.2.10",), ["198.51.100.7"]),
        (("192.0.2.0/24", "2001:db8::/64"), ["198.51.100.7"]),
        (("192.0.2.77/24",), ["198.51.100.7"]),
        (("::/0",), ["192.0.2.10", "198.51.100.7"]),
        (("0.0.0.0/0",), []),
    ],
)
def test_addresses_for_which_others_answer_are_not_asked_for(shared: tuple[str, ...], asked: list[str]) -> None:
    link = LinkState("bond0", mac=OWN, carrier=True, addresses=("192.0.2.10/24", "198.51.100.7/32"))
    found = claims(RunningState(), RunningState({"bond0": link}), shared)
    assert [claim.address for claim in found] == asked


def six(carrier: bool = True, **flags: bool) -> RunningState:
    """As ip of iproute2 6.1 prints a card whose address the kernel has asked for, or asks for."""
    address = {"family": "inet6", "local": "2001:db8::1", "prefixlen": 64, "scope": "global", **flags}
    flagged = ["UP", *(["LOWER_UP"] if carrier else [])]
    card = {"ifname": "eth0", "flags": flagged, "address": OWN, "addr_info": [address]}
    return running_state({"links": json.dumps([card])})


DUPLICATE = {"dadfailed": True, "tentative": True}


@pytest.mark.parametrize(
    ("before", "now", "shared", "told"),
    [
        (RunningState(), six(), (), ""),
        (RunningState(), six(tentative=True), (), "whether another machine has 2001:db8::1 on eth0 is not known yet"),
        (RunningState(), six(**DUPLICATE), (), "2001:db8::1 on eth0 is also the address of another machine. "),
        (RunningState(), six(**DUPLICATE), ("2001:db8::/32",), ""),
        # The kernel asks nobody without a carrier, and a bridge of guests may have none for long.
        (RunningState(), six(carrier=False, tentative=True), (), ""),
        (six(**DUPLICATE), six(**DUPLICATE), (), ""),
    ],
)
def test_an_address_of_ipv6_that_the_kernel_does_not_use(
    before: RunningState, now: RunningState, shared: tuple[str, ...], told: str
) -> None:
    found = refused(before, now, shared)
    assert len(found) == bool(told)
    assert not told or found[0].startswith(told)
