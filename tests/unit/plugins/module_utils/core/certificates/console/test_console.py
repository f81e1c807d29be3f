# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What system VMs serve is judged: every code about it is planted. Names of URLs are those that CloudStack makes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.chain import Chain
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.console.change import (
    Seen,
    all_served,
    judge_served,
    links_of,
    places,
    surplus,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.console.domains import (
    Domain,
    domain,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.console.public_names import (
    PublicName,
    judge_names,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.console.served import (
    expected_of,
    judge_balancer,
    judge_name,
    judge_seen,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.console.table import (
    CONSOLE,
    SERVED,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.model import (
    DAY,
    Certificate,
    NotServed,
    Served,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.system_vms.vm import CONSOLE as PROXY
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.system_vms.vm import STORAGE, SystemVm

GUIDE = Path(__file__).resolve().parents[7] / "docs" / "guides" / "console_proxy.md"
NOW = 1_800_000_000.0
VM = SystemVm("1", "v-1-VM", PROXY, "Running", "z", "zurich", "192.0.2.10", 2)
NAME = "192-0-2-10.consoles.example.com"


def certificate(name: str, **changes: object) -> Certificate:
    names = ("*.consoles.example.com",) if name == "leaf" else ()
    made = Certificate(f"CN={name}", "CN=root", NOW - DAY, NOW + 90 * DAY, name, names, fingerprint=name, serial="1")
    return replace(made, **changes)  # type: ignore[arg-type]


LEAF, MIDDLE, ROOT = certificate("leaf"), certificate("middle"), certificate("root")
CHAIN = Chain(LEAF, (MIDDLE, ROOT))


def seen(*served: Certificate, **how: object) -> Seen:
    return Seen(VM, NAME, Served(served or (LEAF, MIDDLE, ROOT), True, **how))  # type: ignore[arg-type]


PLANTED = {
    "served_none": judge_served(Seen(VM, NAME, NotServed("no_tls", "it does not speak TLS")), CHAIN),
    "served_other": judge_served(seen(certificate("old")), CHAIN),
    "served_incomplete": judge_served(seen(LEAF, ROOT), CHAIN),
    "not_reached": judge_served(Seen(VM, NAME, NotServed("silent", "no answer")), CHAIN),
    "served_more": surplus(seen(LEAF, MIDDLE, ROOT, certificate("old root")), CHAIN),
    "served_expired": judge_seen(seen(replace(LEAF, not_after=NOW - DAY)), 30, NOW),
    "served_expires_soon": judge_seen(seen(replace(LEAF, not_after=NOW + 5 * DAY)), 30, NOW),
    "served_not_yet_valid": judge_seen(seen(replace(LEAF, not_before=NOW + DAY)), 30, NOW),
    "served_name": judge_seen(seen(replace(LEAF, names=("*.example.com",))), 30, NOW),
    "name_unresolved": judge_name(seen(), False, ()),
    "name_elsewhere": judge_name(seen(), True, ("192.0.2.99",)),
    "range_unresolved": judge_names([PublicName("a.example", "192.0.2.1")], 0),
    "range_elsewhere": judge_names([PublicName("a.example", "192.0.2.1", ("192.0.2.2",))], 0),
    "balancer_failed": judge_balancer(NAME, "192.0.2.9", 443, NotServed("refused", "refused"), 30, NOW),
    "balancer_certificate": judge_balancer("a.example", "192.0.2.9", 443, Served((LEAF,), True), 30, NOW),
    "plain_text": expected_of(PROXY, "", "true").findings(),
}


@pytest.mark.parametrize("code", PLANTED)
def test_each_fault_of_what_is_served_is_found(code: str) -> None:
    (found,) = PLANTED[code]
    assert found.code == code


def test_no_code_is_left_out() -> None:
    assert {check.code for group in SERVED for check in group} == set(PLANTED)


def test_what_is_right_has_no_findings() -> None:
    right = seen(trusted=True)
    assert [*judge_served(right, CHAIN), *surplus(right, CHAIN), *judge_seen(right, 30, NOW)] == []
    assert list(expected_of(PROXY, "*.consoles.example.com", "true").findings()) == []


def test_a_name_is_found_by_one_of_its_addresses_or_at_a_load_balancer() -> None:
    assert list(judge_name(seen(), True, ("2001:db8::1", VM.address))) == []
    assert list(judge_name(seen(), False, ("198.51.100.1",))) == []


def test_a_chain_without_its_root_is_served_in_full() -> None:
    assert list(judge_served(seen(LEAF, MIDDLE), CHAIN)) == []


def test_an_untrusted_chain_is_told_once() -> None:
    expired = seen(replace(LEAF, not_after=NOW - DAY), trusted=False, reason="certificate has expired")
    assert [each.code for each in judge_seen(expired, 30, NOW)] == ["served_expired"]
    broken = seen(trusted=False, reason="unable to get local issuer certificate")
    assert [each.code for each in judge_seen(broken, 30, NOW)] == ["served_incomplete"]
    assert [each.code for each in judge_served(broken, CHAIN)] == ["served_incomplete"]


def test_all_are_served_only_when_as_many_run_as_before() -> None:
    other = Seen(replace(VM, id="2", kind=STORAGE), NAME, seen().answer)
    before = places((seen(), other))
    assert all_served((seen(), other), CHAIN, before)
    assert not all_served((seen(),), CHAIN, before)
    assert not all_served((seen(), replace(other, vm=replace(other.vm, state="Starting"), answer=None)), CHAIN, before)
    assert not all_served((seen(certificate("old")), other), CHAIN, before)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("*.consoles.example.com", Domain("consoles.example.com", True)),
        ("Consoles.Example.com", Domain("consoles.example.com", False)),
    ],
)
def test_names_of_urls(text: str, made: Domain) -> None:
    held = domain("console_domain", text)
    assert held == made
    assert held.host_name("192.0.2.10") == (NAME if made.wildcard else "consoles.example.com")
    assert str(held) == text.lower()


@pytest.mark.parametrize(
    "text", ["", "*", "*.", "com", "*.com", "a..b", "-a.b", "a.b.", "a b.c", "*.*.a.b", "x" * 64 + ".b"]
)
def test_what_is_no_domain_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        domain("console_domain", text)


def test_rows_are_numbered_from_the_root_and_leave_its_place_free() -> None:
    root = replace(ROOT, issuer="CN=root", subject="CN=root")
    whole = links_of(Chain(LEAF, (MIDDLE, root)))
    assert [(each.index, each.name) for each in whole] == [(1, "root"), (2, "intermediate1")]
    assert [(each.index, each.name) for each in links_of(Chain(LEAF, (replace(MIDDLE, issuer="CN=x"),)))] == [
        (2, "intermediate1")
    ]
    assert links_of(Chain(root)) == ()


def test_the_guide_tells_every_code() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert [code for code in CONSOLE.by_code if f"`{code}`" not in text] == []


def test_kinds_of_system_vms_have_their_plural() -> None:
    (found,) = expected_of(PROXY, "", "true").findings()
    assert "console proxies, no domain is set" in found.evidence.casefold()
