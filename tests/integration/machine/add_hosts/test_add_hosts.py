# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Three bare Debian machines become hosts by add_hosts.yml, leave by remove_hosts.yml, and one comes back.

The tests are one story: each goes on from where the one before left the machines.
"""

from __future__ import annotations

import json
import subprocess
import time
import uuid
from collections.abc import Callable

import pytest
from hosts import Host
from integration.machine.add_hosts.site import HERE, Site

from sandbox.world import World
from sandbox.world.vms import Vm

AGENT = "/etc/cloudstack/agent"
REMAINING_UP = {"kvm1.example.net": "Up", "kvm3.example.net": "Up"}
ALL_UP = {**REMAINING_UP, "kvm2.example.net": "Up"}


@pytest.fixture(scope="module")
def site(three_machines: Site) -> Site:
    return three_machines


def unit(host: Host) -> list[str]:
    return host.run(
        "systemctl is-active cloudstack-agent; systemctl is-enabled cloudstack-agent", check=False
    ).stdout.split()


def guid(host: Host) -> str:
    lines = host.read(f"{AGENT}/agent.properties").splitlines()
    return next(line.partition("=")[2] for line in lines if line.startswith("guid="))


def test_bare_machines_end_as_hosts_that_are_up(site: Site) -> None:
    for host in site.fleet:
        assert not (host.root / "etc/libvirt").exists()
    site.first = site.play("add_hosts.yml")
    assert site.first.status == 0, site.first.output
    assert site.hosts() == ALL_UP
    for host, other in (("kvm1", "kvm2"), ("kvm2", "kvm3"), ("kvm3", "kvm1")):
        machine, address = site.fleet[host], site.fleet[other].address
        links = json.loads(machine.run("ip -json -4 address").stdout)
        carried = {link["ifname"]: [one["local"] for one in link["addr_info"]] for link in links}
        # The address by which Ansible came, and by which this command comes.
        assert machine.run("echo $SSH_CONNECTION").stdout.split()[2] == machine.address
        assert machine.address in carried["cloudbr0"]
        assert "eth0" not in carried
        ports = {card: (machine.run(f"readlink /sys/class/net/{card}/master").stdout) for card in ("eth0", "eth1")}
        assert [ports["eth0"][-9:-1], ports["eth1"][-9:-1]] == ["cloudbr0", "cloudbr1"]
        # Certificates of CloudStack's own CA, which both sides check.
        assert "qemu+tls" in machine.run(f"virsh -c qemu+tls://{address}/system uri").stdout
        assert unit(machine) == ["active", "enabled"]
    # What cloudstack-setup-agent has opened to everybody.
    rules = site.fleet["kvm3"].run("ufw show added").stdout.splitlines()
    assert "ufw allow 16509" in rules
    assert "ufw deny 49152:49216/tcp comment 'cloudstack-host migration'" in rules
    assert "ufw allow 49152:49216/tcp" not in rules


def test_a_second_run_has_nothing_to_do(site: Site) -> None:
    again = site.play("add_hosts.yml")
    assert again.status == 0, again.output
    assert again.changed == 0, again.output
    first = site.first
    print(
        f"add_hosts.yml, three hosts: first run {first.seconds:.0f} s, of it packages {first.packages():.0f} s; "
        f"second run {again.seconds:.0f} s ({again.seconds / first.seconds:.0%})"
    )


def test_what_keeps_migrations_from_a_host_is_named(site: Site) -> None:
    tried = site.play(HERE / "migration_path.yml", peer=site.fleet["kvm2"].address)
    assert tried.status == 0, tried.output


def test_a_host_that_is_not_the_record_or_holds_volumes_is_not_removed(site: Site) -> None:
    kvm1, kvm2 = site.fleet["kvm1"].address, site.fleet["kvm2"].address
    vm = site.sandbox.run(_local_vm)
    site.sandbox.run(lambda world: _place(world, "kvm1.example.net", kvm2))
    refused = site.play("remove_hosts.yml", remove_hosts="kvm1")
    site.sandbox.run(lambda world: _place(world, "kvm1.example.net", kvm1))
    assert refused.status == 2, refused.output
    for told in (
        f"has the address {kvm2} in CloudStack, but",
        "does not match the address",
        "local disks of kvm1.example.net",
    ):
        assert told in refused.output
    assert refused.changed == 0
    assert unit(site.fleet["kvm1"]) == ["active", "enabled"]
    assert site.hosts() == ALL_UP
    site.sandbox.run(lambda world: world.vms.remove(world.vms[vm]))


def _starts(host: Host, name: str) -> None:
    """As libvirt and QEMU leave it: the number of the process by the name of the domain."""
    host.run(f"systemd-run --quiet --unit={name} sleep 10000; mkdir -p /run/libvirt/qemu")
    host.run(f"systemctl show --value -p MainPID {name} > /run/libvirt/qemu/{name}.pid")


def test_a_machine_that_the_zone_does_not_know_is_not_cleared_while_it_serves(site: Site) -> None:
    kvm1 = site.fleet["kvm1"]
    elsewhere = site.play("remove_hosts.yml", remove_hosts="kvm1", add_hosts_zone="west")
    assert "zone east has this machine as host kvm1.example.net" in " ".join(elsewhere.output.split())
    _starts(kvm1, "i-2-9-VM")
    site.sandbox.run(lambda world: _rename(world, "kvm1.example.net", "renamed", "192.0.2.9"))
    serving = site.play("remove_hosts.yml", remove_hosts="kvm1")
    site.sandbox.run(lambda world: _rename(world, "renamed", "kvm1.example.net", kvm1.address))
    kvm1.run("systemctl stop i-2-9-VM")
    assert "VMs of CloudStack run on this machine: i-2-9-VM" in " ".join(serving.output.split())
    assert [(one.status, one.changed) for one in (elsewhere, serving)] == [(2, 0), (2, 0)]
    assert unit(kvm1) == ["active", "enabled"]
    assert guid(kvm1)


def test_a_removed_host_forgets_and_does_not_come_back(site: Site) -> None:
    kvm2 = site.fleet["kvm2"]
    _starts(kvm2, "i-2-9-VM")
    left = site.play("remove_hosts.yml", remove_hosts="kvm2")
    assert left.status == 2, left.output
    assert "still run on kvm2 after its maintenance: i-2-9-VM" in " ".join(left.output.split())
    assert unit(kvm2) == ["active", "enabled"]
    assert site.hosts() == ALL_UP
    kvm2.run("systemctl stop i-2-9-VM")
    # Somebody has added a line above that of the set-up: libvirt reads the first.
    kvm2.run("sed -i '1i listen_tls = 1' /etc/libvirt/libvirtd.conf")
    removed = site.play("remove_hosts.yml", remove_hosts="kvm2")
    assert removed.status == 0, removed.output
    assert site.hosts() == REMAINING_UP
    assert unit(kvm2) == ["inactive", "disabled"]
    assert guid(kvm2) == ""
    assert "passphrase" not in kvm2.read(f"{AGENT}/agent.properties")
    assert not [path.name for path in (kvm2.root / "etc/cloudstack/agent").iterdir() if path.name.startswith("cloud.")]
    assert not list((kvm2.root / "etc/pki/libvirt").rglob("*.pem"))
    # Not even when somebody starts it; and libvirt starts without its certificates.
    kvm2.run("systemctl start cloudstack-agent; systemctl restart libvirtd; sleep 3")
    assert "this host was not added" in kvm2.run("journalctl --unit cloudstack-agent --lines 10").stdout
    assert kvm2.run("virsh uri").stdout.strip() == "qemu:///system"
    assert site.hosts() == REMAINING_UP
    kvm2.run("systemctl stop cloudstack-agent")
    # As a run leaves it that was killed before it restarted libvirt.
    kvm2.run("touch /etc/libvirt/libvirtd.conf")
    assert site.play("remove_hosts.yml", remove_hosts="kvm2").changed == 1
    again = site.play("remove_hosts.yml", remove_hosts="kvm2")
    assert (again.status, again.changed) == (0, 0), again.output


def test_the_same_machine_is_added_again(site: Site) -> None:
    added = site.play("add_hosts.yml", "--limit=kvm2")
    assert added.status == 0, added.output
    assert site.hosts() == ALL_UP
    assert guid(site.fleet["kvm2"])


def test_root_is_shut_out_only_where_another_user_gets_in(site: Site) -> None:
    """Refused while the controller's key opens nobody else; taken back by a host whose run was killed; then closed."""
    kvm2 = site.fleet["kvm2"]
    closing = HERE / "close_root.yml"
    held = kvm2.read("/etc/ssh/sshd_config")
    refused = site.play(closing)
    assert "cloudstack cannot log in to kvm2" in " ".join(refused.output.split())
    assert kvm2.read("/etc/ssh/sshd_config") == held
    key = kvm2.read("/root/.ssh/authorized_keys")
    with (kvm2.root / "home/cloudstack/.ssh/authorized_keys").open("a", encoding="utf-8") as file:
        file.write(key)
    assert site.kill(closing, lambda output: "Reload sshd" in output, kvm_agent_root_revert=2)
    until(lambda: kvm2.read("/etc/ssh/sshd_config") == held)
    closed = site.play(closing)
    assert closed.status == 0, closed.output
    assert kvm2.read("/etc/ssh/sshd_config").splitlines()[1] == "PermitRootLogin no"
    assert "hostcraft-root-login" not in str(sorted((kvm2.root / "run/systemd/transient").glob("*.timer")))
    options = [f"-i{kvm2.key}", "-oBatchMode=yes", "-oStrictHostKeyChecking=no", "-oUserKnownHostsFile=/dev/null"]
    answers = {
        user: subprocess.run(
            ["ssh", *options, f"{user}@{kvm2.address}", "sudo -n id -un"], capture_output=True, text=True, check=False
        ).stdout.strip()
        for user in ("root", "cloudstack")
    }
    assert answers == {"root": "", "cloudstack": "root"}
    # The next story of these machines comes as root.
    kvm2.write("/etc/ssh/sshd_config", held)
    kvm2.inside("systemctl reload ssh")


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.5)


def _place(world: World, name: str, address: str) -> None:
    next(host for host in world.hosts if host.name == name).ip_address = address


def _rename(world: World, name: str, new: str, address: str) -> None:
    host = next(host for host in world.hosts if host.name == name)
    host.name, host.ip_address = new, address


def _local_vm(world: World) -> int:
    """A stopped VM whose volume lies on the own disks of kvm1."""
    host = next(host for host in world.hosts if host.name == "kvm1.example.net")
    number = world.vms.next_id()
    row = Vm(
        id=number, uuid=str(uuid.uuid4()), name="v", kind="User", instance_name="i-2-9-VM", zone_id=host.zone_id,
        hypervisor="KVM", cores=1, mhz=1000, memory=512, offering_id=1, template_id=1, account_id=2,
        created=world.now(), last_host_id=host.id,
    )  # fmt: skip
    world.vms.add(row)
    world.volume_marks[number] = "local"
    return number
