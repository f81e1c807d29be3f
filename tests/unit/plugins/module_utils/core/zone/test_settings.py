# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings compared and checked by their own type."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.settings import (
    Setting,
    check,
    doubt,
    same_value,
)


@pytest.mark.parametrize(
    ("kind", "wanted", "held", "same"),
    [
        ("Decimal", "2", "2.0", True),
        ("Decimal", "2.5", "2.50", True),
        ("Decimal", "2", "2.1", False),
        ("Decimal", "20", "2E+1", True),
        ("Number", "500", "0500", True),
        ("Number", "500", "5000", False),
        ("Range", "0.85", ".85", True),
        ("Boolean", "True", "true", True),
        ("Boolean", "no", "false", True),
        ("Boolean", "true", "false", False),
        ("CSV", "a, b", "a,b", True),
        ("CSV", "b,a", "a,b", False),
        ("WhitespaceSeparatedListWithOptions", "a  b", "a b", True),
        ("WhitespaceSeparatedListWithOptions", "a b", "a c", False),
        ("String", "2", "2.0", False),
        ("String", "true", "True", False),
        ("String", "", "", True),
        ("Decimal", "", "1.0", False),
    ],
)
def test_values_mean_the_same(kind: str, wanted: str, held: str, same: bool) -> None:
    assert same_value(Setting("s", held, type=kind), wanted) is same
    assert same_value(Setting("s", wanted, type=kind), held) is same


@pytest.mark.parametrize(
    ("kind", "value", "sent"),
    [
        ("Number", "500", "500"),
        ("Number", "2.0", "2"),
        ("Number", "1e3", "1000"),
        ("Number", "-1", "-1"),
        ("Decimal", "2.0", "2.0"),
        ("Decimal", "2", "2"),
        ("Decimal", " 0.85 ", "0.85"),
        ("Boolean", "True", "true"),
        ("Boolean", "No", "false"),
        ("String", " as it is ", " as it is "),
        ("CSV", "a, b", "a, b"),
    ],
)
def test_a_value_as_the_server_takes_it(kind: str, value: str, sent: str) -> None:
    assert check(Setting("s", type=kind), value) == sent


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("Number", "many"),
        ("Number", "1.5"),
        ("Number", ""),
        ("Number", "Infinity"),
        ("Decimal", "1,5"),
        ("Decimal", "NaN"),
        ("Decimal", "sNaN"),
        ("Boolean", "perhaps"),
        ("Boolean", ""),
    ],
)
def test_a_value_of_another_type_is_refused_by_name_and_value(kind: str, value: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        check(Setting("cpu.factor", type=kind), value)
    assert caught.value.message.startswith(f"cpu.factor={value!r}")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1000, max_value=1000))
def test_a_checked_decimal_is_plain_digits_of_the_same_number(number: Decimal) -> None:
    sent = check(Setting("s", type="Decimal"), str(number))
    assert Decimal(sent) == number
    assert set(sent) <= set("-.0123456789")
    assert same_value(Setting("s", sent, type="Decimal"), str(number))


@given(st.text(), st.sampled_from(["Number", "Decimal", "Boolean", "CSV", "String", "Range", "Order"]))
def test_any_text_is_what_it_is(value: str, kind: str) -> None:
    assert same_value(Setting("s", value, type=kind), value)


def test_a_setting_that_is_no_number_is_named() -> None:
    assert Setting("cluster.cpu.allocated.capacity.disablethreshold", "0.85").number() == 0.85
    with pytest.raises(InvalidValue, match=r"setting cpu\.overprovisioning\.factor='1,5' is not valid: .* a number"):
        Setting("cpu.overprovisioning.factor", "1,5").number()


