# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_console_certificate_info: what is served, by name and days; nothing is asked where TLS is off."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from contract.certificates.consoles import SUFFIX, Consoles
from contract.tasks import perform
from counterparts.tls_port import tls_port

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError

MODULE = "cs_console_certificate_info"
INTERFACE = "ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.certificates.console"


def ask(consoles: Consoles, **changes: Any) -> Any:
    ports = {"console_port": consoles.ports.console, "storage_port": consoles.ports.storage}
    return perform(consoles.cloud, MODULE, **{**ports, "resolve": False, **changes}).result


def codes(told: Any) -> list[str]:
    return [each["code"] for each in told["findings"]]


def test_without_tls_nothing_is_asked(consoles: Consoles) -> None:
    told = ask(consoles)
    assert codes(told) == ["plain_text", "plain_text"]
    assert [vm["certificate"] for vm in told["system_vms"]] == [None, None]
    assert told["settings"]["consoleproxy"] == {"domain": "", "encrypted": False}


def test_what_is_served_is_told(consoles: Consoles) -> None:
    consoles.turn_on()
    consoles.ensure()
    told = ask(consoles, root=consoles.chain.root.pem)
    assert codes(told) == []
    assert {vm["certificate"]["days_left"] for vm in told["system_vms"]} == {89}
    proxy = next(vm for vm in told["system_vms"] if vm["kind"] == "consoleproxy")
    assert (proxy["host_name"], proxy["open_consoles"]) == (f"{proxy['address'].replace('.', '-')}.{SUFFIX}", 0)


def test_days_and_a_foreign_root_are_findings(consoles: Consoles) -> None:
    consoles.turn_on()
    consoles.ensure()
    assert codes(ask(consoles, days=100)) == ["served_expires_soon"] * 2
    assert codes(ask(consoles, days=100, ignore=["served_expires_soon"])) == []
    stranger = consoles.chain.ca("Another Root", None)
    assert codes(ask(consoles, root=stranger.pem)) == ["served_incomplete"] * 2
    with pytest.raises(HostcraftError) as failed:
        ask(consoles, days=100, fail="hurts")
    assert failed.value.code == "consoles_not_fit"


def test_a_chain_without_its_middle_and_a_changed_domain_are_findings(consoles: Consoles) -> None:
    """As an upload by the user interface leaves them, where a field was left empty."""
    consoles.turn_on()
    leaf = consoles.chain.leaf
    sent = {"certificate": leaf.pem, "privatekey": leaf.key_pem(), "domainsuffix": SUFFIX}
    consoles.site.api.done("uploadCustomCertificate", **sent)
    for vm in consoles.site.api.ok("listSystemVms")["systemvm"]:
        consoles.site.api.done("rebootSystemVm", id=vm["id"])
    assert codes(ask(consoles, root=consoles.chain.root.pem)) == ["served_incomplete"] * 2
    perform(consoles.cloud, "cs_configuration", name="consoleproxy.url.domain", value="*.elsewhere.example.test")
    assert codes(ask(consoles)) == ["served_name"]


@pytest.mark.parametrize(("known", "code"), [("", "name_unresolved"), ("192.0.2.1", "name_elsewhere"), ("own", "")])
def test_names_that_clients_cannot_use_are_findings(
    consoles: Consoles, monkeypatch: pytest.MonkeyPatch, known: str, code: str
) -> None:
    consoles.turn_on()
    consoles.ensure()

    answers(monkeypatch, lambda own: (own if known == "own" else known,) if known else ())
    assert codes(ask(consoles, resolve=True)) == ([code] * 2 if code else [])


def answers(monkeypatch: pytest.MonkeyPatch, lookup: Callable[[str], tuple[str, ...]]) -> None:
    """What a name resolves to, by the address that it is made of."""

    def all_of(names: Sequence[str]) -> list[tuple[str, ...]]:
        return [lookup(name.partition(".")[0].replace("-", ".")) for name in names]

    monkeypatch.setattr(f"{INTERFACE}.addresses_of_all", all_of)


