# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What would go with files of others is told: interfaces that nobody declared are refused, settings are named."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.layout.seen import (
    SeenAddress,
    SeenLink,
    SeenNetwork,
    SeenRoute,
)
from unit.plugins.module_utils.core.machine_network.layouts import host, planned

Json = dict[str, Any]
KEPT: Json = {"bridges": [{"name": "cloudbr0", "interfaces": ["eth0"], "method": "keep"}]}
WITH_STORAGE: Json = {**KEPT, "nics": [{"name": "eth1", "method": "keep"}]}
MAIN = "/etc/network/interfaces"
# One file, or several, that define the way in, storage on eth1 and a VLAN on it, as each back-end has them.
FILES: dict[str, dict[str, str]] = {
    "netplan": {
        "/etc/netplan/50-cloud-init.yaml": """network:
  version: 2
  ethernets:
    eth0: {addresses: [192.0.2.10/24]}
    eth1: {addresses: [10.1.1.10/24], mtu: 9000}
  vlans:
    eth1.50: {id: 50, link: eth1, addresses: [10.5.0.10/24]}
"""
    },
    "ifupdown": {
        MAIN: """auto lo eth0 eth1 eth1.50
iface lo inet loopback
iface eth0 inet static
  address 192.0.2.10/24
iface eth1 inet static
  address 10.1.1.10/24
iface eth1.50 inet static
  address 10.5.0.10/24
"""
    },
    "networkd": {
        "/etc/systemd/network/05-a.network": "[Match]\nName=eth0\n[Network]\nAddress=192.0.2.10/24\n",
        "/etc/systemd/network/06-b.network": "[Match]\nMACAddress=52:54:00:00:00:02\n[Network]\nAddress=10.1.1.10/24\n",
        "/etc/systemd/network/07-c.netdev": "[NetDev]\nName=eth1.50\nKind=vlan\n[VLAN]\nId=50\n",
    },
    "networkmanager": {
        f"/etc/NetworkManager/system-connections/{name}.nmconnection": text
        for name, text in {
            "a": "[connection]\ninterface-name=eth0\ntype=ethernet\n",
            "b": "[connection]\ninterface-name=eth1\ntype=ethernet\n",
            "c": "[connection]\ninterface-name=eth1.50\ntype=vlan\n[vlan]\nparent=eth1\nid=50\n",
        }.items()
    },
}
FILES["ifupdown2"] = FILES["ifupdown"]


def machine(backend: str, *more: SeenLink, **fields: Any) -> SeenNetwork:
    links = (
        SeenLink("eth0", mac="52:54:00:00:00:01", addresses=(SeenAddress("192.0.2.10/24"),)),
        SeenLink("eth1", mac="52:54:00:00:00:02", addresses=(SeenAddress("10.1.1.10/24"),), mtu=9000),
        SeenLink("eth1.50", "vlan", lower="eth1", addresses=(SeenAddress("10.5.0.10/24"),), traits={"id": 50}),
    )
    return host(*links, *more, **{"files": FILES[backend], "connection": "192.0.2.10", **fields})


def reasons(layout: Json, seen: SeenNetwork, **more: Any) -> list[Json]:
    with pytest.raises(Refused) as refused:
        planned(layout, seen, **more)
    found: list[Json] = refused.value.details["reasons"]
    return found


@pytest.mark.parametrize("backend", sorted(FILES))
def test_an_undeclared_interface_is_not_lost_with_the_file_that_defines_it(backend: str) -> None:
    routes = (SeenRoute("10.9.0.0/16", "eth1", "10.1.1.1", protocol="static", table="7"),)
    found = reasons(KEPT, machine(backend, routes=routes), backend=backend, exact=True)
    assert {(one["code"], one["parameter"]) for one in found} == {
        ("undeclared_dropped", "interfaces.eth1"),
        ("undeclared_dropped", "interfaces.eth1.50"),
    }
    told = " ".join(one["message"] for one in found)
    assert "10.1.1.10/24, the route to 10.9.0.0/16 in table 7" in told
    assert "10.5.0.10/24, the vlan itself" in told


