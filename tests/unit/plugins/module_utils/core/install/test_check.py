# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new cloud is made of, judged before a machine is changed, and how machines reach each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.hostcraft.cloudstack.plugins.filter import installation as filters
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.install.model import READ
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers import reached_at

Machines = dict[str, dict[str, Any]]
SECRETS = {
    "mysql_server_admin_password": "dba $in '\"p4ss ü#",
    "mysql_server_replication_password": "repl $in '\"p4ss",
    "management_server_database_password": "cl0ud#p4ss",
    "management_server_key": "m4nagement-key",
    "management_server_database_key": "d4tabase-key",
}
COMMON = {
    **SECRETS,
    "management_firewall_administrators": ["10.0.0.254"],
    "management_server_version": "4.22.0.0",
    "nfs_server_networks": ["10.0.0.0/24"],
    "host_firewall_management": ["10.0.0.0/24"],
    "host_firewall_cluster": ["10.0.0.0/24"],
    "add_hosts_zone": "east",
    "add_hosts_cluster": "east-kvm",
    # Not readable before its role runs, and not read.
    "host_base_address": object(),
}
ZONE: dict[str, Any] = {
    "name": "east",
    "clusters": [{"name": "east-kvm"}],
    "primary_storage": [{"name": "p", "cluster": "east-kvm"}, {"name": "everywhere"}],
}


class Site:
    """Two of each and a hypervisor, without a problem; a test changes something."""

    def __init__(self) -> None:
        self.groups = {
            "databases": ["db1", "db2"],
            "nfs_servers": ["nfs1"],
            "management_servers": ["ms1", "ms2"],
            "load_balancers": ["lb1"],
            "usage_servers": ["ms1", "ms2"],
            "kvm": ["kvm1"],
        }
        names = dict.fromkeys(name for members in self.groups.values() for name in members)
        self.machines: Machines = {
            name: {**COMMON, "ansible_host": f"10.0.0.{number}"} for number, name in enumerate(names, 1)
        }
        self.given: dict[str, Any] = {"admin_password": "n3w $admin \"p'4ss ü#", "zone": ZONE}

    def every(self, **variables: object) -> None:
        for its in self.machines.values():
            its.update(variables)

    def without(self, variable: str, *names: str) -> None:
        for name in names or self.machines:
            self.machines[name].pop(variable)

    def one_machine(self) -> None:
        self.groups = {**{key: ["ms1"] for key in self.groups}, "load_balancers": [], "kvm": []}
        self.given["zone"] = None

    def problems(self) -> list[str]:
        return filters.install_problems(self.groups, self.machines, self.given)

    def codes(self) -> list[str]:
        return [text[1 : text.index("]")] for text in self.problems()]


def test_what_is_well_has_no_problem() -> None:
    assert Site().problems() == []
    alone = Site()
    alone.one_machine()
    assert alone.problems() == []


def _ipv6(site: Site) -> None:
    site.machines["ms2"]["ansible_host"] = "fd00::2"


def _clash(site: Site) -> None:
    site.groups["load_balancers"] = ["ms1"]


def _half_a_clash(site: Site) -> None:
    _clash(site)
    site.machines["ms1"].update(load_balancer_http_ports=[80], load_balancer_agent_port="8250")


def _elsewhere(site: Site) -> None:
    site.groups["databases"] = []


def _two_versions(site: Site) -> None:
    site.machines["ms2"]["management_server_version"] = "4.21.0.0"
    site.groups["usage_servers"] = []


def _offered(site: Site) -> None:
    site.every(management_server_version="4.99.0.0")
    site.given["offered"] = {"ms1": ["4.21.0.0", "4.22.0.0"], "ms2": []}


def _both(site: Site) -> None:
    site.groups["kvm"] = ["ms1"]


def _other_cluster(site: Site) -> None:
    site.machines["kvm1"]["add_hosts_cluster"] = "west-kvm"


