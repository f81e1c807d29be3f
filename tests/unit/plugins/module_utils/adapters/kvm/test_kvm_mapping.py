# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""libvirt's answers as facts of core: bonds, VLANs, huge pages and what else a host in a namespace cannot have."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.kvm import guests, mapping, uri
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.model import HypervisorAccess
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host

HOST = Host(id="1", name="kvm1.example.net", ip_address="10.1.1.11")
CAPABILITIES = """<capabilities><host><uuid>u-1</uuid><cpu><arch>x86_64</arch><model>Skylake-Server-IBRS</model>
<feature name='vmx'/><feature name='avx'/></cpu><topology><cells num='2'>
<cell id='0'><pages unit='KiB' size='4'>100</pages><pages unit='KiB' size='2048'>512</pages></cell>
<cell id='1'><pages unit='KiB' size='4'>100</pages><pages unit='KiB' size='1048576'>2</pages></cell>
</cells></topology></host>
<guest><os_type>hvm</os_type><arch name='x86_64'><emulator>/usr/bin/qemu</emulator>
<machine maxCpus='255'>pc-i440fx-7.2</machine><machine canonical='pc-i440fx-7.2'>pc</machine>
<domain type='qemu'/><domain type='kvm'><emulator>/usr/bin/kvm</emulator><machine>pc-q35-7.2</machine></domain>
</arch></guest></capabilities>"""
BOND = """<interface type='bond' name='bond0'><mtu size='9000'/><bond mode='802.3ad'>
<interface type='ethernet' name='eth0'><link speed='25000' state='up'/><mac address='02:00:00:00:00:01'/></interface>
<interface type='ethernet' name='eth1'><link speed='4294967295' state='down'/></interface></bond></interface>"""
CLOUDBR0 = """<interface type='bridge' name='cloudbr0'><mtu size='1500'/><bridge stp='off'>
<interface type='bond' name='bond0'/><interface type='ethernet' name='vnet3'/></bridge></interface>"""
CLOUDBR1 = """<interface type='bridge' name='cloudbr1'><bridge>
<interface type='vlan' name='bond0.200'><vlan tag='200'/></interface></bridge></interface>"""
INTERFACES = {
    "bond0": BOND,
    "cloudbr0": CLOUDBR0,
    "cloudbr1": CLOUDBR1,
    **dict.fromkeys(("bond0.200", "bond0.300", "brbond0-300", "bond0.310", "brbond0-310", "brvx-5000", "vnet3"), ""),
}


def answers(**more: object) -> mapping.Answers:
    fields: dict[str, object] = {
        "hostname": "kvm1",
        "capabilities": CAPABILITIES,
        "info": ["x86_64", 128000, 64, 2600, 2, 1, 16, 2],
        "versions": (9000000, 7002022),
        **more,
    }
    return mapping.Answers(**fields)  # type: ignore[arg-type]


def test_a_host_is_told_in_units_of_the_port() -> None:
    cpu = {"kernel": 64_000_000_000, "user": 128_000_000_000, "idle": 448_000_000_000, "iowait": 0}
    seen = mapping.to_host(HOST, answers(memory={"total": 131072000, "free": 1}, cpu=cpu), "u-1")
    assert (seen.name, seen.address, seen.uuid) == ("kvm1", "10.1.1.11", "u-1")
    assert (seen.cpu_model, seen.cpu_count, seen.cpu_sockets, seen.cpu_speed) == ("Skylake-Server-IBRS", 64, 2, 2600)
    assert seen.cpu_features == ("avx", "vmx")
    assert seen.memory == 131072000 * 1024
    assert seen.reserved == 512 * 2048 * 1024 + 2 * 1024**3
    assert seen.version == "libvirt 9.0.0, QEMU 7.2.22"
    assert seen.uptime == 10.0


def test_memory_without_statistics_is_that_of_the_node() -> None:
    seen = mapping.to_host(HOST, answers(), "u-1")
    assert (seen.memory, seen.uptime) == (128000 * 1024**2, None)


def test_bonds_bridges_and_vlans() -> None:
    nics, networks = mapping.to_networks(INTERFACES)
    assert [(each.name, each.bond, each.up, each.speed) for each in nics] == [
        ("eth0", "bond0", True, 25000),
        ("eth1", "bond0", False, None),
    ]
    told = {each.name: each for each in networks}
    assert sorted(told) == ["brbond0-300", "brbond0-310", "brvx-5000", "cloudbr0", "cloudbr1"]
    assert (told["cloudbr0"].vlan, told["cloudbr0"].nics) == (None, ("eth0", "eth1"))
    assert (told["cloudbr0"].vlans, told["cloudbr0"].mtu) == (("200", "300", "310"), 1500)
    assert (told["cloudbr1"].vlan, told["cloudbr1"].nics) == (200, ("eth0", "eth1"))
    assert (told["brbond0-300"].vlan, told["brbond0-300"].nics) == (300, ("eth0", "eth1"))
    assert told["brvx-5000"].vlan is None