@pytest.mark.parametrize("backend", sorted(FILES))
def test_the_remedy_of_the_refusal_works_and_loses_nothing(backend: str) -> None:
    vlan = {"name": "eth1.50", "id": 50, "link": "eth1", "method": "keep"}
    kept = planned({**WITH_STORAGE, "vlans": [vlan]}, machine(backend), backend=backend, exact=True)
    assert [one.code for one in kept.findings] == []
    assert {address for link in kept.change.links for address in link.addresses} == {
        "192.0.2.10/24",
        "10.1.1.10/24",
        "10.5.0.10/24",
    }
    given_up = {**KEPT, "nics": [{"name": "eth1", "method": "none"}], "vlans": [{**vlan, "method": "none"}]}
    found = planned(given_up, machine(backend), backend=backend, exact=True).findings
    assert [one.code for one in found] == ["address_dropped", "address_dropped"]


@pytest.mark.parametrize("backend", sorted(FILES))
def test_a_card_without_carrier_or_address_loses_its_configuration_in_no_silence(backend: str) -> None:
    down = SeenLink("eth1", mac="52:54:00:00:00:02")
    files = {path: text for path, text in FILES[backend].items() if "07-c" not in path and "c.nm" not in path}
    seen = host(
        SeenLink("lo"),
        SeenLink("eth0", mac="52:54:00:00:00:01", addresses=(SeenAddress("192.0.2.10/24"),)),
        down,
        files=files,
        connection="192.0.2.10",
    )
    found = [one for one in planned(KEPT, seen, backend=backend, exact=True).findings if one.value == "eth1"]
    assert [(one.code, one.where, one.blocks) for one in found] == [("undeclared_dropped", "interfaces.eth1", False)]
    assert "its settings in " in found[0].message
    if backend != "networkmanager":  # whose files above have no address
        assert "10.1.1.10/24" in found[0].message
    told = planned(WITH_STORAGE | {"nics": [{"name": "eth1", "method": "none"}]}, seen, backend=backend, exact=True)
    assert [one.code for one in told.findings if one.value == "eth1" and one.code == "undeclared_dropped"] == []


def test_hooks_go_in_no_silence_with_an_interface_that_is_not_declared() -> None:
    text = (
        "auto lo\niface lo inet loopback\n  post-up iptables-restore < /etc/rules\niface eth2 inet manual\n"
        "auto eth0.7\niface eth0.7 inet static\n  address 192.0.2.10/24\n  post-up tc qdisc add dev eth0.7 root fq\n"
    )
    seen = host(
        SeenLink("lo"),
        SeenLink("eth0", mac="52:54:00:00:00:01"),
        SeenLink("eth0.7", "vlan", lower="eth0", addresses=(SeenAddress("192.0.2.10/24"),), traits={"id": 7}),
        files={MAIN: text},
        connection="192.0.2.10",
    )
    found = planned(KEPT, seen, backend="ifupdown", exact=True).findings
    assert [(one.code, one.value) for one in found] == [("undeclared_dropped", "lo"), ("setting_dropped", "eth0.7")]
    assert "post-up iptables-restore < /etc/rules" in found[0].message
    assert found[1].message.endswith("post-up tc qdisc add dev eth0.7 root fq")


def test_a_profile_that_is_for_no_interface_goes_in_no_silence() -> None:
    path = "/etc/NetworkManager/system-connections/v.nmconnection"
    files = {path: "[connection]\nid=v\ntype=vpn\n[vpn]\npassword=s3cret\n"}
    (found,) = planned(KEPT, machine("networkmanager", files=files), backend="networkmanager", exact=True).findings
    assert (found.code, found.where, found.blocks) == ("undeclared_dropped", path, False)


@pytest.mark.parametrize("backend", ["netplan", "ifupdown"])
def test_exact_is_not_recommended_where_it_would_lose_something(backend: str) -> None:
    (found,) = [one for one in reasons(KEPT, machine(backend), backend=backend) if one["code"] == "foreign_file"]
    assert (
        found["remedy"]
        == "remove the definition manually, or declare eth1 eth1.50 too (method: keep) and use exact: true"
    )