@pytest.mark.parametrize(
    ("change", "codes", "words"),
    [
        (lambda site: site.groups.update(management_servers=[], usage_servers=[]), ["no_management_servers"], "group"),
        (lambda site: site.given.update(admin_password="password"), ["admin_password"], "default one"),
        (lambda site: site.given.update(admin_password="short"), ["admin_password"], "8 characters"),
        (lambda site: site.given.update(admin_password=" n3w-p4ssword"), ["admin_password"], "blanks"),
        (lambda site: site.given.update(admin_password=""), ["no_admin_password"], "Vault"),
        (lambda site: site.without("mysql_server_replication_password"), ["no_replication_password"], "replica"),
        (lambda site: site.without("mysql_server_admin_password"), ["no_database_account"], "create the databases"),
        (lambda site: site.without("management_server_key"), ["empty"], "(management_server_key)"),
        (_elsewhere, ["no_database", "no_database_account"], "management_server_database_host"),
        (_ipv6, ["ipv6_address"], "fd00::2"),
        (lambda site: site.without("ansible_host", "db2"), ["no_address"], "mysql_server_address"),
        (lambda site: site.without("ansible_host", "lb1"), ["no_address"], "ansible_host of lb1"),
        (lambda site: site.machines["ms1"].update(ansible_host="127.0.0.1"), ["loopback_address"], "127.0.0.1"),
        (lambda site: site.machines["nfs1"].update(ansible_host="10.0.0.1"), ["address_twice"], "db1 and nfs1"),
        (lambda site: site.machines["ms1"].update(host_base_fqdn="10.0.0.4"), ["host_name"], "10.0.0.4"),
        (_clash, ["port_clash"], "8080, 8250"),
        (lambda site: site.every(load_balancer_certificate="PEM"), ["api_url"], "install_api_url"),
        (_half_a_clash, ["port_clash"], "both listen on 8250"),
        (lambda site: site.every(management_server_version="newest"), ["version", "version"], "4.22.0.0"),
        (_two_versions, ["versions_differ"], "ms2 4.21.0.0"),
        (lambda site: site.machines["ms1"].update(usage_server_version="4.20.0.0"), ["versions_differ"], "usage"),
        (_offered, ["version_not_offered"] * 2, "but 4.21.0.0, 4.22.0.0"),
        (lambda site: site.every(management_firewall_administrators=[]), ["no_administrators"], "install_firewall"),
        (lambda site: site.every(nfs_server_networks=[]), ["no_networks"], "nfs_server_networks"),
        (lambda site: site.without("add_hosts_zone", "kvm1"), ["kvm_variable"], "add_hosts_zone"),
        (_other_cluster, ["unknown_cluster", "pool_without_host"], "east-kvm"),
        (lambda site: site.groups.update(kvm=[]), ["pool_without_host"], "primary storage p"),
        (_both, ["purposes"], "host_firewall_purposes"),
        (
            lambda site: site.machines["ms2"].update(management_server_key="other-key"),
            ["secrets_differ"],
            "one for all",
        ),
    ],
)
def test_what_is_wrong_is_told_by_name(change: Callable[[Site], None], codes: list[str], words: str) -> None:
    site = Site()
    change(site)
    assert site.codes() == codes
    assert words in " ".join(site.problems())
    assert not [secret for secret in SECRETS.values() if secret in " ".join(site.problems())]


@pytest.mark.parametrize("sign", ["$", "'", '"', "\\", "`", ":", " ", "ü"])
@pytest.mark.parametrize("variable", sorted(name for name in SECRETS if name.startswith("management_server")))
def test_signs_that_commands_change_are_refused_in_new_clouds(variable: str, sign: str) -> None:
    """The passwords of the database server's own accounts are whole whatever is in them."""
    site = Site()
    site.every(**{variable: f"se{sign}cret"})
    assert site.codes() == ["characters"]
    assert variable in site.problems()[0]
    site.given["new"] = False
    assert site.codes() == []


def test_what_an_installed_cloud_has_needs_no_account_that_creates_it() -> None:
    site = Site()
    site.without("mysql_server_admin_password")
    site.given["new"] = False
    assert site.codes() == []


def test_no_firewall_needs_no_administrators() -> None:
    site = Site()
    site.every(management_firewall_administrators=None)
    site.given["firewall"] = False
    assert site.codes() == []


def test_a_declaration_of_another_shape_is_left_to_its_own_check() -> None:
    site = Site()
    site.given["zone"] = {"name": "east", "clusters": "east-kvm", "primary_storage": [3, None]}
    assert site.codes() == ["unknown_cluster"]


def test_hosts_of_the_declared_zone_fill_clusters_too() -> None:
    site = Site()
    site.groups["kvm"] = []
    site.given["hosts"] = {"east-kvm": ["sim1"]}
    assert site.codes() == []


def test_a_machine_that_the_inventory_lacks_is_an_error() -> None:
    with pytest.raises(AnsibleFilterError, match="ms9"):
        filters.install_problems({"management_servers": ["ms9"]}, {}, {})


@pytest.mark.parametrize(
    ("variables", "own", "expected"),
    [
        ({"ansible_host": "10.0.0.1"}, "", "10.0.0.1"),
        ({"ansible_host": "10.0.0.1", "mysql_server_address": "10.0.1.1"}, "mysql_server_address", "10.0.1.1"),
        ({"ansible_host": "10.0.0.1", "mysql_server_address": ""}, "mysql_server_address", "10.0.0.1"),
        ({"ansible_host": None, "ansible_ssh_host": " 10.0.0.2 "}, "", "10.0.0.2"),
        ({}, "mysql_server_address", "m"),
    ],
)
def test_the_address_of_a_machine(variables: dict[str, Any], own: str, expected: str) -> None:
    assert reached_at.address("m", variables, own) == expected
    assert filters.group_addresses(["m", "n"], {"m": variables}, own) == {"m": expected, "n": "n"}


def test_no_group_has_no_addresses() -> None:
    assert filters.group_addresses(None, {}) == {}
    assert "host_base_address" not in READ
