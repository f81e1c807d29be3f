# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commit-confirmed changes on booted hosts of each back-end: they stay, or everything is as before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hosts.host import Host

from .faults import FAULTS, heal, module_killed, suffer
from .lab import (
    BACKENDS,
    Net,
    bridged,
    change,
    gateway_of,
    hosts_of,
    inside,
    picture,
    tap,
    unbridged,
    without_metrics,
)
from .plays import Driver, codes, play

# One of each kind; the whole table is benchmarks/network_faults.py.
SOME = (
    "address mistyped",
    "gateway mistyped",
    "file that does not parse",
    "applying killed",
    "power cut while applying",
)


@pytest.fixture(scope="module")
def hosts() -> Iterator[dict[str, Host]]:
    with hosts_of(*BACKENDS) as running:
        for host in running.values():
            Driver(host).install()
        yield running


def everywhere(hosts: dict[str, Host], work: Callable[[str, Host], None]) -> None:
    """At once on all hosts, since each mostly waits."""
    with ThreadPoolExecutor() as threads:
        for done in [threads.submit(work, backend, host) for backend, host in hosts.items()]:
            done.result()


def test_a_good_change_stays_with_its_guests(hosts: dict[str, Host]) -> None:
    def work(backend: str, host: Host) -> None:
        driver = Driver(host)
        before = picture(host)
        answer = driver.change(bridged(backend, host, timeout=60))
        assert answer["state"] == "confirmed", answer
        assert "cloudbr0: bridge up" in answer["interfaces"]
        tap(host, "vnet7", "cloudbr0")
        assert driver.change(bridged(backend, host))["state"] == "as_wanted"

        second = bridged(backend, host, timeout=60, commands=[["ip", "link", "set", "cloudbr0", "mtu", "1400"]])
        second["links"][0]["mtu"] = 1400
        answer = driver.change(second)
        assert answer["state"] == "confirmed", answer
        assert "master cloudbr0" in inside(host, "ip link show vnet7")

        inside(host, "ip link delete vnet7")
        answer = driver.change(unbridged(backend, host, timeout=60))
        assert answer["state"] == "confirmed", answer
        assert without_metrics(picture(host)) == without_metrics(before)

    everywhere(hosts, work)


@pytest.mark.parametrize("name", SOME)
def test_after_a_fault_all_is_as_before(name: str, hosts: dict[str, Host]) -> None:
    fault = next(fault for fault in FAULTS if fault.name == name)

    def work(backend: str, host: Host) -> None:
        outcome = suffer(fault, backend, Driver(host))
        heal(backend, host, outcome.good)
        assert outcome.left == "", f"{backend}: {outcome}"
        assert outcome.back is not None, f"{backend}: {outcome}"
        assert outcome.ended == fault.ends, f"{backend}: {outcome}"

    everywhere(hosts, work)


SERVED = """
import socket
heard = socket.create_server(("", 3260))
held = []
while True:
    held.append(heard.accept())
"""
CONNECTED = """
import socket, time
held = socket.create_connection(("10.99.0.2", 3260))
time.sleep(600)
"""


def test_what_the_host_uses_has_to_work_afterwards(hosts: dict[str, Host]) -> None:
    """Storage on another card, which no probe names and the change says nothing about."""
    host, server = hosts["networkd"], hosts["ifupdown"]
    for one, address in ((host, "10.99.0.1"), (server, "10.99.0.2")):
        inside(one, f"ip link set eth1 up; ip address add {address}/24 dev eth1")
    server.write("/opt/serve.py", SERVED)
    host.write("/opt/connect.py", CONNECTED)
    inside(server, "systemd-run --unit=serve python3 /opt/serve.py")
    inside(host, "sleep 1; systemd-run --unit=connect python3 /opt/connect.py; sleep 1")
    before = picture(host)
    driver = Driver(host)
    taken = {
        "eth1, which is not part of the change, has lost 10.99.0.1/24": ["address", "flush", "to", "10.99.0.0/24"],
        "the connection to 10.99.0.2:3260": ["route", "add", "blackhole", "10.99.0.2/32"],
    }
    for told, words in taken.items():
        answer = driver.change(bridged("networkd", host, commands=[["ip", *words]], timeout=20))
        assert answer["state"] == "rolled_back", answer
        assert told in answer["msg"]
        assert picture(host) == before
    for one, unit in ((host, "connect"), (server, "serve")):
        inside(one, f"systemctl stop {unit}; ip address flush dev eth1")