def test_an_address_on_lo_goes_in_no_silence() -> None:
    files = {"/etc/netplan/50.yaml": "network: {ethernets: {lo: {match: {name: lo}, addresses: [10.255.255.12/32]}}}"}
    seen = host(SeenLink("lo", addresses=(SeenAddress("10.255.255.12/32"),)), files=files)
    bare = {"bridges": [{"name": "cloudbr1", "interfaces": ["eth1"]}]}
    (found,) = reasons(bare, seen, backend="netplan", exact=True)
    assert (found["code"], found["parameter"]) == ("undeclared_dropped", "interfaces.lo")
    declared = {**bare, "nics": [{"name": "lo", "addresses": ["10.255.255.12/32"]}]}
    assert planned(declared, seen, backend="netplan", exact=True).findings == ()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"addresses": ["10.255.255.12/32"], "gateway": "10.255.255.1"}, "not_on_loopback"),
        ({"method": "dhcp"}, "not_on_loopback"),
        ({"mtu": 9000}, "not_on_loopback"),
    ],
)
def test_nothing_but_addresses_is_on_lo(fields: Json, code: str) -> None:
    assert code in {one["code"] for one in reasons({"nics": [{"name": "lo", **fields}]}, host(SeenLink("lo")))}


def test_routes_of_lo_are_told_in_words() -> None:
    lo = {"name": "lo", "addresses": ["10.255.255.12/32"], "routes": [{"to": "10.0.0.0/8"}, {"to": "10.9.0.0/16"}]}
    found = [one for one in reasons({"nics": [lo]}, host(SeenLink("lo"))) if one["code"] == "not_on_loopback"]
    assert [one["message"] for one in found] == [
        "nics.lo.routes='10.0.0.0/8 10.9.0.0/16': cannot be set on the loopback interface"
    ]


@pytest.mark.parametrize(
    ("fields", "code", "key"),
    [
        ({"gateway6": "fe80::1%eth0"}, "bad_address", "gateway6"),
        ({"gateway6": "fe80::1%cloudbr0"}, "bad_address", "gateway6"),
        ({"routes": [{"to": "2001:db8:9::/48", "via": "fe80::2%eth0"}]}, "bad_route", "routes"),
        ({"addresses": ["2001:db8::5/64", "fe80::5%eth0/64"]}, "bad_address", "addresses"),
        ({"dns": ["fe80::53%eth0"]}, "bad_address", "dns"),
        ({"dns": ["2001:db8::53%cloudbr0"]}, "bad_address", "dns"),
        ({"dns": ["fe80::53%cloudbr0"]}, "", ""),
        ({"gateway6": "fe80::1"}, "", ""),
    ],
)
def test_a_zone_is_no_part_of_an_address(fields: Json, code: str, key: str) -> None:
    bridge = {"name": "cloudbr0", "interfaces": ["eth0"], "addresses": ["2001:db8::5/64"], **fields}
    if not code:
        assert planned({"bridges": [bridge]}).findings == ()
        return
    (found,) = reasons({"bridges": [bridge]}, host())
    assert (found["code"], found["parameter"]) == (code, f"bridges.cloudbr0.{key}")


def test_lo_is_no_port() -> None:
    layout = {"bridges": [{"name": "cloudbr1", "interfaces": ["lo"]}]}
    assert "bad_name" in {one["code"] for one in reasons(layout, host(SeenLink("lo")))}


LO: dict[str, str] = {
    "netplan": '    lo:\n      match:\n        name: "lo"\n      addresses: ["10.255.255.12/32"]\n',
    "networkd": "[Match]\nName=lo\n\n[Network]\nAddress=10.255.255.12/32\n",
    "networkmanager": "type=loopback\ninterface-name=lo\n",
    "ifupdown": "iface lo:cloudstack inet manual\n    up ip address replace 10.255.255.12/32 dev lo\n",
    "ifupdown2": "auto lo\niface lo inet loopback\n    address 10.255.255.12/32\n",
}


@pytest.mark.parametrize("backend", sorted(LO))
def test_an_address_on_lo_in_the_words_of_each_backend(backend: str) -> None:
    change = planned(
        {"nics": [{"name": "lo", "addresses": ["10.255.255.12/32"]}]}, host(SeenLink("lo")), backend
    ).change
    assert LO[backend] in "".join(file.content for file in change.files)
    assert [(link.name, link.addresses) for link in change.links] == [("lo", ("10.255.255.12/32",))]


