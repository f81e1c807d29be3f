# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of the playbook collect_logs."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError


def collected_logs(texts: t.Mapping[str, str], term: str) -> dict[str, t.Any]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers import logs as core

    try:
        found = [str(text) for text in texts.values()]
        return {
            "name": core.file_name(term),
            "contexts": core.contexts(term, found),
            "text": core.collected({str(host): str(text) for host, text in texts.items()}),
        }
    except HostcraftError as error:
        raise AnsibleFilterError(error.message) from error


class FilterModule:
    """hostcraft.cloudstack.collected_logs."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"collected_logs": collected_logs}
