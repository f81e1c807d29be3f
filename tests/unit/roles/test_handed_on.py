# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What roles hand to modules for variables that no booted test sets: templated as Ansible does, judged by the code."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import ansible.modules
import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import fragment_loader
from ansible.template import Templar, trust_as_template
from ansible.utils.plugin_docs import get_docstring

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine import agent_properties

ROLES = Path(__file__).resolve().parents[3] / "roles"
BUILTIN = "ansible.builtin."
QUOTE = "'\\''"


def trusted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: trusted(each) for name, each in value.items()}
    if isinstance(value, list):
        return [trusted(each) for each in value]
    # Filters of this collection are not found in the process of the tests; a list stays what it is by this one.
    return trust_as_template(value.replace("hostcraft.cloudstack.names", "list")) if isinstance(value, str) else value


def content(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else None


def tasks(value: Any) -> Iterator[dict[str, Any]]:
    """All tasks of a file, those of blocks too."""
    for task in value or ():
        yield task
        yield from tasks(task.get("block"))


def templated(role: str, text: Any, family: str = "Debian", **given: Any) -> Any:
    """An expression of the role, with its defaults and vars, and what a play gives."""
    variables = {"ansible_facts": {"os_family": family}}
    for part in ("defaults", "vars"):
        variables.update(content(ROLES / role / part / "main.yml") or {})
    return Templar(loader=DataLoader(), variables=trusted({**variables, **given})).template(trusted(text))


def handed(role: str, file: str, key: str, **given: Any) -> Mapping[str, Any]:
    """The mapping under this key (of an argument or of ``vars``) of the one task that has it."""
    found = []
    for task in tasks(content(ROLES / role / "tasks" / file)):
        for part in task.values():
            found += [part[key]] if isinstance(part, dict) and key in part else []
    (text,) = found
    return templated(role, text, **given)  # type: ignore[no-any-return]


def test_containers_that_bypass_bridges_have_their_driver_mode_and_card() -> None:
    direct = handed("lxc_host", "main.yml", "kvm_agent_properties", lxc_host_direct_device="eth1")
    assert agent_properties.checked(direct) == {
        "hypervisor.type": "lxc",
        "hypervisor.uri": "lxc:///",
        "libvirt.vif.driver": "com.cloud.hypervisor.kvm.resource.DirectVifDriver",
        "network.direct.source.mode": "private",
        "network.direct.device": "eth1",
    }
    bridged = handed("lxc_host", "main.yml", "kvm_agent_properties")
    assert agent_properties.checked(bridged) == {"hypervisor.type": "lxc", "hypervisor.uri": "lxc:///"}


@pytest.mark.parametrize(("executor", "disabled"), [("agent", "true"), ("systemd", "false")])
def test_stages_are_run_by_the_agent_where_systemd_is_not_wanted(executor: str, disabled: str) -> None:
    given = {"kvm_hooks_executor": executor, "kvm_hooks_stages_dir": "/opt/stages"}
    assert agent_properties.checked(handed("kvm_hooks", "agent.yml", "properties", **given)) == {
        "rolling.maintenance.hooks.dir": "/opt/stages",
        "rolling.maintenance.service.executor.disabled": disabled,
    }


@pytest.mark.parametrize("family", ["Debian", "RedHat", "Suse"])
@pytest.mark.parametrize("wanted", [True, False, "yes", "no"])
def test_hosts_that_download_templates_themselves_get_aria2(family: str, wanted: bool | str) -> None:
    packages = templated("host_base", "{{ host_base_wanted }}", family, host_base_direct_download=wanted)
    assert ("aria2" in packages) is (wanted in (True, "yes"))
    assert {"chrony", "logrotate"} <= set(packages)


def test_libvirt_without_certificates_is_as_the_documents_have_it() -> None:
    """libvirtd.conf of "KVM: Install and Configure libvirt"."""
    wanted = templated(
        "kvm_libvirt", "{{ kvm_libvirt_wanted }}", kvm_libvirt_transport="tcp", kvm_libvirt_certified=False
    )
    documented = {"listen_tls": 0, "listen_tcp": 1, "tcp_port": "16509", "auth_tcp": "none", "mdns_adv": 0}
    assert {name: wanted[name] for name in documented} == documented


README = yaml.safe_load(
    re.findall(r"```yaml\n(.*?)```", (ROLES / "kvm_agent" / "README.md").read_text("utf-8"), re.S)[0]
)
EXAMPLE = README[0]["roles"][0]["vars"]["kvm_agent_repository"]
OF_EL = {"baseurl": "http://packages.example.net/el9", "gpgcheck": True, "gpgkey": "file:///etc/pki/cloudstack.asc"}


@pytest.mark.parametrize(("module", "given"), [("deb822_repository", EXAMPLE), ("yum_repository", OF_EL)])
def test_the_repository_of_the_agent_is_one_with_its_key(module: str, given: dict[str, Any]) -> None:
    """Arguments as the module documents them: all of them known, and none that it requires missing."""
    (task,) = [
        task for task in tasks(content(ROLES / "kvm_agent" / "tasks" / "package.yml")) if f"{BUILTIN}{module}" in task
    ]
    own = {"kvm_agent_repository": given, **task.get("vars", {})}
    asked = templated("kvm_agent", task[f"{BUILTIN}{module}"], **own)
    documented, _examples, _returned, _meta = get_docstring(
        str(Path(ansible.modules.__path__[0], f"{module}.py")), fragment_loader
    )
    options = documented["options"]
    assert set(asked) <= set(options)
    assert {name for name, option in options.items() if option.get("required")} <= set(asked)
    assert {name: asked[name] for name in given} == given
    assert asked.get("description") or "description" not in options
    assert (asked["name"], bool({"signed_by", "gpgkey"} & set(asked))) == ("cloudstack", True)
    # None is added where the host knows its package already.
    assert templated("kvm_agent", "{{ " + task["when"][0] + " }}", kvm_agent_repository={}) is False


KERNEL = {task["name"]: task for task in tasks(content(ROLES / "host_base" / "tasks" / "kernel.yml"))}


@pytest.mark.parametrize(
    ("loaded", "interfaces", "told"),
    [
        (False, {}, []),
        (True, {"eth0": False}, ["loaded"]),
        (True, {"cloudbr0": True, "eth0": False, "virbr0": True}, ["loaded", "cloudbr0", "virbr0"]),
    ],
)
def test_the_kernels_bridges_go_where_open_vswitch_has_none_beside_it(
    tmp_path: Path, loaded: bool, interfaces: Mapping[str, bool], told: list[str]
) -> None:
    """The script of the role in a /sys of its own; what it says decides about the module bridge."""
    (tmp_path / "class" / "net").mkdir(parents=True)
    (tmp_path / "module" / "bridge").mkdir(parents=True) if loaded else None
    for name, bridge in interfaces.items():
        (tmp_path / "class" / "net" / name / ("bridge" if bridge else "statistics")).mkdir(parents=True)
    script = KERNEL["Find the kernel's bridges"]["ansible.builtin.shell"]
    inside = f"mount --bind {tmp_path} /sys && exec sh -eu -c '{QUOTE.join(script.split(chr(39)))}'"
    run = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", inside]
    lines = subprocess.run(run, check=True, capture_output=True, text=True).stdout.split()
    assert lines == told
    known: dict[str, Any] = {"host_base_openvswitch": True, "host_base_kernel_bridges": {"stdout_lines": lines}}
    for name, expected in (
        ("Unload the kernel's bridges, where there is none", told == ["loaded"]),
        ("Report bridges that keep the kernel module loaded", len(told) > 1),
    ):
        conditions = KERNEL[name]["when"]
        assert all(templated("host_base", "{{ " + each + " }}", **known) for each in conditions) is expected
    assert KERNEL["Keep the kernel's bridges from being loaded beside Open vSwitch"]["ansible.builtin.copy"][
        "content"
    ] == ("blacklist bridge\n")