@pytest.mark.parametrize(
    ("name", "kind", "value", "right"),
    [
        ("expunge.interval", "Number", "0", "a number above 0"),
        ("Ping.Interval", "Number", "-5", "a number above 0"),
        ("wait", "", "-1", "a number above 0"),
        ("mem.overprovisioning.factor", "Decimal", "0", "a number above 0"),
        ("cluster.cpu.allocated.capacity.disablethreshold", "Decimal", "85", "a number from 0 to 1"),
        ("zone.vlan.capacity.notificationthreshold", "", "-0.1", "a number from 0 to 1"),
        ("cluster.memory.allocated.capacity.disablethreshold", "Range", "1.01", "a number from 0 to 1"),
        ("mac.identifier", "Number", "256", "a number from 0 to 255"),
        ("remote.access.vpn.psk.length", "Number", "7", "a number from 8 to 256"),
        ("vm.password.length", "Number", "5", "a number of at least 6"),
    ],
)
def test_a_number_that_the_server_refuses(name: str, kind: str, value: str, right: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        check(Setting(name, type=kind), value)
    assert caught.value.message == f"{name}={value!r} is not valid: expected {right}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("expunge.interval", "1"),
        ("mem.overprovisioning.factor", "0.5"),
        ("cluster.cpu.allocated.capacity.disablethreshold", "1"),
        ("zone.vlan.capacity.notificationthreshold", "0"),
        ("vm.password.length", "6"),
        ("router.stats.interval", "0"),
        ("max.account.user.vms", "-1"),
    ],
)
def test_a_number_that_the_server_takes(name: str, value: str) -> None:
    assert check(Setting(name, type="Decimal", default="3"), value) == value
    assert why(Setting(name, type="Decimal", default="3"), value) == ""


@pytest.mark.parametrize(
    ("kind", "value", "release", "right"),
    [
        ("", "0.5", (4, 11, 3, 0), "a number of at least 1"),
        ("", "0.99", (4, 16, 1, 0), "a number of at least 1"),
        ("", "1", (4, 11, 3, 0), ""),
        ("", "0.5", (4, 17, 0, 0), ""),
        ("", "0.5", (), ""),
        ("Decimal", "0.5", (), ""),
        ("Decimal", "0", (4, 20, 0, 0), "a number above 0"),
    ],
)
@pytest.mark.parametrize("kept", ["cpu", "mem", "storage"])
def test_a_factor_below_one(kept: str, kind: str, value: str, release: tuple[int, ...], right: str) -> None:
    setting = Setting(f"{kept}.overprovisioning.factor", type=kind)
    if not right:
        assert check(setting, value, release) == value
        return
    with pytest.raises(InvalidValue) as caught:
        check(setting, value, release)
    assert caught.value.message.endswith(f"expected {right}")


def why(setting: Setting, value: str) -> str:
    found = doubt(setting, value)
    return found.text if found else ""


def test_a_factor_that_older_servers_refuse() -> None:
    name = "cpu.overprovisioning.factor"
    assert why(Setting(name), "0.5") == ""
    assert why(Setting(name, type=""), "0.5") == f"CloudStack before 4.17 refuses {name} below 1"
    assert why(Setting(name, type=""), "1") == ""


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("pool.storage.allocated.capacity.disablethreshold", "Range"),
        ("pool.storage.capacity.disablethreshold", ""),
        ("cluster.cpu.allocated.capacity.notificationthreshold", "Decimal"),
        ("cluster.storage.capacity.notificationthreshold", ""),
        ("zone.vlan.capacity.notificationthreshold", "Range"),
        ("some.new.share", "Range"),
    ],
)
def test_a_share_of_which_the_server_takes_any_number(name: str, kind: str) -> None:
    """It checks those of Java's type Float, and none of the type Double."""
    setting = Setting(name, type=kind)
    for value in ("1.5", "-1"):
        assert check(setting, value) == value
        assert why(setting, value) == f"{name} is a share, and {value} is not from 0 to 1"
    assert why(setting, "1") == ""


@pytest.mark.parametrize("name", ["expunge.delay", "network.gc.wait", "direct.agent.scan.interval", "job.timeout.long"])
def test_a_time_before_zero_is_hardly_meant(name: str) -> None:
    assert why(Setting(name, type="Number", default="86400"), "-5") == f"{name} is a time, and -5 is less than 0"
    for value, default in (("5", "86400"), ("0", "86400"), ("-5", "0"), ("-5", "-1"), ("-5", None), ("soon", "1")):
        assert why(Setting(name, type="Number", default=default), value) == ""


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("vm.stats.max.retention.time", ""),
        ("some.timeout", "Seconds. The cleanup is disabled if this is set to 0 or less than 0."),
        ("some.timeout", "Seconds; a negative value means without end"),
        ("some.timeout", "Seconds (-1 for no limit)"),
    ],
)
def test_a_time_that_a_number_below_zero_switches_off(name: str, description: str) -> None:
    assert why(Setting(name, type="Number", default="720", description=description), "-1") == ""


@pytest.mark.parametrize("description", ["Must not be negative", "From 10-100 seconds", "", "0 or more"])
def test_a_time_whose_description_says_nothing_of_it(description: str) -> None:
    assert why(Setting("some.timeout", type="Number", default="720", description=description), "-1") != ""
