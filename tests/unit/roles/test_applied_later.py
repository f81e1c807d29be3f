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

from unit.roles.role_tasks import content, holds, names, outdated, rendered, shell, task

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
def test_profiles_are_loaded_as_their_files_say(
    tmp_path: Path, confinement: str, loaded: str, younger: bool, stale: str
) -> None:
    (tmp_path / "loaded").write_text(loaded)
    its = task(APPARMOR, "Find profiles that are not loaded as their files say")
    newer = rendered("kvm_libvirt", its["environment"]["NEWER"], kvm_libvirt_rules_newer={"outdated": younger})
    given = {"LOADED": str(tmp_path / "loaded"), "NEWER": newer, "CONFINEMENT": confinement, "PROFILES": PROFILES}
    ended = shell(its["ansible.builtin.shell"], tmp_path, **given)
    assert (ended.returncode, ended.stderr, ended.stdout.split()) == (0, "", stale.split())


def test_rules_are_compared_with_the_last_reload() -> None:
    asked = task(APPARMOR, "Check whether the rules changed after the profiles were loaded")
    stamp = task(APPARMOR, "Record when the AppArmor profiles were reloaded")["ansible.builtin.file"]["path"]
    assert asked["hostcraft.cloudstack.cs_outdated_units_info"]["stamp"] == stamp
    for changed in (True, False):
        found = outdated("kvm_libvirt", asked, 2e10, check=True, kvm_libvirt_rules_set={"changed": changed})
        assert found == ([stamp] if changed else [])


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


def test_a_renewed_certificate_foretells_a_restart_in_check_mode() -> None:
    asked = task(
        "roles/kvm_libvirt/tasks/daemons.yml", "Check whether a daemon was started before its configuration changed"
    )
    install = task("roles/kvm_libvirt/tasks/certificates.yml", "Install the certificates")["register"]
    row = {"conf": "", "args_file": "", "restart": ["libvirtd"]}
    for changed in (True, False):
        known = {"kvm_libvirt_row": row, "kvm_libvirt_pki": "/absent", install: {"changed": changed}}
        assert outdated("kvm_libvirt", asked, 2e10, check=True, **known) == (["libvirtd"] if changed else [])


PLAYBOOK = "playbooks/install_certificates.yml"


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
    asked = dict(look["hostcraft.cloudstack.cs_outdated_units_info"])
    asked["files"] = [str(tmp_path / Path(each).name) for each in asked["files"]]
    its = {"hostcraft.cloudstack.cs_outdated_units_info": asked}
    resting = sorted(set(asked["units"]) - set(active.split()))
    given = {"install_certificates_request": {"needed": False}}
    assert outdated("kvm_libvirt", its, OLD[0] + 1, resting, **given) == restarted
    restart = task(PLAYBOOK, "Restart libvirt and the agent")
    for needed in (True, False):
        known: dict[str, Any] = {"install_certificates_request": {"needed": needed}, "ansible_check_mode": False}
        known |= {"install_certificates_older": {"units": restarted}}
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
