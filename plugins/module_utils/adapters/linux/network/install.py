# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program on the host that guards a network change, and its systemd units: written and enabled.

Nothing of it hangs on a session: losing ssh kills neither. The deadline is a monotonic timer, the boot unit outlives a
reboot and comes before any network (systemd.special(7), network-pre.target).
"""

from __future__ import annotations

import os
import shlex
import sys
import typing as t

from ....core import addresses, errors
from ....core.machine_network.change import claims as network_claims
from ....core.machine_network.change import lacp as network_lacp
from ....core.machine_network.change import model as network_change
from ....core.machine_network.change import state as network_state
from ....core.machine_network.change import uses as network_uses
from .. import locks
from . import claims as network_claiming
from . import files as network_files
from . import guard as network_guard
from . import ifstate as network_ifstate
from . import journal as network_journal
from . import running as network_running
from . import units as network_units
from . import uses as network_asking
from .running import run
from .units import APPLY, BOOT, REVERT, surely

UNITS = "/etc/systemd/system"
# Modules that make the program, at the places that their relative imports look for.
PROGRAM = (
    addresses,
    errors,
    network_change,
    network_claims,
    network_lacp,
    network_state,
    network_uses,
    locks,
    network_files,
    network_journal,
    network_running,
    network_asking,
    network_claiming,
    network_ifstate,
    network_guard,
    network_units,
)
START = """\
import sys
sys.path.insert(0, {home!r})
from hostcraft.{guard} import main
sys.exit(main(sys.argv[1:]))
"""
APPLY_UNIT = """\
[Unit]
Description=Apply an unconfirmed network change
Documentation=https://github.com/hostcraft/cloudstack
ConditionPathExists={pending}
OnFailure={revert}

[Service]
Type=oneshot
ExecStart={program} apply
KillMode=process
TimeoutStartSec=infinity
"""
REVERT_UNIT = """\
[Unit]
Description=Roll back an unconfirmed network change
ConditionPathExists={pending}
StartLimitIntervalSec=0

[Service]
Type=simple
ExecStart={program} revert
KillMode=process
Restart=on-failure
RestartSec=1
OOMScoreAdjust=-900
"""
BOOT_UNIT = """\
[Unit]
Description=Roll back a network change that was not confirmed before the reboot
ConditionPathExists={pending}
DefaultDependencies=no
RequiresMountsFor={home}
After=local-fs.target systemd-remount-fs.service
Wants=network-pre.target
Before=network-pre.target networking.service systemd-networkd.service NetworkManager.service
Before=openvswitch-switch.service ovsdb-server.service shutdown.target
Conflicts=shutdown.target

[Service]
Type=oneshot
ExecStart={program} boot

[Install]
WantedBy=sysinit.target
"""


def install(home: str) -> None:
    """The program and its units lie there and the boot unit is enabled. Raises NoGuard or OSError."""
    changed = [_install(f"{home}/program/hostcraft/{place}", text) for place, text in sources().items()]
    start = f"{home}/program/run.py"
    changed.append(_install(start, start_text(f"{home}/program")))
    program = shlex.join([sys.executable, "-I", "-B", start])
    values = {"program": program, "home": home, "pending": f"{home}/change.json", "revert": REVERT}
    units = {APPLY: APPLY_UNIT, REVERT: REVERT_UNIT, BOOT: BOOT_UNIT}
    renewed = [_install(f"{UNITS}/{name}", text.format(**values)) for name, text in units.items()]
    if any(renewed):
        surely(run(("systemctl", "daemon-reload"), 30.0))
    if not os.path.exists(f"{UNITS}/sysinit.target.wants/{BOOT}"):
        surely(run(("systemctl", "enable", BOOT), 30.0))


def start_text(program: str) -> str:
    """The file that starts the program."""
    return START.format(home=program, guard=_place(network_guard))


def _place(module: t.Any) -> str:
    """A module's name below the program's package."""
    return str(module.__name__.partition(".module_utils.")[2])


def sources() -> dict[str, str]:
    """The program's files by their place below its package."""
    found = {}
    for module in PROGRAM:
        name = _place(module)
        text = t.cast("t.Any", module.__spec__).loader.get_source(module.__name__)
        found[f"{name.replace('.', '/')}.py"] = text
    return found


def _install(path: str, text: str) -> bool:
    """Whether it was written."""
    if network_files.text_of(network_files.kept(path)) == text:
        return False
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    network_files.written(path, text.encode(), 0o644)
    return True
