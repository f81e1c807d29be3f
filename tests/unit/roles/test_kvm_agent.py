# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Root's login that a run has closed and not confirmed, because it ended: the next run confirms it, or it goes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from unit.roles.role_tasks import holds, programs, rendered, shell, task

ROLE, ROOT = "kvm_agent", "roles/kvm_agent/tasks/root.yml"


@pytest.mark.parametrize(
    ("said", "timer", "closes"),
    [("permitrootlogin yes", 3, True), ("permitrootlogin no", 3, False), ("permitrootlogin no", 0, True)],
)
def test_a_closing_that_waits_for_its_confirmation_is_not_over(said: str, timer: int, closes: bool) -> None:
    known = {"kvm_agent_sshd": {"stdout_lines": [said]}, "kvm_agent_unconfirmed": {"rc": timer}}
    assert holds(ROLE, task(ROOT, "Close root's login by SSH")["when"], **known) is closes


@pytest.mark.parametrize("timer", [3, 0])
def test_what_the_host_goes_back_to_is_from_before_the_closing(tmp_path: Path, timer: int) -> None:
    (tmp_path / "sshd_config").write_text("PermitRootLogin no\n")
    (tmp_path / "sshd_config.before").write_text("PermitRootLogin yes\n")
    script = rendered(
        ROLE, task(ROOT, "Let the host take the change back unless it is confirmed")["ansible.builtin.shell"]
    )
    script = script.replace("/etc/ssh", str(tmp_path)).replace("/var/lib/hostcraft", str(tmp_path))
    (tmp_path / "bin").mkdir()
    stand_ins = programs(
        tmp_path / "bin",
        {"systemctl": f'[ "$1" != is-active ] || exit {timer}', "systemd-run": f'echo "$@" > {tmp_path}/armed'},
    )
    ended = shell(script, stand_ins)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "--on-active=60" in (tmp_path / "armed").read_text()
    kept = (tmp_path / "sshd_config.before").read_text()
    assert kept == ("PermitRootLogin no\n" if timer else "PermitRootLogin yes\n")


@pytest.mark.parametrize(("before", "after"), [("a=1\n", ""), ("", "a=1\n"), ("a=1\n", "a=2\n"), ("", "")])
def test_a_change_that_only_removes_properties_leaves_the_note_of_a_restart_too(before: str, after: str) -> None:
    known = {"kvm_agent_foretold": {"diff": {"before": before, "after": after}}, "ansible_check_mode": False}
    for name in ("Create the directory of the note", "Note that the agent must be restarted"):
        assert holds(ROLE, task("roles/kvm_agent/tasks/properties.yml", name)["when"], **known) is (before != after)
