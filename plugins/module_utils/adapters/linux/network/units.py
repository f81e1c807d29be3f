# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The systemd units that apply a network change and take it back: started, stopped, and the deadline between them."""

from __future__ import annotations

from ....core.errors import HostcraftError
from .running import Ended, run

APPLY, REVERT, BOOT = (f"hostcraft-network-{name}.service" for name in ("apply", "revert", "boot"))
DEADLINE = "hostcraft-network-revert.timer"


class NoGuard(HostcraftError):
    """The host cannot be made to take a change back by itself, so none is begun."""

    code = "no_guard"


def arm(seconds: float) -> None:
    """From now the change is taken back after that time, whatever happens. Raises NoGuard."""
    disarm()
    accuracy = "--timer-property=AccuracySec=100ms"
    surely(run(("systemd-run", "--quiet", f"--unit={REVERT}", f"--on-active={seconds:g}s", accuracy), 15.0))
    if run(("systemctl", "is-active", "--quiet", DEADLINE), 10.0).status:
        raise NoGuard(f"systemd does not run {DEADLINE}, which would roll the change back; nothing was changed")


def disarm() -> None:
    run(("systemctl", "stop", DEADLINE), 15.0)
    run(("systemctl", "reset-failed", DEADLINE, APPLY, REVERT), 15.0)


def start_applying() -> None:
    """Returns at once. Raises NoGuard."""
    surely(run(("systemctl", "start", "--no-block", APPLY), 15.0))


def start_reverting() -> None:
    """Returns at once. Raises NoGuard."""
    surely(run(("systemctl", "start", "--no-block", REVERT), 15.0))


def stop_applying() -> None:
    """Ends the applying, with whatever hangs in it."""
    run(("systemctl", "kill", "--kill-who=all", "--signal=KILL", APPLY), 5.0)
    run(("systemctl", "stop", APPLY), 5.0)


def is_working() -> bool:
    """Whether a deadline runs, or the change is just being applied or taken back."""
    return any(run(("systemctl", "is-active", "--quiet", unit), 10.0).status == 0 for unit in (DEADLINE, REVERT)) or (
        run(("systemctl", "show", "--property=ActiveState", "--value", APPLY), 10.0).out.strip() == "activating"
    )


def surely(ended: Ended) -> None:
    if ended.status:
        raise NoGuard(f"the automatic rollback cannot be set up on the host: {ended.told()}")
