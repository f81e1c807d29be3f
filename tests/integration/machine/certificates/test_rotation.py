# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of three booted machines with real libvirtd and running QEMU guests, rotated by rotate_certificates.yml.

They expire tomorrow. The machines are those of test_add_hosts.py, after it. What hosts have is read by
cs_host_certificate_info; a host that the server does not reach is secured by cs_host_keystore. The tests are one story:
each goes on from where the one before left the machines.
"""

from __future__ import annotations

import json
import re
import shlex
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hosts import Host, agent
from integration.machine.add_hosts.site import Play, Site

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.certificates.x509 import Cryptography
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.kvm.tls import console_certificate
from sandbox.world import World
from unit.sandbox.client import Api

READER = Cryptography()
AGENT = "/etc/cloudstack/agent"
SCRIPTS = "/usr/share/cloudstack-common/scripts/util"
STANDINS = Path(agent.__file__).parent / "files"
NAME = "{{ inventory_hostname }}.example.net"
CHPASSWD = "/usr/local/sbin/chpasswd"
STRICTNESS = "ca.plugin.root.auth.strictness"
GUEST = """<domain type='qemu'><name>i-2-3-VM</name><memory unit='MiB'>32</memory>
<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
<graphics type='vnc' port='5900' listen='0.0.0.0'/></devices></domain>
"""


@pytest.fixture(scope="module")
def site(three_hosts: Site) -> Site:
    for host in three_hosts.fleet:
        host.write("/root/guest.xml", GUEST)
        # Their cgroups are read-only, and the machine's security modules are not theirs.
        more = 'cgroup_controllers = []\nsecurity_driver = "none"\nuser = "root"\nvnc_tls = 1\n'
        host.write("/etc/libvirt/qemu.conf", host.read("/etc/libvirt/qemu.conf") + more)
        host.run("systemctl restart libvirtd; virsh create /root/guest.xml")
    return three_hosts


@pytest.fixture(scope="module")
def viewers(site: Site) -> Iterator[list[socket.socket]]:
    """A connection to the console of each host's guest, open from here on."""
    with ExitStack() as stack:
        found = [stack.enter_context(socket.create_connection((host.address, 5900), timeout=10)) for host in site.fleet]
        assert {viewer.recv(12) for viewer in found} == {b"RFB 003.008\n"}
        yield found


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


def days(host: Host) -> int:
    return READER.certificates(host.read(f"{AGENT}/cloud.crt"), "cloud.crt")[0].days_left(time.time())


def shown(host: Host) -> str | None:
    """The certificate of the console of its guest."""
    return console_certificate(host.address, 5900, 10)[1]


def fingerprint(host: Host) -> str:
    return READER.certificates(host.read(f"{AGENT}/cloud.crt"), "cloud.crt")[0].fingerprint


def test_certificates_that_are_good_are_left_alone(site: Site) -> None:
    before = [serial(host) for host in site.fleet]
    ended = rotate(site, rotate_certificates_days=0)
    assert ended.status == 0, ended.output
    assert [serial(host) for host in site.fleet] == before == [served(host) for host in site.fleet]


def test_check_mode_tells_which(site: Site) -> None:
    before = [serial(host) for host in site.fleet]
    foretold = rotate(site, "--check", "--diff")
    assert foretold.status == 0, foretold.output
    assert foretold.changed == 3
    assert [serial(host) for host in site.fleet] == before


def test_the_canary_alone_pays_for_what_goes_wrong(site: Site) -> None:
    before = [serial(host) for host in site.fleet]
    # The first host's libvirtd comes back on another port.
    conf = site.fleet["kvm1"].read("/etc/libvirt/libvirtd.conf")
    site.fleet["kvm1"].write("/etc/libvirt/libvirtd.conf", re.sub(r"(?m)^tls_port.*$", 'tls_port = "16999"', conf))
    ended = rotate(site, rotate_certificates_timeout=5)
    site.fleet["kvm1"].write("/etc/libvirt/libvirtd.conf", conf)
    assert ended.status != 0
    assert "kvm1.example.net to be Up and show a new certificate" in ended.output
    assert serial(site.fleet["kvm1"]) != before[0]
    assert [serial(site.fleet[name]) for name in ("kvm2", "kvm3")] == before[1:]
    site.fleet["kvm1"].run("systemctl restart libvirtd")


@pytest.mark.parametrize("step", ["Read all certificates", "during provisioning", "changed: [kvm3", "Reload the cert"])
def test_it_is_killed_at_a_step(site: Site, viewers: list[socket.socket], step: str) -> None:
    calls = len(site.sandbox.calls.of("provisionCertificate"))

    def reached(output: str) -> bool:
        if step == "during provisioning":
            return len(site.sandbox.calls.of("provisionCertificate")) > calls
        return step in output

    before = [guest(host) for host in site.fleet]
    assert site.kill("rotate_certificates.yml", reached, **place(site))
    assert [guest(host) for host in site.fleet] == before
    if "kvm3" in step:
        # Every host has its new certificate, and no console has been told.
        assert [shown(host) == fingerprint(host) for host in site.fleet] == [False] * 3


