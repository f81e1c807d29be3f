# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the guard of a network change holds against it, apart from what a booted host shows."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.network import guard
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.network.running import Ended
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.model import (
    IFUPDOWN,
    NETPLAN,
    NETWORKD,
    NetworkBackend,
    NetworkChange,
    NetworkLink,
    NetworkProbe,
    expanded,
    parameters,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.state import (
    LinkState,
    RunningState,
)

STATE = RunningState()


def test_only_interfaces_that_networkd_has_let_go_of_are_loose(monkeypatch: pytest.MonkeyPatch) -> None:
    """libvirt's bridge was unmanaged before; eth1 is given up by the change; eth0 is a mistake."""
    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr(guard, "orphans", lambda *_given: ["eth0", "eth1", "virbr0"])
    monkeypatch.setattr(guard, "run", lambda command, _seconds: ran.append(command))
    entry = {"unmanaged": ["virbr0"], "released": ["eth1"]}
    wrong = guard._loose(entry, NetworkChange(NETWORKD), STATE, STATE)
    assert wrong == ["eth0 keeps its address only until the next restart of the host"]
    assert ran == [("ip", "address", "flush", "dev", "eth1", "scope", "global")]


def test_an_interface_that_the_back_end_makes_again_is_removed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """cloudbr1 is made anew on purpose; vx7 is gone as it should be."""
    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr(guard, "run", lambda command, _seconds: ran.append(command))
    change = NetworkChange(NETWORKD, doomed=("guests", "vx7", "cloudbr1"), links=(NetworkLink("cloudbr1", "bridge"),))
    state = RunningState({name: LinkState(name, "bridge") for name in ("cloudbr1", "guests")})
    assert guard._returned(change, state) == ["guests is there again"]
    assert ran == [("ip", "link", "delete", "guests")]
    assert guard._returned(change, RunningState({"cloudbr1": state.links["cloudbr1"]})) == []


def test_what_has_passed_is_asked_again_only_when_nothing_else_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    answers = {"a": ["", "", ""], "b": ["no", "", ""]}

    def probe(one: NetworkProbe) -> str:
        asked.append(one.name)
        return answers[one.name].pop(0)

    monkeypatch.setattr(guard, "probe", probe)
    checks: Any = [(name, NetworkProbe(name, tcp="192.0.2.1:1")) for name in "ab"]
    passed: set[str] = set()
    assert guard._failing(checks, passed, STATE) == ["b: no"]
    assert guard._failing(checks, passed, STATE) == []
    assert sorted(asked[:2]) == ["a", "b"]
    assert asked[2] == "b"
    assert sorted(asked[3:]) == ["a", "b"]


def test_a_bond_without_an_address_because_its_switch_has_no_lacp_tells_the_cause_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With min_links it has no carrier then, so that systemd-networkd gives it no address."""
    cards = [LinkState(name, master="bond0") for name in ("eth0", "eth1")]
    bond = LinkState("bond0", "bond", up=True, made_of={"mode": "802.3ad"})
    monkeypatch.setattr(guard, "seen", lambda: RunningState({link.name: link for link in (*cards, bond)}))
    monkeypatch.setattr(guard, "return_guests", lambda *_given: ())
    link = NetworkLink("bond0", "bond", ("eth0", "eth1"), ("192.0.2.10/24",), lacp_partner=True)
    change = parameters(NetworkChange(NETWORKD, links=(link,)))
    with pytest.raises(guard.Failed, match=r"^bond0 has no LACP partner.*; bond0 has no address 192\.0\.2\.10/24$"):
        guard._await({"change": change, "readings": {}, "probes": [], "timeout": 0})


@pytest.mark.parametrize(("timeout", "seconds"), [(15, 7.5), (120, 60), (180, 90), (3600, 120)])
def test_a_longer_timeout_gives_a_slow_host_longer_for_a_command(timeout: float, seconds: float) -> None:
    """`netplan apply` and `ifup` of a bond with VLANs and bridges took more than 60 s on busy hosts."""
    assert guard.patience(timeout) == seconds


@pytest.mark.parametrize(
    ("backend", "seconds"),
    [
        (NETPLAN, {"netplan apply": [9.0, 120.0]}),
        # Its interfaces come back without it.
        (IFUPDOWN, {"ifup --force eth0": [9.0]}),
    ],
)
def test_a_back_end_that_was_ended_too_early_reads_the_old_files_once_the_host_is_back(
    monkeypatch: pytest.MonkeyPatch, backend: NetworkBackend, seconds: dict[str, list[float]]
) -> None:
    """systemd-networkd that was never reloaded kept the bridges of a change, and made no new ones of these names."""
    ran: dict[str, list[float]] = {}
    mended: list[str] = []

    def run(command: tuple[str, ...], limit: float) -> Ended:
        ran.setdefault(" ".join(command), []).append(round(limit))
        return Ended(command, 124 if command in expanded(backend.restore, lists) and limit < 60 else 0, "")

    def mend(*_given: Any) -> tuple[()]:
        mended.append("once")
        return ()

    lists = {"leaving": ("eth0",), "coming": ()}
    monkeypatch.setattr(guard, "run", run)
    monkeypatch.setattr(guard, "mend", mend)
    monkeypatch.setattr(guard, "clear", lambda *_given: None)
    monkeypatch.setattr(guard, "seen", lambda: STATE)
    monkeypatch.setattr(guard, "given_up", lambda _backend: ())
    change = parameters(NetworkChange(backend))
    assert guard._revert({"change": change, "readings": {}, "lists": lists, "before": {}}) == ()
    assert {name: limits for name, limits in ran.items() if name in seconds} == seconds
    # After the last of them, too.
    assert len(mended) == {"netplan": 3, "ifupdown": 1}[backend.name]