def test_another_bridge_that_is_replaced_is_no_loss() -> None:
    text = "auto br0\niface br0 inet static\n  address 192.0.2.10/24\n  bridge_ports eth0\n"
    seen = host(
        SeenLink("eth0", mac="52:54:00:00:00:01", master="br0"),
        SeenLink("br0", "bridge", addresses=(SeenAddress("192.0.2.10/24"),)),
        files={MAIN: text},
        connection="192.0.2.10",
    )
    plan = planned(KEPT, seen, backend="ifupdown", exact=True)
    assert plan.change.doomed == ("br0",)
    assert [one.code for one in plan.findings] == []


def test_the_way_in_on_an_interface_that_is_no_longer_declared_is_not_lost() -> None:
    first = planned({"nics": [{"name": "eth1", "addresses": ["10.1.1.10/24"]}]}, backend="networkd")
    files = {file.path: file.content for file in first.change.files}
    own = SeenLink("eth1", mac="52:54:00:00:00:02", addresses=(SeenAddress("10.1.1.10/24"),))
    bare = {"bridges": [{"name": "cloudbr1", "interfaces": ["eth2"]}]}
    (found,) = reasons(bare, host(own, files=files, connection="10.1.1.10"))
    assert found["code"] == "connection_lost"
    # Without a connection on it, it goes as it was taken out of the layout, and that is told.
    told = planned(bare, host(own, files=files)).findings
    assert [(one.code, one.blocks) for one in told] == [("undeclared_dropped", False)]


SETTINGS: dict[str, tuple[str, str, list[str]]] = {
    "netplan": (
        "/etc/netplan/50-cloud-init.yaml",
        """network:
  ethernets:
    eth0:
      addresses: [192.0.2.10/24]
      wakeonlan: true
      receive-checksum-offload: false
      ipv6-privacy: true
      nameservers: {addresses: [192.0.2.53]}
      routes: [{to: 10.50.0.0/16, via: 192.0.2.7, table: 101}]
      auth: {key-management: 802.1x, password: "s3cret"}
""",
        ["wakeonlan true", "ipv6-privacy true", "routes to: 10.50.0.0/16", "auth.password;"],
    ),
    "ifupdown": (
        MAIN,
        """iface eth0 inet static
  address 192.0.2.10/24
  wpa-psk s3cret
  post-up ethtool -K eth0 tso off
  up ip route add 10.50.0.0/16 via 192.0.2.7 dev eth0
""",
        ["post-up ethtool -K eth0 tso off", "up ip route add 10.50.0.0/16", "wpa-psk;"],
    ),
    "networkd": (
        "/etc/systemd/network/05-a.network",
        "[Match]\nName=eth0\n[Network]\nAddress=192.0.2.10/24\nLLDP=yes\nIPForward=no\n[Route]\nType=blackhole\nDestination=10.0.0.0/8\n",
        ["Network.LLDP yes", "Route.Destination 10.0.0.0/8"],
    ),
    "networkmanager": (
        "/etc/NetworkManager/system-connections/a.nmconnection",
        "[connection]\ninterface-name=eth0\ntype=ethernet\nzone=internal\n[802-1x]\npassword=s3cret\n[ipv4]\nmethod=manual\naddress1=192.0.2.10/24\n",
        ["connection.zone internal", "802-1x.password"],
    ),
}


@pytest.mark.parametrize("backend", sorted(SETTINGS))
def test_settings_that_go_with_a_file_are_named_without_secrets(backend: str) -> None:
    path, text, words = SETTINGS[backend]
    eth0 = SeenLink("eth0", mac="52:54:00:00:00:01", addresses=(SeenAddress("192.0.2.10/24"),))
    seen = host(eth0, files={path: text}, dns=("192.0.2.53",))
    (found,) = planned(KEPT, seen, backend=backend, exact=True).findings
    assert (found.code, found.where) == ("setting_dropped", path)
    assert [word for word in words if word not in f"{found.message};"] == []
    assert "s3cret" not in found.message
    assert "192.0.2.10" not in found.message
    assert "192.0.2.53" not in found.message


