# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disk offerings: size, tags, limits of rates, and what can be changed of them.

Source: 4.11.1 documentation, "Creating a New Disk Offering"; DiskOfferingServiceImpl of apache/cloudstack.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..change import Rules, same_flag, same_set, same_word
from ..errors import InvalidValue, Reason
from .offerings import ANEW, check_pair, check_rates, reasons_against_iops

KIND = "disk offering"
IOPS = ("customized_iops", "iops_min", "iops_max")
# Each with the names of its burst and of the burst's length in seconds.
RATES = {
    rate: (f"{rate}_max", f"{rate}_max_length")
    for rate in ("bytes_read_rate", "bytes_write_rate", "iops_read_rate", "iops_write_rate")
}
ALL_RATES = tuple(name for rate, burst in RATES.items() for name in (rate, *burst))


@dataclass(frozen=True)
class DiskOffering:
    """disk_size in GB; rates in bytes or operations per second. domain_ids, zone_ids: limits, empty for everywhere."""

    id: str
    name: str
    display_text: t.Optional[str] = None
    state: str = ""
    disk_size: t.Optional[int] = None
    customized: t.Optional[bool] = None
    display_offering: t.Optional[bool] = None
    storage_type: str = ""
    provisioning_type: str = ""
    storage_tags: tuple[str, ...] = ()
    cache_mode: t.Optional[str] = None
    bytes_read_rate: t.Optional[int] = None
    bytes_read_rate_max: t.Optional[int] = None
    bytes_read_rate_max_length: t.Optional[int] = None
    bytes_write_rate: t.Optional[int] = None
    bytes_write_rate_max: t.Optional[int] = None
    bytes_write_rate_max_length: t.Optional[int] = None
    iops_read_rate: t.Optional[int] = None
    iops_read_rate_max: t.Optional[int] = None
    iops_read_rate_max_length: t.Optional[int] = None
    iops_write_rate: t.Optional[int] = None
    iops_write_rate_max: t.Optional[int] = None
    iops_write_rate_max_length: t.Optional[int] = None
    customized_iops: t.Optional[bool] = None
    iops_min: t.Optional[int] = None
    iops_max: t.Optional[int] = None
    hypervisor_snapshot_reserve: t.Optional[int] = None
    disk_size_strictness: t.Optional[bool] = None
    encrypt: t.Optional[bool] = None
    domain_ids: tuple[str, ...] = ()
    zone_ids: tuple[str, ...] = ()
    created: t.Optional[str] = None


def same_rate(wanted: t.Optional[int], held: t.Optional[int]) -> bool:
    """No limit is 0, or nothing."""
    return (wanted or 0) == (held or 0)


def same_mode(wanted: t.Optional[str], held: t.Optional[str]) -> bool:
    return same_word(wanted or "none", held or "none")


DISK_OFFERING = Rules(
    kind=KIND,
    required=("name",),
    fixed=dict.fromkeys(
        (
            *("disk_size", "customized", "storage_type", "provisioning_type", *IOPS),
            *("hypervisor_snapshot_reserve", "disk_size_strictness", "encrypt"),
        ),
        ANEW,
    ),
    same={
        **dict.fromkeys(("disk_size_strictness", "encrypt"), same_flag),
        **dict.fromkeys(ALL_RATES, same_rate),
        **dict.fromkeys(("iops_min", "iops_max"), same_rate),
        **dict.fromkeys(("storage_type", "provisioning_type"), same_word),
        **dict.fromkeys(("storage_tags", "domain_ids", "zone_ids"), same_set),
        "cache_mode": same_mode,
    },
)


def check_wanted(wanted: t.Mapping[str, t.Any], held: t.Optional[DiskOffering]) -> None:
    """Whether each number can be one, and each burst is at least its rate. Raises InvalidValue."""
    check_rates(wanted, (*ALL_RATES, "iops_min", "iops_max", "hypervisor_snapshot_reserve"))
    if wanted.get("disk_size") is not None and wanted["disk_size"] < 1 and not wanted.get("customized"):
        raise InvalidValue("disk_size", wanted["disk_size"], "a number of GB above 0")
    check_pair(wanted, "iops_min", "iops_max")
    for rate, (burst, _length) in RATES.items():
        both = {
            name: getattr(held, name) or None if wanted.get(name) is None and held else wanted.get(name) or None
            for name in (rate, burst)
        }
        check_pair(both, rate, burst)


def lacking(wanted: t.Mapping[str, t.Any]) -> list[str]:
    """The options that a new offering lacks."""
    missing = [] if wanted.get("customized") or wanted.get("disk_size") else ["disk_size"]
    if bool(wanted.get("iops_min")) != bool(wanted.get("iops_max")):
        missing.append("iops_max" if wanted.get("iops_min") else "iops_min")
    return missing


def reasons_against_new(wanted: t.Mapping[str, t.Any]) -> t.Iterator[Reason]:
    """Why the server would refuse a new offering."""
    if wanted.get("customized") and wanted.get("disk_size"):
        message = f"users choose the size of a customized offering, but disk_size is {wanted['disk_size']}"
        yield Reason("size_customized", message, "omit disk_size, or customized")
    yield from reasons_against_iops(wanted, *IOPS)


def reasons_against_change(wanted: t.Mapping[str, t.Any], held: DiskOffering) -> t.Iterator[Reason]:
    """The server ignores a rate of 0, so that no rate can be taken away."""
    for name in ALL_RATES:
        if wanted.get(name) == 0 and getattr(held, name):
            message = f"{name} is {getattr(held, name)}, and the server cannot remove it"
            yield Reason("rate_stays", message, "set another rate, or create another offering", {"field": name})
