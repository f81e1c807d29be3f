# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module that looks at storage on a host before it is added."""

from __future__ import annotations

from ...adapters.linux.export import look_at, look_at_export
from ...core.change import Outcome
from ...core.errors import InvalidValue
from ...core.zone.storage import parts_of
from ..fields import Spec, seconds
from ..module import Module, carry_out

OPTIONS: Spec = {
    "url": {"type": "str", "required": True},
    "mount_options": {"type": "str", "default": ""},
    "timeout": {"type": "float", "default": 60},
}
KINDS = ("nfs", "sharedmountpoint", "file")


def content() -> None:
    """The body of cs_storage_content."""
    module = Module(argument_spec=dict(OPTIONS), supports_check_mode=True)
    params = module.params

    def work() -> Outcome:
        url, limit = str(params["url"]), seconds("timeout", params["timeout"])
        scheme, _user, host, path = parts_of(url)
        if scheme not in KINDS or path == "/" or (scheme == "nfs" and (not host or host.startswith("-"))):
            raise InvalidValue("url", url, "nfs://SERVER/PATH, SharedMountPoint://localhost/PATH or file:///PATH")
        seen = look_at_export(host, path, params["mount_options"], limit) if scheme == "nfs" else look_at(path)
        return Outcome(False, result=seen.told(url))

    carry_out(module, work)