HUSHED: list[tuple[str, str, str]] = [
    *(
        ("ifupdown", line, "")
        for line in (
            "wireless-key s:s3cret",
            "wireless-key1 s3cret",
            "mka-cak s3cret",
            "post-up wg set wg0 private-key <(echo s3cret)",
            "up curl https://user:s3cret@192.0.2.1/",
            "up pppd call x password s3cret",
        )
    ),
    ("netplan", "key: s3cret", "key"),
    ("netplan", "keys: {private: s3cret}", "keys.private"),
    ("netplan", "peers: [{keys: {public: open, shared: s3cret}, allowed-ips: [0.0.0.0/0]}]", "peers"),
    ("networkd", "[WireGuardPeer]\nPresharedKey=s3cret", "WireGuardPeer.PresharedKey"),
    ("networkd", "[MACsecTransmitAssociation]\nKey=s3cret", "MACsecTransmitAssociation.Key"),
    ("networkmanager", "[macsec]\nmka-cak=s3cret", "macsec.mka-cak"),
    ("networkmanager", "[802-1x]\npin=s3cret", "802-1x.pin"),
]


@pytest.mark.parametrize(("backend", "line", "key"), HUSHED)
@pytest.mark.parametrize("declared", [True, False])
def test_a_secret_is_not_shown_whatever_it_is_called(backend: str, line: str, key: str, declared: bool) -> None:
    name = "eth0" if declared else "eth1"
    path, text = {
        "ifupdown": (MAIN, f"auto {name}\niface {name} inet manual\n  {line}\n"),
        "netplan": ("/etc/netplan/50.yaml", f"network:\n  ethernets:\n    {name}:\n      {line}\n"),
        "networkd": ("/etc/systemd/network/05-a.network", f"[Match]\nName={name}\n{line}\n"),
        "networkmanager": (
            "/etc/NetworkManager/system-connections/a.nmconnection",
            f"[connection]\ninterface-name={name}\ntype=ethernet\n{line}\n",
        ),
    }[backend]
    eth0 = SeenLink("eth0", mac="52:54:00:00:00:01", addresses=(SeenAddress("192.0.2.10/24"),))
    (found,) = planned(KEPT, host(eth0, files={path: text}), backend=backend, exact=True).findings
    assert found.code == ("setting_dropped" if declared else "undeclared_dropped")
    assert found.message.endswith(f": {key or line.split()[0]}")


def test_another_backend_that_runs_and_defines_the_interface_is_told() -> None:
    files = {MAIN: "auto eth0\niface eth0 inet dhcp\n"}
    (found,) = planned(KEPT, machine("networkd", files=files, backends=("networkd", "ifupdown"))).findings
    assert (found.code, found.where, found.blocks) == ("foreign_file", MAIN, False)
    assert "ifupdown, which also runs on this host" in found.message
    first = {"/etc/systemd/network/05-x.network": "[Match]\nName=eth0\n[Network]\nDHCP=yes\n"}
    seen = machine("netplan", files=first, backends=("networkd", "netplan"))
    assert [one["code"] for one in reasons(KEPT, seen, backend="netplan")] == ["foreign_file"]


DHCP_OFF: dict[str, tuple[str, str, list[str]]] = {
    "netplan": (
        "/etc/netplan/50-cloud-init.yaml",
        "network:\n  ethernets:\n    eth0:\n      dhcp4: true\n      dhcp4-overrides:\n        use-dns: false\n"
        "        use-ntp: no\n        use-hostname: false\n        use-routes: false\n        use-domains: false\n",
        ["dhcp4-overrides.use-dns", "dhcp4-overrides.use-ntp", "dhcp4-overrides.use-hostname"],
    ),
    "networkd": (
        "/etc/systemd/network/20-wired.network",
        "[Match]\nName=eth0\n[Network]\nDHCP=ipv4\n[DHCPv4]\nUseDNS=false\nUseNTP=\nUseHostname=no\nUseMTU=true\n"
        "UseDomains=true\nSendHostname=yes\n",
        ["DHCPv4.UseDNS", "DHCPv4.UseHostname", "DHCPv4.UseDomains", "DHCPv4.SendHostname"],
    ),
    "networkmanager": (
        "/etc/NetworkManager/system-connections/eth0.nmconnection",
        "[connection]\ninterface-name=eth0\ntype=ethernet\n[ipv4]\nmethod=auto\ndhcp-send-hostname=false\n",
        ["ipv4.dhcp-send-hostname"],
    ),
}


