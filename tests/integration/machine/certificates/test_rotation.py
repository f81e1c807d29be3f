# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of two booted machines with real libvirtd and running QEMU guests, rotated by rotate_certificates.yml.

What hosts have is read by cs_host_certificate_info; a host that the server does not reach is secured by
cs_host_keystore. The tests are one story: each goes on from where the one before left the machines.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from hosts import Host
from integration.machine.add_hosts.site import Play, Site

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.certificates.x509 import Cryptography
from sandbox.world import World
from unit.sandbox.client import Api

READER = Cryptography()
AGENT = "/etc/cloudstack/agent"
NAME = "{{ inventory_hostname }}.example.net"
STRICTNESS = "ca.plugin.root.auth.strictness"
GUEST = """<domain type='qemu'><name>i-2-3-VM</name><memory unit='MiB'>32</memory>
<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator></devices>
</domain>
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("site"), "kvm1", "kvm2") as made:
        added = made.play("add_hosts.yml")
        assert added.status == 0, added.output
        for host in made.fleet:
            host.write("/root/guest.xml", GUEST)
            # Their cgroups are read-only, and the machine's security modules are not theirs.
            more = 'cgroup_controllers = []\nsecurity_driver = "none"\n'
            host.write("/etc/libvirt/qemu.conf", host.read("/etc/libvirt/qemu.conf") + more)
            host.run("systemctl restart libvirtd; virsh create /root/guest.xml")
        yield made


def rotate(site: Site, *options: str, **variables: object) -> Play:
    given = {"rotate_certificates_zone": "east", "rotate_certificates_host": NAME}
    return site.play("rotate_certificates.yml", *options, **{**given, **variables})


def serial(host: Host) -> str:
    return READER.certificates(host.read(f"{AGENT}/cloud.crt"), "cloud.crt")[0].serial


def guest(host: Host) -> str:
    """The process of its guest."""
    return host.run("pgrep --full qemu-system-x86_64").stdout.strip()


def served(host: Host) -> str:
    """The serial number of what libvirtd shows on its port."""
    shown = host.run(f"echo | openssl s_client -connect {host.address}:16514 2>/dev/null | openssl x509").stdout
    return READER.certificates(shown, "port")[0].serial


def test_certificates_that_are_good_are_left_alone(site: Site) -> None:
    before = [serial(host) for host in site.fleet]
    ended = rotate(site, rotate_certificates_days=20)
    assert ended.status == 0, ended.output
    # The library, where it was not there.
    assert rotate(site, rotate_certificates_days=20).changed == 0
    assert [serial(host) for host in site.fleet] == before == [served(host) for host in site.fleet]


def test_check_mode_tells_which(site: Site) -> None:
    before = [serial(host) for host in site.fleet]
    foretold = rotate(site, "--check", "--diff", rotate_certificates_days=60)
    assert foretold.status == 0, foretold.output
    assert foretold.changed == 2
    assert [serial(host) for host in site.fleet] == before


def test_the_canary_alone_pays_for_what_goes_wrong(site: Site) -> None:
    before = [serial(host) for host in site.fleet]
    # The first host's libvirtd comes back on another port.
    conf = site.fleet["kvm1"].read("/etc/libvirt/libvirtd.conf")
    site.fleet["kvm1"].write("/etc/libvirt/libvirtd.conf", re.sub(r"(?m)^tls_port.*$", 'tls_port = "16999"', conf))
    ended = rotate(site, rotate_certificates_days=60, rotate_certificates_timeout=5)
    site.fleet["kvm1"].write("/etc/libvirt/libvirtd.conf", conf)
    assert ended.status != 0
    assert "kvm1.example.net to be Up and show a new certificate" in ended.output
    assert serial(site.fleet["kvm1"]) != before[0]
    assert serial(site.fleet["kvm2"]) == before[1]
    site.fleet["kvm1"].run("systemctl restart libvirtd")


def test_it_goes_on_and_every_guest_runs_on(site: Site) -> None:
    before = {host.name: (serial(host), guest(host)) for host in site.fleet}
    ended = rotate(site, rotate_certificates_days=60)
    assert ended.status == 0, ended.output
    for host in site.fleet:
        # The first one had its new certificate already.
        assert (serial(host) == before[host.name][0]) == (host.name == "kvm1")
        assert served(host) == serial(host)
        assert guest(host) == before[host.name][1]
        assert oct((host.root / "etc/cloudstack/agent/cloud.key").stat().st_mode & 0o777) == "0o600"
    assert set(site.hosts().values()) == {"Up"}
    other = site.fleet["kvm2"].address
    assert "qemu+tls" in site.fleet["kvm1"].run(f"virsh -c qemu+tls://{other}/system uri").stdout
    assert rotate(site, rotate_certificates_days=60).changed == 0
    assert "PRIVATE KEY" not in ended.output


def test_a_new_ca_comes_to_every_host(site: Site) -> None:
    site.sandbox.run(lambda world: world.authority.replace())
    before = {host.name: guest(host) for host in site.fleet}
    ended = rotate(site, rotate_certificates_days=60)
    assert ended.status == 0, ended.output
    authority = site.sandbox.run(_authority)
    for host in site.fleet:
        assert host.read(f"{AGENT}/cloud.ca.crt").strip() == authority.strip()
        assert guest(host) == before[host.name]


def test_agents_that_cannot_connect_are_recovered(site: Site) -> None:
    """The CA was replaced, and the agents were started again since: with strictness they are refused."""

    Api(site.sandbox).ok("updateConfiguration", name=STRICTNESS, value="true")
    site.sandbox.run(lambda world: world.authority.replace())
    before = {host.name: guest(host) for host in site.fleet}
    for host in site.fleet:
        host.run("systemctl restart cloudstack-agent")
    until(lambda: set(site.hosts().values()) == {"Disconnected"})
    recovered = site.play("recover_agents.yml", recover_agents_zone="east", recover_agents_host=NAME)
    assert recovered.status == 0, recovered.output
    assert set(site.hosts().values()) == {"Up"}
    assert site.sandbox.run(lambda world: world.settings.value(STRICTNESS)) == "true"
    for host in site.fleet:
        assert host.read(f"{AGENT}/cloud.ca.crt").strip() == site.sandbox.run(_authority).strip()
        assert guest(host) == before[host.name]
        # With its new certificate it is let in again.
        host.run("systemctl restart cloudstack-agent")
    until(lambda: set(site.hosts().values()) == {"Up"})


def test_a_host_is_secured_by_hand(site: Site) -> None:
    kvm2 = site.fleet["kvm2"]
    kvm2.run(f"systemctl stop cloudstack-agent; rm -f {AGENT}/cloud.*; find /etc/pki -xtype l -delete")
    before = guest(kvm2)
    done = site.play("install_certificates.yml", install_certificates="kvm2", install_certificates_zone="east")
    assert done.status == 0, done.output
    until(lambda: set(site.hosts().values()) == {"Up"})
    assert served(kvm2) == serial(kvm2)
    assert guest(kvm2) == before
    again = site.play("install_certificates.yml", install_certificates="kvm2", install_certificates_zone="east")
    assert (again.status, again.changed) == (0, 0), again.output
    passphrase = kvm2.read(f"{AGENT}/agent.properties").partition("keystore.passphrase=")[2].split()[0]
    for text in ("PRIVATE KEY", passphrase):
        assert text not in done.output


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.5)


def _authority(world: World) -> str:
    return world.authority.certificate()
