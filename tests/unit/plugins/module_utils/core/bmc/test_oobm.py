# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which level decides, what an address may be, and what one round of checks costs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.bmc import oobm
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.bmc.oobm import Oobm, OobmWish, Switches
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue

SWITCH = st.sampled_from([True, False, None])


@given(SWITCH, SWITCH, st.booleans(), st.booleans())
def test_the_widest_level_that_says_no_decides(zone: Any, cluster: Any, held: bool, configured: bool) -> None:
    seen = oobm.effective(held, configured, Switches(zone, cluster))
    blockers = [
        name
        for name, blocks in (
            ("zone", zone is False),
            ("cluster", cluster is False),
            ("not_configured", not configured),
            ("host", not held),
        )
        if blocks
    ]
    assert seen.state == ("disabled" if blockers else "enabled")
    assert seen.decided_by == (blockers[0] if blockers else "host")
    assert seen.certain is (bool(blockers) or None not in (zone, cluster))


@pytest.mark.parametrize("text", ["192.0.2.1", "2001:db8::1", "bmc1", "bmc1.example.net", "BMC-7.Example.NET."])
def test_addresses_and_names(text: str) -> None:
    assert oobm.is_host(text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "-oProxyCommand=x", "a b", "a/b", "a?b", "a#b", "user@host", "host:623", "1.2.3", "192.0.2.300", "a..b",
     "fe80::1%eth0", "x\n", "[::1]", "a" * 254, "é.example"],
)  # fmt: skip
def test_what_would_be_something_else_in_a_command_or_url(text: str) -> None:
    assert not oobm.is_host(text)


@given(st.text())
def test_no_text_that_passes_can_leave_its_place(text: str) -> None:
    if oobm.is_host(text):
        assert not set(text) & set(" /?#@%[]\n\r\t\0\\'\"`$;&|<>(){}!*")
        assert not text.startswith("-")


@pytest.mark.parametrize("text", ["0", "65536", "-1", "6 23", "", "623.0", "٦٢٣", "1" * 400])
def test_no_port(text: str) -> None:
    with pytest.raises(InvalidValue):
        oobm.port(text)


@given(st.integers(0, 20000), st.integers(1, 300), st.integers(1, 500))
def test_a_round_is_no_shorter_than_its_slowest_thread(hosts: int, timeout: int, pool: int) -> None:
    seconds = oobm.sweep_seconds(hosts, timeout, pool)
    assert seconds * pool == pytest.approx(hosts * timeout)
    warned = any("poolsize" in line for line in oobm.settings_warnings(hosts, timeout, pool, 4))
    assert warned is (hosts > pool)


def test_what_the_server_holds_completes_a_wish() -> None:
    held = Oobm("h", True, "ipmitool", "192.0.2.1", "6230", "admin", "s****")
    assert OobmWish(password="x").completed(held) == OobmWish("ipmitool", "192.0.2.1", "6230", "admin", "x")
    assert OobmWish(driver="redfish").completed(held).port == "443"
    assert OobmWish(address="b").completed(Oobm("h")) == OobmWish("ipmitool", "b", "623", None, None)


def test_names_differ_with_case_only_where_case_counts() -> None:
    held = Oobm("h", True, "ipmitool", "bmc1.example.net", "623", "admin")
    assert oobm.differs(OobmWish("IPMITOOL", "BMC1.example.net", "623", "admin"), held) == {}
    assert set(oobm.differs(OobmWish(username="Admin"), held)) == {"username"}


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_hint_never_denies_the_password_behind_it(password: str, other: str) -> None:
    hint = f"{password[:1]}****"
    assert oobm.hint_fits(hint, password)
    assert oobm.hint_fits(hint, other) is (other[:1] == password[:1])
