# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Candidates of a network change before anything is touched: read by the back-end's own parser at their own places.

A copy of the back-end's folders with the candidates in it is mounted over the real ones, in a mount namespace that
ends with the parser (unshare(1)).
"""

from __future__ import annotations

import configparser
import os
import re
import shutil
import tempfile

from ....core.machine_network.change.model import NetworkChange, NetworkCheck
from . import files
from .running import Ended, run

# Nothing has changed yet: a busy host may take its time.
PARSER_SECONDS = 60.0
# systemd-networkd as root in a namespace of its own: no bus, and not the running one's state.
ALONE = """
mount -t tmpfs -o mode=0755 tmpfs /run/systemd/netif && chown systemd-network: /run/systemd/netif
mount -t tmpfs tmpfs /run/dbus
export SYSTEMD_LOG_TARGET=console
"""


class Candidates:
    """A copy of the back-end's folders in which the change is made already. Use as a context."""

    def __init__(self, change: NetworkChange) -> None:
        self._change = change
        tops = {os.path.dirname(pattern) for pattern in change.backend.managed}
        self._folders = sorted(top for top in tops if not any(top.startswith(f"{other}/") for other in tops))

    def __enter__(self) -> Candidates:
        self.root = tempfile.mkdtemp(prefix="hostcraft-network-")
        for folder in self._folders:
            copy = self.root + folder
            if os.path.isdir(folder):
                shutil.copytree(folder, copy, symlinks=True)
            os.makedirs(copy, exist_ok=True)
        for path in self._change.absent:
            files.unlinked(self.root + path)
        for file in self._change.files:
            os.makedirs(os.path.dirname(self.root + file.path), exist_ok=True)
            files.unlinked(self.root + file.path)
            files.written(self.root + file.path, file.content.encode(), file.mode)
        return self

    def __exit__(self, *_exception: object) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    def complaints(self) -> tuple[str, ...]:
        """What the back-end's parser says against the candidates."""
        found: list[str] = []
        for check in self._change.backend.validate:
            texts = [file.content for file in self._change.files] if check.each else [""]
            for text in texts:
                found += _against(check, self._run(check, text), self.root)
        return tuple(dict.fromkeys(found))

    def definition(self, interface: str) -> str:
        """What ifquery(8) says of an interface by the candidates; "" where it is not defined."""
        ended = self._run(NetworkCheck(("ifquery", interface)), "")
        return ended.out if ended.status == 0 else ""

    def interfaces(self) -> tuple[str, ...]:
        """What ifquery(8) lists by the candidates: those brought up at boot or by an event, but lo."""
        ended = self._run(NetworkCheck(("ifquery", "--list", "--all", "--allow", "hotplug")), "")
        more = self._run(NetworkCheck(("ifquery", "--list", "--all")), "")
        names = (ended.out if ended.status == 0 else "").split() + (more.out if more.status == 0 else "").split()
        return tuple(dict.fromkeys(name for name in names if name != "lo"))

    def _run(self, check: NetworkCheck, text: str) -> Ended:
        binds = "".join(
            f'mkdir -p "{folder}" && mount --bind "{self.root}{folder}" "{folder}" || exit 125\n'
            for folder in self._folders
        )
        script = binds + (ALONE if check.isolated else "") + 'exec "$@"'
        words = [word.replace("{root}", self.root) for word in check.command]
        space = ["unshare", "--mount", "--propagation", "private", *(["--net"] if check.isolated else [])]
        return run((*space, "sh", "-c", script, "sh", *words), PARSER_SECONDS, text, check.until)


def _against(check: NetworkCheck, ended: Ended, root: str) -> list[str]:
    lines = [line.replace(root, "") for line in ended.out.splitlines() if line.strip()]
    found = [line for line in lines if check.complaints and re.search(check.complaints, line)]
    if ended.status != 0 and not (check.until and ended.status == 124) and not found:
        late = f"did not finish within {PARSER_SECONDS:g} s; repeat it when the host is less busy"
        why = late if ended.status == 124 else f"failed with exit status {ended.status}"
        found = lines[-5:] or [f"{check.command[0]} {why}"]
    return found


def changed_interfaces(change: NetworkChange, drifted: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What ifupdown has to take down by the files of now, and to bring up by the candidates: where these differ."""
    with Candidates(NetworkChange(change.backend)) as held, Candidates(change) as wanted:
        names = dict.fromkeys((*held.interfaces(), *wanted.interfaces()))
        old = {name: held.definition(name) for name in names}
        new = {name: wanted.definition(name) for name in names}
    differing = [name for name in names if old[name] != new[name] or name in drifted]
    return tuple(name for name in differing if old[name]), tuple(name for name in differing if new[name])


def connection_uuids(change: NetworkChange) -> tuple[str, ...]:
    """UUIDs of the changed keyfiles: ports first, then what they belong to, which comes up with them."""
    found = []
    for file in change.files:
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            parser.read_string(file.content)
        except configparser.Error:
            continue
        uuid = parser.get("connection", "uuid", fallback="")
        is_port = any(parser.has_option("connection", key) for key in ("master", "controller"))
        if uuid and not files.is_as_wanted(file, files.kept(files.place(file.path))):
            found.append((not is_port, uuid))
    return tuple(uuid for _last, uuid in sorted(found, key=lambda one: one[0]))