@pytest.mark.parametrize("backend", list(DHCP_OFF))
def test_what_is_not_taken_from_a_lease_goes_in_no_silence(backend: str) -> None:
    """It is on where no file says otherwise: the DHCP server would set resolvers, host name and clock."""
    path, text, lost = DHCP_OFF[backend]
    link = SeenLink("eth0", mac="52:54:00:00:00:01", addresses=(SeenAddress("192.0.2.10/24", dynamic=True),))
    seen = host(link, files={path: text}, connection="192.0.2.10", backends=(backend,))
    (finding,) = (one for one in planned(KEPT, seen, backend=backend, exact=True).findings if "dropped" in one.code)
    assert [key for key in lost if key not in finding.message] == []
    assert "use-routes" not in finding.message
    assert "UseNTP" not in finding.message
    static = {"bridges": [{"name": "cloudbr0", "interfaces": ["eth0"], "addresses": ["192.0.2.10/24"]}]}
    after = planned(static, seen, backend=backend, exact=True).findings
    assert [one for one in after if lost[0] in one.message] == []


@pytest.mark.parametrize("name", ["eno1.conf", "eno1.link", "eno1.network", "eno1.yaml"])
def test_a_file_that_ifup_includes_may_have_any_ending(name: str) -> None:
    path = f"{MAIN}.d/{name}"
    text = "auto eth0\niface eth0 inet static\n  address 192.0.2.10/24\n"
    files = {MAIN: "auto lo\niface lo inet loopback\nsource /etc/network/interfaces.d/*\n", path: text}
    seen = machine("ifupdown", files=files)
    assert [(one["code"], one["parameter"]) for one in reasons(KEPT, seen, backend="ifupdown")] == [
        ("foreign_file", path)
    ]
    assert planned(KEPT, seen, backend="ifupdown", exact=True).change.absent == (path,)


@pytest.mark.parametrize(
    ("backend", "path", "text"),
    [
        ("netplan", "/run/netplan/60.yaml", "network: {ethernets: {eth0: {dhcp4: true}}}"),
        ("networkd", "/run/systemd/network/05-x.network", "[Match]\nName=eth0\n[Network]\nDHCP=yes\n"),
        (
            "networkmanager",
            "/run/NetworkManager/system-connections/x.nmconnection",
            "[connection]\ninterface-name=eth0\n",
        ),
    ],
)
def test_a_definition_outside_of_etc_is_found_and_not_removed(backend: str, path: str, text: str) -> None:
    seen = machine(backend, files={path: text})
    for exact in (False, True):
        (found,) = reasons(KEPT, seen, backend=backend, exact=exact)
        assert (found["code"], found["parameter"]) == ("foreign_file", path)
        assert "exact: true does not remove this file" in found["remedy"]


def test_a_file_of_a_package_is_hidden_by_an_empty_one_and_does_not_stand_for_what_goes() -> None:
    vendor = {"/usr/lib/systemd/network/05-all.network": "[Match]\nType=ether\n[Network]\nDHCP=yes\n"}
    seen = machine("networkd", files={**FILES["networkd"], **vendor})
    found = reasons(KEPT, seen, exact=True)
    assert {one["parameter"] for one in found if one["code"] == "undeclared_dropped"} == {
        "interfaces.eth1",
        "interfaces.eth1.50",
    }
    (told,) = [one for one in reasons(WITH_STORAGE, seen) if one["parameter"] in vendor]
    assert "an empty one of its name in /etc/systemd/network" in told["remedy"]
    empty = {"/etc/systemd/network/05-all.network": ""}
    bare = host(*machine("networkd").links, files={**vendor, **empty}, connection="192.0.2.10")
    assert [one.code for one in planned(KEPT, bare).findings] == []