def test_a_virtual_network_is_its_bridge() -> None:
    networks = mapping.to_networks({}, ["<network><name>default</name><bridge name='virbr0'/></network>"])[1]
    assert [(each.name, each.kind) for each in networks] == [("virbr0", "network")]


@pytest.mark.parametrize("name", ["lo", "vnet12", "tap0", "breth1-100", "eth1.100", "brvx-5000", "vxlan5000"])
def test_what_comes_and_goes_with_guests_is_not_asked_for(name: str) -> None:
    assert not mapping.worth_asking(name)


@pytest.mark.parametrize("name", ["eth0", "bond0", "cloudbr0", "br-ex", "eno1np0", "team0"])
def test_what_stays_is_asked_for(name: str) -> None:
    assert mapping.worth_asking(name)


def test_pools() -> None:
    xml = """<pool type='netfs'><capacity unit='bytes'>100</capacity><available unit='bytes'>40</available>
<target><path>/mnt/u-9</path></target></pool>"""
    seen = mapping.to_storage(mapping.Pool("u-9", "u-9", True, xml))
    assert (seen.kind, seen.reachable, seen.shared, seen.capacity, seen.free) == ("netfs", True, True, 100, 40)
    assert guests.pool_path(xml) == "/mnt/u-9"
    stopped = mapping.to_storage(mapping.Pool("local", "u-8", False, "<pool type='dir'/>"))
    assert (stopped.reachable, stopped.shared) == (False, False)


def test_guests_with_their_balloons() -> None:
    running = {"state.state": 1, "balloon.current": 1024, "balloon.maximum": 2048, "vcpu.current": 2, "vcpu.maximum": 4}
    stats = (
        ("i-2-3-VM", "g-1", running),
        ("old", "g-2", {"state.state": 5, "balloon.maximum": 512, "vcpu.maximum": 1}),
    )
    one, other = mapping.to_guests(answers(stats=stats), "u-1")
    assert (one.host_id, one.power, one.cpus, one.memory, one.memory_max) == ("u-1", "running", 2, 1 << 20, 2 << 20)
    assert (other.power, other.cpus, other.memory) == ("stopped", 1, None)


def test_kinds_of_machines() -> None:
    virt, machines, emulators = guests.kinds(CAPABILITIES, "x86_64")
    assert virt == "kvm"
    assert machines == {"pc-i440fx-7.2", "pc", "pc-q35-7.2"}
    assert emulators == ("/usr/bin/qemu", "/usr/bin/kvm")
    assert guests.kinds(CAPABILITIES, "s390x") == ("", frozenset(), ())


GUEST = """<domain type='kvm'><name>i-2-3-VM</name><os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>
<cpu mode='custom' match='exact' check='full'><model fallback='forbid'>EPYC</model><topology sockets='1'/>
<feature policy='require' name='x2apic'/></cpu><devices><emulator>/usr/bin/kvm</emulator>
<disk type='file' device='disk'><source file='/mnt/u-9/volume'/></disk>
<disk type='file' device='cdrom'><source file='/usr/share/cloud/systemvm.iso'/></disk>
<disk type='network' device='disk'><source protocol='rbd' name='pool/volume'/></disk><disk device='cdrom'/>
<interface type='bridge'><source bridge='brbond0-300'/></interface>
<graphics type='vnc' port='5901'/></devices></domain>"""


def test_what_a_guest_needs() -> None:
    guest = guests.to_guest(GUEST, ["because"])
    assert (guest.name, guest.arch, guest.virt, guest.machine) == ("i-2-3-VM", "x86_64", "kvm", "pc-q35-7.2")
    assert (guest.sources, guest.bridges, guest.blockers) == (("/mnt/u-9/volume",), ("brbond0-300",), ("because",))
    assert guest.cpu_model == "EPYC"
    assert "x2apic" in guest.cpu
    assert "topology" not in guest.cpu
    assert guests.vnc_port(GUEST) == 5901
    assert guests.vnc_port(GUEST.replace("5901", "-1")) is None


def test_the_cpu_of_a_host_that_has_none() -> None:
    assert guests.host_cpu(
        "<domainCapabilities><cpu><mode name='host-model' supported='no'/></cpu></domainCapabilities>"
    ) == ("", "")