def test_certificates_that_expire_tomorrow_are_good_for_a_year(site: Site, viewers: list[socket.socket]) -> None:
    strictness = site.sandbox.run(lambda world: world.settings.value(STRICTNESS))
    before = [guest(host) for host in site.fleet]
    ended = site.play("rotate_certificates.yml", **place(site))
    assert ended.status == 0, ended.output
    assert [days(host) for host in site.fleet] == [364] * 3
    assert [guest(host) for host in site.fleet] == before
    assert [served(host) for host in site.fleet] == [serial(host) for host in site.fleet]
    assert [shown(host) for host in site.fleet] == [fingerprint(host) for host in site.fleet]
    for host in site.fleet:
        assert oct((host.root / "etc/cloudstack/agent/cloud.key").stat().st_mode & 0o777) == "0o600"
    # Whoever looked at a console goes on where they were: it tells its kinds of security now.
    for viewer in viewers:
        viewer.sendall(b"RFB 003.008\n")
        assert viewer.recv(2) == b"\x01\x13"
    assert set(site.hosts().values()) == {"Up"}
    assert site.sandbox.run(lambda world: world.settings.value(STRICTNESS)) == strictness
    other = site.fleet["kvm2"].address
    assert "qemu+tls" in site.fleet["kvm1"].run(f"virsh -c qemu+tls://{other}/system uri").stdout
    assert site.play("rotate_certificates.yml", **place(site)).changed == 0
    assert "PRIVATE KEY" not in ended.output


def place(site: Site) -> dict[str, object]:
    """With the consoles, which libvirt is asked for from here, by a certificate of the same CA."""
    pki = site.folder / "pki"
    if not pki.exists():
        site.sandbox.run(lambda world: write(world, pki))
    return {
        "rotate_certificates_zone": "east",
        "rotate_certificates_host": NAME,
        "rotate_certificates_cluster": "east-kvm",
        "rotate_certificates_hypervisor": {"url": "qemu+tls://{address}/system", "pki_path": str(pki)},
    }


def write(world: World, pki: Path) -> None:
    issued = world.authority.issue(["controller"], [], 2)
    pki.mkdir()
    (pki / "cacert.pem").write_text(world.authority.certificate())
    (pki / "clientcert.pem").write_text(issued.certificate)
    (pki / "clientkey.pem").write_text(issued.key)


def test_a_new_ca_comes_to_every_host(site: Site) -> None:
    site.sandbox.run(lambda world: world.authority.replace())
    before = {host.name: guest(host) for host in site.fleet}
    ended = rotate(site)
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
    given = {"recover_agents_zone": "east", "recover_agents_host": NAME}
    # Killed while strictness is relaxed: the next run knows what it was.
    assert site.kill("recover_agents.yml", lambda output: "TASK [Read the state" in output, **given)
    assert site.sandbox.run(lambda world: world.settings.value(STRICTNESS)) == "false"
    recovered = site.play("recover_agents.yml", **given)
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


def test_a_host_with_the_scripts_of_an_older_release_is_secured(site: Site) -> None:
    """They take the certificate in another place of their arguments, and keep the old key until then."""
    kvm3 = site.fleet["kvm3"]
    newer = {name: kvm3.read(f"{SCRIPTS}/{name}") for name in ("keystore-setup", "keystore-cert-import")}
    for name in newer:
        kvm3.write(f"{SCRIPTS}/{name}", (STANDINS / f"older/{name}.sh").read_text(encoding="utf-8"), mode=0o755)
    kvm3.run(f"systemctl stop cloudstack-agent; rm -f {AGENT}/cloud.*; find /etc/pki -xtype l -delete")
    try:
        done = site.play("install_certificates.yml", install_certificates="kvm3", install_certificates_zone="east")
    finally:
        for name, text in newer.items():
            kvm3.write(f"{SCRIPTS}/{name}", text, mode=0o755)
    assert done.status == 0, done.output
    until(lambda: set(site.hosts().values()) == {"Up"})
    assert served(kvm3) == serial(kvm3)


def test_a_password_is_changed_by_the_agents_on_all_hosts_or_on_none(site: Site) -> None:
    """updateHostPassword with update_passwd_on_host, to agents of machines."""
    old, new = "0ld-s3cret", "n3w%s3cret#{ü}"
    for host in site.fleet:
        host.run(f"echo 'cloudstack:{old}' | chpasswd")
    site.fleet["kvm3"].write(CHPASSWD, "#!/bin/sh\nexit 1\n", mode=0o755)
    failed = change(site, old, new)
    assert "failed to update the password" in failed.output
    assert [accepts(host, old) for host in site.fleet] == [True] * 3
    site.fleet["kvm3"].run(f"rm {CHPASSWD}")
    done = change(site, old, new)
    assert (failed.status, done.status) == (2, 0), done.output
    assert [accepts(host, new) for host in site.fleet] == [True] * 3
    assert set(site.hosts().values()) == {"Up"}
    assert not any(word in failed.output + done.output for word in (old, new))


def change(site: Site, old: str, new: str) -> Play:
    asked = {"zone": "east", "cluster": "east-kvm", "username": "cloudstack", "update_on_host": True}
    asked |= {"password": old, "new_password": new, "timeout": 60}
    task = {"name": "The password", "hostcraft.cloudstack.cs_host_password": asked}
    play = site.folder / "password.json"
    play.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    return site.play(play, "-vvvv")


def accepts(host: Host, password: str) -> bool:
    text = "import crypt, spwd, sys; held = spwd.getspnam('cloudstack').sp_pwd; "
    text += "print(crypt.crypt(sys.argv[1], held) == held)"
    return "True" in host.run(f'python3 -W ignore -c "{text}" {shlex.quote(password)}').stdout


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.5)


def _authority(world: World) -> str:
    return world.authority.certificate()
