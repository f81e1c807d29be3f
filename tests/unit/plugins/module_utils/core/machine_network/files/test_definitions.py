# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which interfaces the files of others speak of, as people write them, and which files ifup reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.model import BACKENDS
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.files import ifupdown
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.files.definition import (
    NO_CARD,
    Facts,
    mac_of,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.files.read import definitions
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.foreign import read_by

ENO1 = Facts("eno1", "52:54:00:00:00:01", "52:54:00:00:00:01", "igb", "pci-0000:02:00.0", "", ("enp2s0",))
PLAN, UNIT = "/etc/netplan/50-site.yaml", "/etc/systemd/network/05-site.network"
KEYFILE, IFCFG = "/etc/NetworkManager/system-connections/site", "/etc/sysconfig/network-scripts/ifcfg-site"
MAIN = "/etc/network/interfaces"


def plan(body: str) -> str:
    return f"network:\n  version: 2\n  ethernets:\n{body}"


# Path, text, and whether it speaks of eno1: True, False, or None where that cannot be told.
SAID: list[tuple[str, str, bool | None]] = [
    (PLAN, plan("    eno1: {dhcp4: true}\n"), True),
    (PLAN, plan("    eno2: {dhcp4: true}\n"), False),
    (PLAN, plan("    lan:\n      match: {macaddress: '52:54:00:00:00:01'}\n      dhcp4: true\n"), True),
    (PLAN, plan("    lan:\n      match: {macaddress: '52:54:00:00:00:02'}\n      dhcp4: true\n"), False),
    (PLAN, plan("    eno1:\n      match: {macaddress: '52:54:00:00:00:02'}\n      set-name: eno2\n"), False),
    (PLAN, plan("    lan:\n      match:\n        name: enp*\n      set-name: eno1\n"), True),
    (PLAN, plan("    lan:\n      match:\n        driver: [ixgbe, igb]\n"), True),
    (PLAN, plan("    lan:\n      match:\n        driver: ixgbe\n        name: en*\n"), False),
    (PLAN, plan("    lan:\n      match: {}\n"), True),
    (PLAN, "network: {bridges: {br0: {interfaces: [eno1], dhcp4: true}}}\n", True),
    (PLAN, "network: {vlans: {eno1.50: {id: 50, link: eno1}}}\n", False),
    (
        PLAN,
        "network:\n  bonds:\n    renderer: networkd\n    bond0:\n      interfaces:\n      - eno1\n      - eno2\n",
        True,
    ),
    (PLAN, "network: [\n", None),
    (PLAN, "network:\n  version: 2\n  renderer: NetworkManager\n", False),
    (UNIT, "[Match]\nName=eno1\n[Network]\nDHCP=yes\n", True),
    (UNIT, "[Match]\nName=eth0 \\\n eno1\n", True),
    (UNIT, "[Match]\nName=eno9\nName=eno1\n", True),
    (UNIT, "[Match]\nName=eno1\nName=\nName=eno9\n", False),
    (UNIT, "[Match]\nName=enp2*\n", True),
    (UNIT, "[Match]\nName=!lo docker*\n", True),
    (UNIT, "[Match]\nName=!eno1 lo\n", False),
    (UNIT, "[Match]\nMACAddress=00:11:22:33:44:55 5254.0000.0001\n", True),
    (UNIT, "[Match]\nPermanentMACAddress=52-54-00-00-00-01\n", True),
    (UNIT, "[Match]\nDriver=ixgbe\nName=en*\n", False),
    (UNIT, "[Match]\nPath=pci-0000:02:*\n", True),
    (UNIT, "[Match]\nType=ether\nKind=!*\n", None),
    (UNIT, "[Match]\nType=wlan\n", False),
    (UNIT, "[Match]\nName=eno1\nHost=kvm1\n", None),
    (UNIT, "[Network]\nDHCP=yes\n", False),
    (UNIT, "[Match]\r\nName=eno1\r\n", True),
    (KEYFILE, "[connection]\nid=x\ntype=ethernet\ninterface-name=eno1\n", True),
    (KEYFILE, "[connection]\nid=x\ntype=ethernet\n\n[ethernet]\nmac-address=52:54:00:00:00:01\n", True),
    (KEYFILE, "[connection]\nid=x\ntype=ethernet\n\n[ethernet]\nmac-address=52:54:00:00:00:02\n", False),
    (KEYFILE, "[connection]\nid=x\ntype=ethernet\n\n[match]\ninterface-name=en*;!eno1;\n", False),
    (KEYFILE, "[connection]\nid=x\ntype=802-3-ethernet\n", True),
    (KEYFILE, "[connection]\nid=x\ntype=wifi\n", False),
    (KEYFILE, "[connection]\nid=p\ntype=ethernet\nmaster=br0\nslave-type=bridge\ninterface-name=eno1\n", True),
    (IFCFG, 'DEVICE="eno1"\nONBOOT=yes\n', True),
    (IFCFG, "HWADDR=52:54:00:00:00:01\nBOOTPROTO=dhcp\n", True),
    ("/etc/sysconfig/network-scripts/ifcfg-eno1", "BOOTPROTO=dhcp\n", True),
    ("/etc/sysconfig/network-scripts/ifcfg-lo", "DEVICE=lo\nIPADDR=127.0.0.1\n", False),
    (MAIN, "auto eno1\niface eno1 inet dhcp\n", True),
    (MAIN, "allow-hotplug eno2 eno1\n", True),
    (MAIN, "auto /en*\niface /en*/1 inet dhcp\n", True),
    (MAIN, "iface eno1:0 inet static\n  address 192.0.2.11/24\n", True),
    (MAIN, "auto vmbr0\niface vmbr0 inet static\n  bridge-ports eno1\n", True),
    (MAIN, "auto br0\niface br0 inet dhcp\n  bridge_ports regex en.*\n", True),
    (MAIN, "auto br0\niface br0 inet dhcp\n  bridge_ports all\n", True),
    (MAIN, "auto bond0\niface bond0 inet manual\n  bond-slaves eno2 \\\n    eno1\n", True),
    (MAIN, "auto eno1.50\niface eno1.50 inet static\n  vlan-raw-device eno1\n", False),
    (MAIN, "auto lo\niface lo inet loopback\n#auto eno1\n", False),
    (MAIN, "mapping eno*\n  script /usr/local/sbin/map\n", True),
    (MAIN, "auto br0\niface br0 inet dhcp\n  bridge_ports regex (eno|eth)1\n", True),
    (MAIN, "auto br0\niface br0 inet dhcp\n  bridge_ports regex (eno|eth)\n", False),
    (MAIN, "auto br0\niface br0 inet dhcp\n  bridge_ports regex (eno\n", False),
    (MAIN, "auto mac/52:54:00:00:00:01\n", True),
    (MAIN, "allow-hotplug mac/52:54:00:00:00:*=lan\niface lan inet dhcp\n", True),
    (MAIN, "auto mac/52:54:00:00:00:02=lan\niface lan inet dhcp\n", False),
    (MAIN, "auto operstate/up\n", None),
    (MAIN, "rename mac/52:54:00:00:00:01=lan\n", True),
    (MAIN, "rename mac/52:54:00:00:00:02=eno1\n", True),
    (MAIN, "rename eno2=lan\n", False),
    (MAIN, "auto /en*=lan\niface lan inet dhcp\n", True),
    # ifup reads included files whatever they are called.
    *((f"{MAIN}.d/eno1{end}", "auto eno1\n", True) for end in ("", ".conf", ".link", ".yaml", ".network", ".netdev")),
    ("/etc/systemd/network/05-eno1.link", "[Match]\nName=eno1\n[Link]\nMTUBytes=9000\n", False),
    ("/etc/NetworkManager/conf.d/eno1.conf", "[connection]\ninterface-name=eno1\n", False),
    ("/run/netplan/60.yaml", plan("    eno1: {dhcp4: true}\n"), True),
    ("/run/systemd/network/05-initrd.network", "[Match]\nName=eno1\n", True),
    ("/usr/lib/systemd/network/89-ethernet.network", "[Match]\nType=ether\n", True),
    ("/run/NetworkManager/system-connections/e.nmconnection", "[connection]\ninterface-name=eno1\n", True),
    (KEYFILE, "[connection]\ninterface-name=eno1\n[.nmmeta]\nnm-generated=true\n", False),
    (KEYFILE, "[connection]\ntype=ethernet\n[ethernet]\nmac-address-denylist=52:54:00:00:00:01;\n", False),
    (KEYFILE, "[connection]\ntype=ethernet\n[ethernet]\nmac-address-denylist=52:54:00:00:00:02;\n", True),
]


@pytest.mark.parametrize(("path", "text", "said"), SAID)
def test_a_file_says_something_of_an_interface(path: str, text: str, said: bool | None) -> None:
    answers = {one.claims(ENO1) for one in definitions(path, text)}
    assert (True if True in answers else None if None in answers else False) is said


def test_what_is_not_known_of_a_card_cannot_be_told() -> None:
    bare = Facts("eno1")
    texts = ("Driver=igb", "Path=pci-*", "PermanentMACAddress=52:54:00:00:00:01")
    assert [definitions(UNIT, f"[Match]\n{text}\n")[0].claims(bare) for text in texts] == [None, None, None]


@pytest.mark.parametrize("more", ["", "[ethernet]\nmac-address-blacklist=52:54:00:00:00:01;\n"])
def test_a_connection_for_any_card_is_for_no_bridge(more: str) -> None:
    (found,) = definitions(KEYFILE, f"[connection]\nid=x\ntype=ethernet\n{more}")
    assert found.claims(Facts("br0", permanent=NO_CARD, kind="bridge")) is False


def test_what_a_file_makes() -> None:
    made = {
        PLAN: "network: {ethernets: {eno1: {}}, bridges: {br0: {}}, vlans: {v7: {id: 7, link: eno1}}}",
        "/etc/systemd/network/br0.netdev": "[NetDev]\nName=br0\nKind=bridge\n",
        KEYFILE: "[connection]\nid=b\ntype=bridge\ninterface-name=br0\n",
        IFCFG: "DEVICE=br0\nTYPE=Bridge\n",
        MAIN: "iface eno1 inet manual\niface br0 inet dhcp\n  bridge_ports eno1\niface eno1.7 inet manual\n",
    }
    found = {path: {one.makes for one in definitions(path, text)} - {""} for path, text in made.items()}
    assert found == {
        PLAN: {"br0", "v7"},
        "/etc/systemd/network/br0.netdev": {"br0"},
        KEYFILE: {"br0"},
        IFCFG: {"br0"},
        MAIN: {"br0", "eno1.7"},
    }


@pytest.mark.parametrize(("text", "mac"), [("5254.0000.0001", "52:54:00:00:00:01"), ("52:54", ""), ("", "")])
def test_one_spelling_of_mac_addresses(text: str, mac: str) -> None:
    assert mac_of(text) == mac


OURS = "/etc/network/interfaces.d/cloudstack"


@pytest.mark.parametrize(
    ("files", "read"),
    [
        ({MAIN: "source /etc/network/interfaces.d/*\n"}, True),
        ({MAIN: "source interfaces.d/*\n"}, True),
        ({MAIN: "source-directory /etc/network/interfaces.d\n"}, True),
        ({MAIN: "source-directory interfaces.d/\n"}, True),
        ({MAIN: "source /etc/network/interfaces.d/*.cfg\n"}, False),
        ({MAIN: "source /etc/network/vlans\n"}, False),
        # So does ifquery 0.8.41.
        ({MAIN: 'source "/etc/network/interfaces.d/*"\n'}, False),
        ({MAIN: "source '/etc/network/interfaces.d/*'\n"}, False),
        ({MAIN: 'source-directory "/etc/network/interfaces.d"\n'}, False),
        ({MAIN: "source-directory /run/network/interfaces.d\n"}, False),
        ({MAIN: "# source /etc/network/interfaces.d/*\n"}, False),
        ({MAIN: "source /etc/network/more\n", "/etc/network/more": "source interfaces.d/cloud*\n"}, True),
        ({MAIN: "source /etc/network/more\n", "/etc/network/more": "source /etc/network/interfaces\n"}, False),
        ({}, False),
    ],
)
def test_ifup_reads_what_its_main_file_includes(files: dict[str, str], read: bool) -> None:
    assert ifupdown.is_read(OURS, files) is read


WORDS = st.sampled_from(
    (
        *(
            "network:",
            "ethernets:",
            "eno1:",
            "match:",
            "- ",
            "  ",
            "    ",
            "\n",
            "\\\n",
            "{",
            "}",
            "[",
            "]",
            "'",
            '"',
            ": ",
            "#",
        ),
        *(
            "[Match]",
            "[connection]",
            "Name=",
            "type=ethernet",
            "!",
            "*",
            "&a",
            "*a",
            "|",
            "\t",
            "\r\n",
            "\ufeff",
            "\x00",
            "é",
        ),
        *("auto ", "iface ", "/", "source ", "bridge_ports ", "eno1 ", "regex ", "DEVICE=", "=", "HWADDR=", "52:54:00"),
    )
)


@given(st.lists(WORDS, max_size=30).map("".join), st.sampled_from((PLAN, UNIT, KEYFILE, IFCFG, MAIN)))
def test_no_text_is_too_odd_to_be_read(text: str, path: str) -> None:
    for one in definitions(path, text):
        assert one.path == path
        assert one.claims(ENO1) in (True, False, None)


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        (
            MAIN,
            "auto eth0\n# post-up ip route add \\\niface eth0 inet static\n",
            ["auto eth0", "iface eth0 inet static"],
        ),
        (MAIN, "iface eth1 inet manual\n  #up x \\\n  # y\nauto eth0\n", ["iface eth1 inet manual", "auto eth0"]),
        (MAIN, "iface eth1 inet manual\n  up x \\\n  # y\nauto eth0\n", ["iface eth1 inet manual", "auto eth0"]),
        (UNIT, "# made for \\\n[Match]\nName=eth0\n", ["Match"]),
        (UNIT, "[Match]\n; old \\\nName=eth0 \\\n# eth1\n  eth2\n", ["Match"]),
    ],
)
def test_a_comment_swallows_no_line(path: str, text: str, said: list[str]) -> None:
    """ifupdown and systemd skip comments before they look at backslashes; inside a line, only systemd does."""
    assert [one.where for one in definitions(path, text)] == said


