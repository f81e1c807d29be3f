# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What compute and disk offerings have in common: rates, guaranteed IOPS, and that most of it stays.

Source: DiskOfferingServiceImpl and ConfigurationManagerImpl of apache/cloudstack.
"""

from __future__ import annotations

import typing as t

from ..errors import InvalidValue, Reason

ANEW = "the server cannot change it: create another offering"


def check_rates(wanted: t.Mapping[str, t.Any], names: t.Iterable[str]) -> None:
    """Raises InvalidValue."""
    for name in names:
        if wanted.get(name) is not None and wanted[name] < 0:
            raise InvalidValue(name, wanted[name], "0 for no limit, or a higher number")


def check_pair(wanted: t.Mapping[str, t.Any], least: str, most: str) -> None:
    """Raises InvalidValue."""
    low, high = wanted.get(least), wanted.get(most)
    if low is not None and high is not None and low > high:
        raise InvalidValue(least, low, f"{high} ({most}) or less")


def fixed_iops(wanted: t.Mapping[str, t.Any], customized: str, least: str, most: str) -> t.Optional[bool]:
    """Whether users choose the IOPS. The server ignores IOPS unless it is told that they do not."""
    if wanted.get(customized) is None and (wanted.get(least) or wanted.get(most)):
        return False
    return t.cast("t.Optional[bool]", wanted.get(customized))


def reasons_against_iops(wanted: t.Mapping[str, t.Any], customized: str, least: str, most: str) -> t.Iterator[Reason]:
    if wanted.get(customized) and (wanted.get(least) or wanted.get(most)):
        message = f"users choose the IOPS of the disk, but {least} or {most} is set"
        yield Reason("iops_customized", message, f"omit them, or {customized}")
