# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that compare the hosts of a cluster, and of the role host_base."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

Results = t.Iterable[t.Mapping[str, t.Any]]


def _facts(results: Results) -> list[t.Mapping[str, t.Any]]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.machine.check import facts_of

    try:
        return [facts_of(result) for result in results]
    except HostcraftError as error:
        raise AnsibleFilterError(error.message) from error


def cluster_findings(results: Results) -> list[dict[str, t.Any]]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import plain
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.check.cluster import judge_cluster

    return [plain(finding) for finding in judge_cluster(_facts(results))]


def cluster_cpu_baseline(results: Results) -> dict[str, t.Any]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import plain
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.check.cluster import baseline

    return plain(baseline(_facts(results)))


def hosts_file(text: str, entries: t.Mapping[str, str], own: str = "") -> str:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.hosts_file import with_names

    return with_names(text, {str(address): str(names) for address, names in entries.items()}, own)


class FilterModule:
    """hostcraft.cloudstack.cluster_findings, cluster_cpu_baseline and hosts_file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "cluster_findings": cluster_findings,
            "cluster_cpu_baseline": cluster_cpu_baseline,
            "hosts_file": hosts_file,
        }
