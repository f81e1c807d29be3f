# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run wrote and did not apply, because it ended, is applied by the next: AppArmor, certificates, LXC."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import pytest

from unit.roles.role_tasks import content, holds, names, programs, rendered, shell, task

APPARMOR = "roles/kvm_libvirt/tasks/apparmor.yml"
PROFILES = "usr.sbin.libvirtd usr.lib.libvirt.virt-aa-helper"
OF_LIBVIRTD = "libvirtd (enforce)\nlibvirtd//qemu_bridge_helper (enforce)\n"
OF_HELPER = "/usr/lib/libvirt/virt-aa-helper (enforce)\n"
OLD = (1_000_000_000, 1_000_000_000)


@pytest.mark.parametrize(
    ("confinement", "loaded", "younger", "stale"),
    [
        ("documented", "", False, ""),
        ("documented", OF_HELPER, False, "usr.lib.libvirt.virt-aa-helper"),
        ("documented", OF_LIBVIRTD + OF_HELPER, False, PROFILES),
        ("strict", OF_LIBVIRTD + OF_HELPER, False, ""),
        ("strict", OF_LIBVIRTD + OF_HELPER, True, PROFILES),
        ("strict", OF_LIBVIRTD, False, "usr.lib.libvirt.virt-aa-helper"),
        ("strict", "xlibvirtd (enforce)\n" + OF_HELPER, False, "usr.sbin.libvirtd"),
    ],
)
@pytest.mark.parametrize("booted", [False, True])
def test_profiles_are_loaded_as_their_files_say(
    tmp_path: Path, confinement: str, loaded: str, younger: bool, stale: str, booted: bool
) -> None:
    """booted: since the last reload; then the time of the boot counts."""
    (tmp_path / "loaded").write_text(loaded)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "libvirt-qemu").touch()
    if not younger:
        os.utime(tmp_path / "rules" / "libvirt-qemu", OLD)
    if not booted:
        (tmp_path / "last").touch()
        os.utime(tmp_path / "last", (OLD[0] + 1, OLD[1] + 1))
    files = {name.upper(): str(tmp_path / name) for name in ("loaded", "last", "rules")}
    script = task(APPARMOR, "Find profiles that are not loaded as their files say")["ansible.builtin.shell"]
    bin_ = programs(tmp_path, {"uptime": "echo 2020-01-02 03:04:05"})
    ended = shell(script, bin_, CONFINEMENT=confinement, PROFILES=PROFILES, **files)
    assert (ended.returncode, ended.stderr, ended.stdout.split()) == (0, "", stale.split())


def test_rules_of_the_site_stay_in_their_files() -> None:
    its = task(APPARMOR, "Allow the agent's paths in the profiles")
    assert its["ansible.builtin.blockinfile"]["block"] == "{{ lookup('ansible.builtin.template', 'apparmor.j2') }}"
    assert "{mark}" in its["ansible.builtin.blockinfile"]["marker"]


@pytest.mark.parametrize(
    ("held", "text", "shown"),
    [
        ("a = 1\n", "a = 2\n", True),
        ("a = 1\n", 'a = 1\nvnc_password = "x"\n', False),
        ('spice_password="x"\n', "", False),
        ("# vnc_password = 1\n", "a = 2\n", True),
    ],
)
def test_a_file_with_a_password_is_not_shown(held: str, text: str, shown: bool) -> None:
    its = content("roles/kvm_libvirt/tasks/settings.yml")[1]
    assert "mode" not in its["ansible.builtin.copy"]
    encoded = {"content": base64.b64encode(held.encode()).decode()}
    known = {"kvm_libvirt_held": encoded, "kvm_libvirt_merged": {"text": text}}
    for asked in (True, False):
        assert rendered("kvm_libvirt", its["diff"], ansible_diff_mode=asked, **known) is (shown and asked)


PLAYBOOK = "playbooks/install_certificates.yml"
SYSTEMCTL = """for word; do unit=$word; done
case "$*" in *is-active*) case " $ACTIVE " in *" $unit "*) exit 0 ;; esac; exit 3 ;; *timestamp=us*) exit 1 ;; esac
echo 2026-01-02 UTC"""


@pytest.mark.parametrize(
    ("active", "younger", "restarted"),
    [
        ("libvirtd cloudstack-agent", True, ["libvirtd", "cloudstack-agent"]),
        ("libvirtd cloudstack-agent", False, []),
        ("virtproxyd virtqemud cloudstack-agent", True, ["virtproxyd", "virtqemud", "cloudstack-agent"]),
        ("", True, []),
    ],
)
def test_daemons_that_are_older_than_the_certificate_are_restarted(
    tmp_path: Path, active: str, younger: bool, restarted: list[str]
) -> None:
    (tmp_path / "cloud.crt").touch()
    if not younger:
        os.utime(tmp_path / "cloud.crt", OLD)
    look = task(PLAYBOOK, "Find daemons that were started before the certificate was imported")
    bin_ = programs(tmp_path, {"systemctl": SYSTEMCTL})
    files = f"{tmp_path}/cloud.crt {tmp_path}/cloud.jks"
    ended = shell(look["ansible.builtin.shell"], bin_, ACTIVE=active, FILES=files)
    assert (ended.returncode, ended.stdout.split()) == (0, restarted), ended.stderr
    restart = task(PLAYBOOK, "Restart libvirt and the agent")
    for needed in (True, False):
        known: dict[str, Any] = {"install_certificates_request": {"needed": needed}, "ansible_check_mode": False}
        known |= {"install_certificates_older": {"stdout_lines": restarted}}
        known |= {name: rendered("kvm_libvirt", text, **known) for name, text in restart["vars"].items()}
        found = rendered("kvm_libvirt", restart["loop"], **known)
        agent = ["cloudstack-agent"] if needed and "cloudstack-agent" not in restarted else []
        assert list(found) == restarted + agent


@pytest.mark.parametrize(("daemons", "unit"), [("monolithic", "libvirtd"), ("modular", "virtlxcd")])
def test_libvirt_is_restarted_while_its_lxc_driver_does_not_answer(daemons: str, unit: str) -> None:
    restart = task("roles/lxc_host/tasks/main.yml", "Restart libvirt to load its LXC driver")
    name = restart["ansible.builtin.systemd_service"]["name"]
    facts = {"os_family": "Debian"}
    assert rendered("lxc_host", name, kvm_libvirt_daemons=daemons, ansible_facts=facts) == unit
    for code in (0, 1):
        known = {"lxc_host_answer": {"rc": code}, "ansible_check_mode": False}
        assert holds("lxc_host", restart["when"], **known) is (code != 0)
    assert not any("handler" in each for each in names("roles/lxc_host/tasks/main.yml"))
