# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values as servers of every locale and version write them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack import readers
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.readers import Broadcast
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.records import Record

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
READERS = [
    readers.number,
    readers.whole,
    readers.flag,
    readers.names,
    readers.moment,
    readers.broadcast,
    readers.ranges,
    readers.url,
    readers.address,
    readers.place,
    readers.scalar,
]


@pytest.mark.parametrize("read", READERS, ids=lambda read: str(read.__name__))
@given(value=JSON | st.text(alphabet="0123456789.,-+eE%:/ GMBhzivlanpc", max_size=30))
def test_every_reader_is_total(read: Any, value: object) -> None:
    read(value)


# Digits and decimal signs of locales that a management server may run in.
DIGITS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९")


@given(
    st.integers(-(10**15), 10**15),
    st.integers(0, 99),
    st.sampled_from(".,\u066b"),
    st.sampled_from(DIGITS),
    st.sampled_from(["", " Ghz", "GHz", "\u00a0GHz"]),
    st.sampled_from("-−"),
)
def test_a_figure_of_any_locale(units: int, cents: int, sign: str, digits: str, unit: str, minus: str) -> None:
    text = f"{abs(units)}.{cents:02d}".translate(str.maketrans("0123456789.", f"{digits}{sign}"))
    text = (minus if units < 0 else "") + text + unit
    exact = Decimal(f"{'-' if units < 0 else ''}{abs(units)}.{cents:02d}") * (1000 if unit else 1)
    assert readers.number(text, "MHz") == exact
    assert readers.whole(text, "MHz") == int(exact)


@given(
    st.integers(1000, 10**12),
    st.integers(1, 99),
    st.sampled_from([(",", "."), (".", ","), ("\u202f", ","), ("\u2019", ".")]),
)
def test_digits_in_groups(units: int, cents: int, signs: tuple[str, str]) -> None:
    grouping, sign = signs
    text = f"{units:,}".replace(",", grouping) + f"{sign}{cents:02d}"
    assert readers.number(text) == Decimal(f"{units}.{cents:02d}")


@pytest.mark.parametrize(
    ("value", "unit", "right"),
    [
        ("46811,5", "MHz", "46811.5"),  # cs#4593
        ("24,74%", "%", "24.74"),  # cs#5300
        ("256.00 Ghz", "MHz", "256000"),  # T2, listZonesMetrics
        ("32.00 GB", "B", str(32 << 30)),
        ("512", "MiB", "512"),
        ("2 GB", "MiB", "2048"),
        ("20 GB", "GB", "20"),
        ("1 TiB", "GB", "1024"),
        ("512 MB", "GB", "0.5"),
        ("1.0E7", "", "10000000"),
        ("12,34,567", "", "1234567"),
        (7, "", "7"),
        (0, "", "0"),
    ],
)
def test_figures_with_units(value: object, unit: str, right: str) -> None:
    assert readers.number(value, unit) == Decimal(right)


@pytest.mark.parametrize(
    "value",
    [
        True, None, [], {}, "", " ", "eight", "8 cores", "2.2 GHz", "24.74%", "NaN", "∞", float("inf"), float("nan"),
        "1 2", "1,2,3", "1.2.3", "1e400", "9" * 4000, "--1", "0x10", "1_000",
    ],
)  # fmt: skip
def test_what_is_no_number_without_a_unit(value: object) -> None:
    assert readers.number(value) is None


# Decimal has 28 digits.
SHORT = st.integers(-(10**27), 10**27)


@given(st.one_of(SHORT, SHORT.map(str), st.text("0123456789", max_size=28), st.text(max_size=3)))
def test_a_number_in_digits_alone_is_read_as_any_other(value: object) -> None:
    slow = readers.number(value)
    assert readers.plain_whole(value) in (None, slow)
    assert readers.whole(value) == (None if slow is None else int(slow))


@pytest.mark.parametrize("text", ["46,811", "46.811", "1,125 GHz"])
def test_a_whole_number_that_may_be_a_thousand_times_as_large_is_unknown(text: str) -> None:
    assert readers.whole(text, "MHz") is None