def test_every_address_of_the_public_range_has_a_name(consoles: Consoles, monkeypatch: pytest.MonkeyPatch) -> None:
    consoles.turn_on()
    consoles.ensure()
    ranges = consoles.site.api.ok("listVlanIpRanges")["vlaniprange"]
    first, last = (ipaddress.IPv4Address(ranges[0][name]) for name in ("startip", "endip"))
    number = int(last) - int(first) + 1
    assert len(ranges) == 1
    assert number > 4
    wrong, missing = str(first + 1), str(last)
    answers(monkeypatch, lambda own: {wrong: ("192.0.2.1",), missing: ()}.get(own, (own,)))
    told = ask(consoles, resolve=True, public_range=True)
    assert [(each["address"], each["found"]) for each in told["dns_names"]] == [
        (str(first + at), {wrong: ["192.0.2.1"], missing: []}.get(str(first + at), [str(first + at)]))
        for at in range(number)
    ]
    found = {each["code"]: each["facts"]["names"] for each in told["findings"] if each["code"].startswith("range")}
    assert found == {
        "range_unresolved": [f"{missing.replace('.', '-')}.{SUFFIX}"],
        "range_elsewhere": [f"{wrong.replace('.', '-')}.{SUFFIX}"],
    }
    answers(monkeypatch, lambda own: (own,))
    assert codes(ask(consoles, resolve=True, public_range=True)) == []


@pytest.fixture
def shared(consoles: Consoles, monkeypatch: pytest.MonkeyPatch) -> Consoles:
    """All system VMs have one name, and its address is that of the console proxy."""
    consoles.turn_on()
    one, given = consoles.chain.server(SUFFIX), {"console_domain": SUFFIX, "storage_domain": SUFFIX}
    consoles.ensure(leaf=one, **given)
    consoles.ensure(leaf=one, **given)
    vms = consoles.site.api.ok("listSystemVms")["systemvm"]
    at(monkeypatch, next(vm["publicip"] for vm in vms if vm["systemvmtype"] == "consoleproxy"))
    return consoles


def at(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Where every name leads."""
    monkeypatch.setattr(f"{INTERFACE}.addresses_of_all", lambda names: [(address,) for _name in names])


def test_a_load_balancer_that_forwards_tls_is_proved_from_end_to_end(shared: Consoles) -> None:
    given = {"resolve": True, "root": shared.chain.root.pem, "balancer_port": shared.ports.console}
    assert codes(ask(shared, **given)) == []
    assert codes(ask(shared, **given, days=100)) == ["served_expires_soon"] * 3
    stranger = shared.chain.ca("Another Root", None)
    assert codes(ask(shared, **{**given, "root": stranger.pem})).count("balancer_certificate") == 1


def test_a_load_balancer_that_does_not_forward_is_a_finding(shared: Consoles) -> None:
    told = ask(shared, resolve=True, balancer_port=1)
    assert codes(told) == ["balancer_failed"]
    assert told["findings"][0]["facts"]["host_name"] == SUFFIX


def test_a_load_balancer_with_a_certificate_for_another_name_is_a_finding(
    shared: Consoles, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = shared.chain.server("elsewhere.example.test")
    at(monkeypatch, "127.250.0.9")
    with tls_port(own.pem + shared.chain.middle.pem, own.key_pem(), "127.250.0.9") as port:
        assert codes(ask(shared, resolve=True, balancer_port=port)) == ["balancer_certificate"]


def test_names_of_their_own_have_no_load_balancer(consoles: Consoles, monkeypatch: pytest.MonkeyPatch) -> None:
    consoles.turn_on()
    consoles.ensure()
    answers(monkeypatch, lambda own: (own,))
    assert codes(ask(consoles, resolve=True, balancer_port=1)) == []
