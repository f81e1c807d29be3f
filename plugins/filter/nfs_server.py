# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of the role nfs_server: the file of exports, reasons not to write it, and what is not exported of it."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError

if t.TYPE_CHECKING:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers import nfs as core

Declared = t.Mapping[str, t.Any]


def nfs_exports(declared: Declared) -> str:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers import nfs as core

    try:
        return core.rendered(core.wanted(_declaration(declared)))
    except HostcraftError as error:
        raise AnsibleFilterError(f"nfs_server: {error.message}") from error


def nfs_exports_problems(declared: Declared, files: t.Mapping[str, str], mountinfo: str) -> list[str]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers import nfs as core

    try:
        core.checked_volumes(core.Volume(**volume) for volume in declared.get("iscsi") or ())
        found = core.problems(_declaration(declared), files, core.mounts_of(mountinfo))
    except HostcraftError as error:
        raise AnsibleFilterError(f"nfs_server: {error.message}") from error
    return [f"[{each.code}] {each.message} ({each.remedy})" for each in found]


def nfs_exports_warnings(files: t.Mapping[str, str]) -> list[str]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers import nfs as core

    return core.warnings(files)


def nfs_exports_missing(declared: Declared, shown: str) -> list[str]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers import nfs as core

    return core.missing(core.wanted(_declaration(declared)), shown)


def _declaration(declared: Declared) -> core.Declaration:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers import nfs as core

    shares = tuple(
        core.Share(str(each["path"]), tuple(each.get("networks") or ()), tuple(each.get("options") or ()))
        for each in declared.get("exports") or ()
    )
    more = {name: tuple(declared[name]) for name in ("file_systems",) if name in declared}
    return core.Declaration(
        shares,
        tuple(declared.get("networks") or ()),
        bool(declared.get("world")),
        bool(declared.get("asynchronous")),
        volumes=tuple(str(volume["path"]) for volume in declared.get("iscsi") or ()),
        **more,
    )


class FilterModule:
    """hostcraft.cloudstack.nfs_exports and its kin."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "nfs_exports": nfs_exports,
            "nfs_exports_problems": nfs_exports_problems,
            "nfs_exports_warnings": nfs_exports_warnings,
            "nfs_exports_missing": nfs_exports_missing,
        }