@pytest.mark.parametrize(
    ("value", "right"),
    [
        (True, True), (False, False), ("true", True), ("FALSE", False), (1, True), (0, False), ("1", True),
        ("no", False), (" Yes ", True), (2, None), ("maybe", None), (None, None), ([], None), ({}, None), (0.5, None),
    ],
)  # fmt: skip
def test_flags(value: object, right: bool | None) -> None:
    assert readers.flag(value) is right


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("a,b", ("a", "b")), (["a,b", "c"], ("a", "b", "c")), (["a", " b "], ("a", "b")), ("", ()), ([], ()),
        (5, ("5",)), ([1, 2], ("1", "2")), ([{}], None), (["a", None], None), ({}, None), (True, None),
    ],
)  # fmt: skip
def test_lists(value: object, right: tuple[str, ...] | None) -> None:
    assert readers.names(value) == right


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("vlan://500", Broadcast("vlan", ((500, 500),))),
        ("500", Broadcast("vlan", ((500, 500),))),
        (500, Broadcast("vlan", ((500, 500),))),
        ("vlan://untagged", Broadcast("vlan")),
        ("pvlan://1030-i1031", Broadcast("pvlan", ((1030, 1030), (1031, 1031)))),
        ("pvlan://1030-p1030", Broadcast("pvlan", ((1030, 1030),))),
        ("vlan://3001,3002", Broadcast("vlan", ((3001, 3001), (3002, 3002)))),
        ("vlan://3001-3020", Broadcast("vlan", ((3001, 3020),))),
        ("VXLAN://5000", Broadcast("vxlan", ((5000, 5000),))),
        ("lswitch://0f9c-77", Broadcast("lswitch")),
        ("vlan://600-500", None),
        ("vlan://5x", None),
        ("vlan://", None),
        ("pvlan://1030-i", None),
        ("N/A", None),
        (None, None),
        (True, None),
        ([], None),
    ],
)
def test_broadcast_uris(value: object, right: Broadcast | None) -> None:
    assert readers.broadcast(value) == right


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("2021-08-03T05:54:17+0000", "2021-08-03T05:54:17+00:00"),
        ("2021-08-03T07:54:17+02:00", "2021-08-03T07:54:17+02:00"),
        ("2021-08-03T05:54:17.25Z", "2021-08-03T05:54:17.250000+00:00"),
        ("2021-08-03 05:54", "2021-08-03T05:54:00+00:00"),
        (1627970057, "2021-08-03T05:54:17+00:00"),
        (1627970057000, "2021-08-03T05:54:17+00:00"),
        ("yesterday", ""), ("2021-02-30", ""), ("2021-08-03T05:54:17+9900", ""), (True, ""), ([], ""), (None, ""),
    ],
)  # fmt: skip
def test_dates(value: object, right: str) -> None:
    found = readers.moment(value)
    assert (found.isoformat() if found else "") == right


@pytest.mark.parametrize("text", ["192.0.2.1", "2001:db8::1", "::1"])
def test_addresses(text: str) -> None:
    assert (readers.address(text), readers.place(text)) == (text, text)


@pytest.mark.parametrize(
    "text",
    [
        "192.0.2.1/24", "192.0.2.1?x=1", "h/system?command=touch", "-oProxyCommand=x", "fe80::1%eth0; x", "a b", "",
        "a\nb", "..", "-a", "a-", "a" * 64, "{{ x }}", "$(x)", "a%00", "user@host", "host:22",
    ],
)  # fmt: skip
def test_what_is_no_place(text: str) -> None:
    assert (readers.address(text), readers.place(text)) == (None, None)


def test_a_value_that_cannot_be_read_is_told_with_its_field_and_object() -> None:
    told: list[str] = []
    read = Record({"name": "kvm01", "cpunumber": "many", "memorytotal": [], "id": "h1"}, "host", told.append)
    assert (read.whole("cpunumber"), read.whole("memorytotal", "B"), read.whole("cpusockets")) == (None, None, None)
    assert told == [
        "host kvm01: cpunumber is 'many', which is not a whole number; it is treated as unknown",
        "host kvm01: memorytotal is a list, which is not a whole number (B); it is treated as unknown",
    ]


@given(
    st.datetimes().map(lambda each: each.strftime("%Y-%m-%dT%H:%M:%S"))
    | st.text(alphabet="0123456789-:T", max_size=19)
    | st.sampled_from(["2021-02-29T05:54:17", "0021-08-03T05:54:17", "2021-08-03T24:54:17", "2021-08-03T05:54:60"]),
    st.sampled_from(["+0000", "-0000", "+0200", "-0330", "+1400", "Z", "+02:00", "+0060", ""]),
)
def test_a_date_of_the_api_stays_as_it_is_where_reading_it_would_not_change_it(text: str, zone: str) -> None:
    read = readers.moment(text + zone)
    if readers.is_moment(text + zone):
        assert read is not None
        assert read.strftime("%Y-%m-%dT%H:%M:%S%z") == text + zone
    assert readers.is_moment("2021-08-03T05:54:17+0000")


@given(JSON, JSON, JSON)
def test_a_field_that_is_already_of_its_kind_is_read_as_any_other(
    first: object, second: object, number: object
) -> None:
    """The readers are what judges; a record takes a shorter way for plain values."""
    told: list[str] = []
    record = Record({"a": first, "b": second, "n": number}, "thing", told.append)
    assert record.word("a") == readers.scalar(first)
    assert record.text("a", "b") == (readers.scalar(first) or readers.scalar(second) or "")
    assert record.whole("n", "B") == readers.whole(number, "B")