def test_a_comment_before_an_include_does_not_hide_it() -> None:
    assert ifupdown.sources(MAIN, "# old \\\nsource /etc/network/interfaces.d/*\n") != ()


KEYFILES = "/etc/NetworkManager/system-connections"


@pytest.mark.parametrize(
    ("backend", "path", "read"),
    [
        ("netplan", "/run/netplan/60.yaml", True),
        ("netplan", "/lib/netplan/00-vendor.yaml", True),
        ("netplan", "/etc/netplan/60.yaml.bak", False),
        ("networkd", "/run/systemd/network/05-initrd.network", True),
        ("networkd", "/usr/lib/systemd/network/80-x.netdev", True),
        ("networkd", "/run/systemd/network/10-netplan-eno1.network", False),
        ("networkmanager", f"{KEYFILES}/eno1", True),
        ("networkmanager", f"{KEYFILES}/eno1.nmconnection", True),
        ("networkmanager", f"{KEYFILES}/eno1.nmconnection~", False),
        ("networkmanager", f"{KEYFILES}/.eno1.nmconnection.swp", False),
        ("networkmanager", f"{KEYFILES}/eno1.nmconnection.a1B2c3", False),
        ("networkmanager", f"{KEYFILES}/ca.PEM", False),
        ("networkmanager", "/run/NetworkManager/system-connections/eno1.nmconnection", True),
        ("networkmanager", "/run/NetworkManager/system-connections/eno1", False),
        ("networkmanager", "/run/NetworkManager/system-connections/netplan-eno1.nmconnection", False),
        ("networkmanager", "/etc/sysconfig/network-scripts/ifcfg-eno1", True),
        ("networkmanager", "/etc/sysconfig/network-scripts/ifcfg-eno1.bak", False),
        # Only the scripts of EL 7 leave this one out.
        ("networkmanager", "/etc/sysconfig/network-scripts/ifcfg-eno1.rpmsave", True),
    ],
)
def test_which_files_a_backend_reads(backend: str, path: str, read: bool) -> None:
    assert (path in read_by(BACKENDS[backend], {path: ""})) is read


def test_a_file_takes_the_place_of_one_with_its_name() -> None:
    units = [f"{folder}/systemd/network/50-a.network" for folder in ("/usr/lib", "/run", "/etc")]
    assert [list(read_by(BACKENDS["networkd"], dict.fromkeys(units[:most], ""))) for most in (1, 2, 3)] == [
        [unit] for unit in units
    ]
    plans = [f"{folder}/netplan/50-a.yaml" for folder in ("/lib", "/etc", "/run")]
    assert list(read_by(BACKENDS["netplan"], dict.fromkeys(plans, ""))) == ["/run/netplan/50-a.yaml"]