def access(url: str, **more: object) -> HypervisorAccess:
    return HypervisorAccess(url, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "made"),
    [
        (access("qemu+tls://{host}/system"), "qemu+tls://kvm1.example.net/system"),
        (access("qemu+tls://{address}:16515/system"), "qemu+tls://10.1.1.11:16515/system"),
        (
            access("qemu+tls://{host}/system", pki_path="/etc/pki/own", validate_certs=False),
            "qemu+tls://kvm1.example.net/system?pkipath=/etc/pki/own&no_verify=1",
        ),
        (access("qemu+tls://{host}/system?pkipath=/a", pki_path="/b"), "qemu+tls://kvm1.example.net/system?pkipath=/a"),
        (access("qemu+ssh://root@{address}/system"), "qemu+ssh://root@10.1.1.11/system?no_tty=1"),
        (
            access("qemu+ssh://root@{address}/system?keyfile=/k", validate_certs=False),
            "qemu+ssh://root@10.1.1.11/system?keyfile=/k&no_tty=1&no_verify=1",
        ),
        (access("qemu+tcp://{address}/system", validate_certs=False), "qemu+tcp://10.1.1.11/system"),
        (access("qemu:///system"), "qemu:///system"),
    ],
)
def test_the_uri_of_a_host(given: HypervisorAccess, made: str) -> None:
    assert uri.uri(given, HOST, given.pki_path or "") == made


@pytest.mark.parametrize(
    "text", ["https://{host}", "qemu+tls://{host}", "kvm1", "qemu+tcp://a:secret@{host}/system", "qemu+tcp://[/system"]
)
def test_what_is_no_uri_is_refused_without_its_secret(text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        uri.uri(access(text), HOST, "")
    assert "secret" not in refused.value.message + str(refused.value.details)


def test_an_address_that_is_not_known() -> None:
    with pytest.raises(InvalidValue, match="has no address"):
        uri.uri(access("qemu+tcp://{address}/system"), Host(id="1", name="kvm1"), "")


HOSTILE = (
    "h/system?command=touch%20/tmp/x",
    "kvm1?no_verify=1",
    "kvm1#",
    "user@kvm1",
    "kvm1:22",
    "-oProxyCommand=touch x",
    "kvm1 ",
    "kvm1\n",
    "kvm1\x00",
    "..",
    "[::1]",
    "fe80::1%25eth0",
    "{address}",
    "",
)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("field", ["name", "address"])
def test_a_name_or_address_that_is_none_gets_into_no_uri(field: str, name: str) -> None:
    """libvirt runs what a URI names as a command, as the user of the task."""
    host = Host(
        id="1", name=name if field == "name" else "kvm1", ip_address=name if field == "address" else "192.0.2.1"
    )
    for scheme in ("qemu+ssh", "qemu+tls", "qemu+libssh2", "qemu"):
        wanted = "{host}" if field == "name" else "{address}"
        with pytest.raises((Refused, InvalidValue)) as refused:
            uri.uri(access(f"{scheme}://root@{wanted}/system"), host, "")
        if name:
            assert refused.value.details["reasons"][0]["code"] == "unsafe_name"


def test_a_name_that_is_not_used_may_be_any() -> None:
    """updateHost takes every text as a name."""
    host = Host(id="1", name="Host 1 (rack 4)?command=x", ip_address="192.0.2.1")
    assert uri.uri(access("qemu+tcp://{address}/system"), host, "") == "qemu+tcp://192.0.2.1/system"


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_a_server_says_only_the_host_of_a_uri_comes_of_it(name: str, address: str) -> None:
    host = Host(id="1", name=name, ip_address=address)
    for template in ("qemu+ssh://root@{host}:2222/system?keyfile=/k", "qemu+tls://{address}/system"):
        try:
            parts = urlsplit(uri.uri(access(template), host, "/pki"))
        except (Refused, InvalidValue):
            continue
        assert (parts.path, parts.username) == ("/system", "root" if "root@" in template else None)
        assert parts.hostname == (name if "{host}" in template else address).lower()
        assert set(dict(parse_qsl(parts.query))) <= {"keyfile", "no_tty", "pkipath"}


@pytest.mark.parametrize("template", ["qemu+tls://{address}/system", "qemu+tls://[{address}]/system"])
def test_an_address_of_ipv6_stands_in_brackets(template: str) -> None:
    host = Host(id="1", name="kvm1", ip_address="2001:db8::7")
    assert uri.uri(access(template), host, "") == "qemu+tls://[2001:db8::7]/system"


def test_several_hosts_need_a_placeholder() -> None:
    uri.check_spread("qemu+tcp://{host}/system", 8)
    uri.check_spread("qemu:///system", 1)
    with pytest.raises(InvalidValue) as refused:
        uri.check_spread("qemu+tcp://me:secret@10.1.1.1/system", 8)
    assert "secret" not in refused.value.message