def test_by_playbook(hosts: dict[str, Host]) -> None:
    host = hosts["networkd"]
    before = picture(host)
    network = host.address.rpartition(".")[0]
    change_it, confirm, ask = (
        f"hostcraft.cloudstack.{name}" for name in ("cs_network_change", "cs_network_confirm", "cs_network_change_info")
    )
    # Nobody answers there: the host comes back by itself, and says why, now and at the next run.
    wrong = {**change("networkd", Net(f"{network}.99", gateway_of(host)), timeout=20), "links": []}
    would, failed, again, told, nothing = play(
        host,
        {change_it: bridged("networkd", host), "check_mode": True, "diff": True},
        {change_it: wrong},
        {change_it: wrong},
        {ask: {}},
        {confirm: {"state": "reverted"}},
    )
    assert would["state"] == "would_change", would
    assert [one["before_header"] for one in would["diff"]][-1] == "interfaces"
    assert "cloudbr0: bridge up" in would["diff"][-1]["after"]
    assert failed.get("state") == "rolled_back", failed
    assert "the controller did not connect again" in failed["msg"]
    assert codes(again) == {"rolled_back_before"}
    assert (told["state"], told["last"]["outcome"]) == ("none", "rolled_back")
    assert not nothing["changed"]
    assert picture(host) == before

    # In the end it moves: the confirmation has to come to the new address.
    there = f"{network}.98"
    moved = change("networkd", Net(there, gateway_of(host), bridge="cloudbr0"), address=there, timeout=90)
    right = {change_it: bridged("networkd", host, timeout=90)}
    done, again, arrived = play(host, right, right, {change_it: moved})
    assert (done.get("state"), done["changed"]) == ("confirmed", True), done
    assert (again.get("state"), again["changed"]) == ("as_wanted", False), again
    assert arrived.get("state") == "confirmed", arrived
    assert f"{there}/24" in inside(host, "ip -4 -o address show dev cloudbr0")


def test_two_changes_exclude_each_other(hosts: dict[str, Host]) -> None:
    host = hosts["ifupdown"]
    driver = Driver(host)
    before = picture(host)
    first = bridged("ifupdown", host, timeout=60)
    begun, token = driver.begin(first)
    assert begun["state"] == "applying"
    other, _token = driver.begin(bridged("ifupdown", host, timeout=60, absent=["/etc/network/interfaces.d/x"]))
    assert codes(other) == {"pending"}
    # The same change is joined, by whoever runs it again: its token counts from then on.
    joined, newer = driver.begin(first)
    assert joined["state"] == "applying"
    assert driver.await_end(first, newer, 90)["state"] == "confirmed"
    assert codes(driver.call("confirm", {"token": token})) == {"no_change"}
    assert driver.change(unbridged("ifupdown", host, timeout=60))["state"] == "confirmed"
    assert picture(host) == before


def test_what_a_killed_ifdown_did_not_come_to_is_no_obstacle(hosts: dict[str, Host]) -> None:
    """ifup would take it for configured, and leave it away without an error."""
    host = hosts["ifupdown"]
    before = picture(host)
    right = bridged("ifupdown", host, timeout=60)
    text = right["files"][0]["content"]
    second = "\nauto cloudbr7\niface cloudbr7 inet manual\n  bridge_ports none\n"
    slow = {**right["files"][0], "content": f"{text}  down sleep 60\n{second}"}
    driver = Driver(host)
    assert driver.change({**right, "files": [slow], "commands": [["false"]]})["state"] == "rolled_back"
    assert picture(host) == before
    both = {**right, "files": [{**slow, "content": text + second}]}
    both["links"] = [*right["links"], {"name": "cloudbr7", "kind": "bridge"}]
    answer = driver.change(both)
    assert answer["state"] == "confirmed", answer
    # Away with one by somebody else, of which ifup knows nothing.
    inside(host, "ip link delete cloudbr7")
    answer = driver.change(both)
    assert answer["state"] == "confirmed", answer
    gone = unbridged("ifupdown", host, timeout=60)
    assert driver.change({**gone, "doomed": ["cloudbr0", "cloudbr7"]})["state"] == "confirmed"
    assert picture(host) == before


@pytest.mark.parametrize("seconds", [0.6, 1.2, 2.4])
def test_a_killed_beginning_leaves_the_host_as_it_was(seconds: float, hosts: dict[str, Host]) -> None:
    """Whatever the module had come to: without its controller the host ends as it was."""
    everywhere(hosts, lambda backend, host: _is_as_before(module_killed(backend, host, seconds), backend))


def _is_as_before(left: str, backend: str) -> None:
    assert left == "", f"{backend}: {left}"
