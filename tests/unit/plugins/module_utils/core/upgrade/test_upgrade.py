# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in the way of an upgrade: each planted fault is named, alone and with others, and nothing else is."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.upgrade import grants
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.management_servers import Server
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers.release import release, wanted
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.upgrade.facts import (
    BEFORE,
    STOPPED,
    UPGRADED,
    Agent,
    Database,
    Facts,
    Job,
    Kind,
    Node,
    Replica,
    Shipped,
    Store,
    SystemTemplate,
    SystemVm,
    chain,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.upgrade.plan import plan, text
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.upgrade.shipped_templates import shipped
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.upgrade.table import UPGRADE

GIB = 1 << 30
ALL = {"cloud": frozenset({"ALL PRIVILEGES"}), "cloud_usage": frozenset({"ALL PRIVILEGES"})}
FILE = Shipped("kvm-x86_64", "systemvm-kvm-4.22.0-x86_64", "kvm.qcow2.bz2", "AB" * 64, ("ab" * 64,))


def node(number: int, **more: Any) -> Node:
    held: dict[str, Any] = {
        "package": "4.21.0.0",
        "offered": ("4.21.0.0", "4.22.0.0~bookworm"),
        "java": 17,
        "encryption": "file",
        "encryptor": "V2",
        "key": "k",
        "free": 50 * GIB,
        **more,
    }
    return Node(f"ms{number}", f"10.0.0.{number}", **held)


def server(number: int, **more: Any) -> Server:
    held = {"state": "Up", "version": "4.21.0.0", "age": 1.0, "msid": str(number), **more}
    return Server(str(number), "localhost", f"10.0.0.{number}", **held)


def healthy(stage: str = BEFORE) -> Facts:
    """Two servers of 4.21 in a zone with KVM hosts, on the way to 4.22."""
    up = stage != STOPPED
    version = "4.22.0.0" if stage == UPGRADED else "4.21.0.0"
    database = Database(
        version=version,
        servers=tuple(
            server(n, version=version, state="Up" if up else "Down", age=1.0 if up else 400.0) for n in (1, 2)
        ),
        agents=(
            Agent("kvm1", "Up", "Enabled", "4.21.0.0", "KVM", "8.0"),
            Agent("x1", "Up", "Enabled", "", "XenServer", "8"),
        ),
        kinds=(Kind("zurich", "KVM", "x86_64"),),
        templates=(
            SystemTemplate("systemvm-kvm-4.21.0-x86_64", "KVM", "x86_64", ("zurich",)),
            SystemTemplate("systemvm-kvm-4.22.0-x86_64", "KVM", "x86_64", ("zurich",)),
        ),
        stores=(Store("sec1", "zurich", "nfs", False, 500 * GIB),),
        system_vms=(
            SystemVm("v-1-VM", "ConsoleProxy", "Running", "", 512),
            SystemVm("r-2-VM", "DomainRouter", "Running", "4.21.0"),
        ),
        local_paths=(("local", "/var/lib/libvirt/images"),),
        sizes={"cloud": GIB, "cloud_usage": GIB},
        variables={
            "max_connections": "700",
            "sql_mode": "STRICT_TRANS_TABLES",
            "log_bin": "ON",
            "version": "10.11-MariaDB",
        },
        grants=ALL,
        encryptor="V2",
    )
    installed = stage != BEFORE
    nodes = tuple(
        node(
            n,
            package="4.22.0.0" if installed else "4.21.0.0",
            packaged=installed,
            shipped=(FILE,) if installed else None,
            active=up,
        )
        for n in (1, 2)
    )
    return Facts((4, 22, 0, 0), database, nodes, (Replica("db2", True, True, 0.0),), 10 * GIB, stage)


Change = Callable[[Facts], Facts]


def db(**more: Any) -> Change:
    return lambda facts: dataclasses.replace(facts, database=dataclasses.replace(facts.database, **more))


def added(field: str, *rows: Any) -> Change:
    return lambda facts: db(**{field: (*getattr(facts.database, field), *rows)})(facts)


def on(number: int, **more: Any) -> Change:
    def change(facts: Facts) -> Facts:
        nodes = list(facts.nodes)
        nodes[number - 1] = dataclasses.replace(nodes[number - 1], **more)
        return dataclasses.replace(facts, nodes=tuple(nodes))

    return change


def of(**more: Any) -> Change:
    return lambda facts: dataclasses.replace(facts, **more)


def var(**more: str) -> Change:
    return lambda facts: db(variables={**facts.database.variables, **more})(facts)


def agent(
    name: str,
    status: str = "Up",
    state: str = "Enabled",
    version: str = "4.21.0.0",
    kind: str = "KVM",
    own: str = "8.0",
) -> Change:
    return added("agents", Agent(name, status, state, version, kind, own))


OLD = SystemTemplate("systemvm-kvm-4.21.0-x86_64", "KVM", "x86_64", ("zurich",))
S3, FULL = Store("s3", "zurich", "s3"), Store("sec1", "zurich", "nfs", False, GIB)
SLASH = added("local_paths", ("local2", "/var/lib/libvirt/images/"))
ARM = Shipped("kvm-aarch64", "systemvm-kvm-4.22.0-aarch64", "arm.bz2", "cd" * 64, (), "https://d.example.net/arm.bz2")


def on_arm(change: Change) -> Change:
    """With a cluster of this architecture too."""
    kinds = (Kind("zurich", "KVM", "aarch64"), Kind("zurich", "KVM", "x86_64"))
    return lambda facts: change(db(kinds=kinds)(facts))


# Each with what has to be found: written by hand, apart from the code that judges.
FAULTS: dict[str, tuple[str, Change]] = {
    "interrupted": ("upgrade_interrupted", added("interrupted", "4.22.0.0")),
    "not offered": ("package_not_offered", on(2, offered=("4.21.0.0", "4.20.1.0"))),
    "nothing offered": ("package_not_offered", on(1, offered=())),
    "no way back": ("package_back_not_offered", on(2, offered=("4.22.0.0", "4.22.0.1"))),
    "held": ("package_held", on(1, held=True)),
    "held and so refused": ("package_held", on(1, held=True, refused="E: Held packages were changed")),
    "depends": (
        "package_not_installable",
        on(2, refused="cloudstack-management : Depends: python3-mysql.connector but it is not installable"),
    ),
    "in maintenance": ("server_closed", db(servers=(server(1, state="Maintenance"), server(2)))),
    "closed": ("server_closed", db(servers=(server(1), server(2, state="ReadyToShutDown")))),
    "small proxy": ("system_vm_small", added("system_vms", SystemVm("v-7-VM", "ConsoleProxy", "Running", "", 256))),
    "small router": (
        "system_vm_small",
        added("system_vms", SystemVm("r-7-VM", "DomainRouter", "Running", "4.21.0", 256)),
    ),
    "under way": ("lock_held", db(locked=True)),
    "packages": ("packages_differ", on(2, package="4.20.1.0")),
    "versions": ("server_versions_differ", db(servers=(server(1), server(2, version="4.22.0.0")))),
    "stranger": ("server_unknown", added("servers", server(9))),
    "jobs": ("jobs_running", added("jobs", Job("1", "org.apache.cloudstack.api.StartVMCmd", "1"))),
    "orphans": ("jobs_orphaned", added("jobs", Job("2", "org.apache.cloudstack.api.StopVMCmd", "77"))),
    "unreachable": ("node_unreachable", on(2, reachable=False)),
    "down": ("host_not_up", agent("kvm9", status="Down")),
    "alert": ("host_not_up", agent("kvm8", status="Alert")),
    "preparing": ("host_in_transition", agent("kvm7", state="PrepareForMaintenance")),
    "error": ("host_in_transition", agent("kvm6", state="ErrorInMaintenance")),
    "maintenance": ("host_in_maintenance", agent("kvm5", state="Maintenance")),
    "disabled": ("host_disabled", agent("kvm4", state="Disabled")),
    "newer": ("agent_newer", agent("kvm3", version="4.23.0.0")),
    "older": ("agent_old", agent("kvm2", version="4.20.1.0")),
    "xenserver": ("hypervisor_removed", agent("xs1", kind="XenServer", own="6.5.0", version="")),
    "vsphere": ("hypervisor_removed", agent("esx1", kind="VMware", own="5.5", version="")),
    "no store": ("no_nfs_store", db(stores=(S3,), templates=(OLD,))),
    "store of another zone": ("no_nfs_store", added("kinds", Kind("basel", "KVM", "x86_64"))),
    "read only": ("no_nfs_store", db(stores=(Store("sec1", "zurich", "nfs", True, GIB * 9),), templates=(OLD,))),
    "full store": ("store_full", db(stores=(FULL,), templates=(OLD,))),
    "rights": (
        "rights_missing",
        db(grants={"cloud": frozenset({"SELECT"}), "cloud_usage": frozenset({"ALL PRIVILEGES"})}),
    ),
    "no rights on usage": ("rights_missing", db(grants={"cloud": frozenset({"ALL PRIVILEGES"})})),
    "java": ("java_wrong", on(1, java=8)),
    "java of the second": ("java_wrong", on(2, java=25)),
    "space": ("dump_space", of(backup_free=2 * GIB)),
    "replica": ("replica_broken", of(replicas=(Replica("db2", True, False, None, "1950"),))),
    "null": ("replica_broken", of(replicas=(Replica("db2", True, True, None),))),
    "lag": ("replica_lagging", of(replicas=(Replica("db2", True, True, 900.0),))),
    "keys": ("encryption_differs", on(2, key="other")),
    "types": ("encryption_differs", on(2, encryption="env")),
    "encryptor": ("encryptor_wrong", db(encryptor="V1")),
    "router": ("router_old", added("system_vms", SystemVm("r-9-VM", "DomainRouter", "Running", "4.19.1"))),
    "proxy": ("system_vm_not_running", added("system_vms", SystemVm("v-9-VM", "ConsoleProxy", "Stopped"))),
    "connections": ("connections_few", var(max_connections="151")),
    "functions": ("functions_not_trusted", var(version="8.0.36", log_bin="1", log_bin_trust_function_creators="OFF")),
    "little room": ("node_space", on(1, free=GIB)),
    "settings": ("setting_unknown", added("unknown_settings", "old.setting")),
    "retired": ("server_retired", added("servers", server(8, state="Down", age=1e6))),
    "killed": ("server_retired", added("servers", server(7, age=1e5))),
}
FAULTS_STOPPED: dict[str, tuple[str, Change]] = {
    "alive": ("server_alive", added("servers", server(3))),
    "unit": ("server_alive", on(2, active=True)),
    "lock": ("lock_held", db(locked=True)),
    "metadata": ("metadata_missing", on(1, shipped=None)),
    "file": ("template_file_missing", on(1, shipped=(dataclasses.replace(FILE, digests=()),))),
    "section": ("template_file_missing", added("kinds", Kind("zurich", "VMware", "x86_64"))),
    "aarch64": ("template_downloaded", on_arm(on(1, shipped=(FILE, ARM)))),
    "aarch64 without an address": (
        "template_file_missing",
        on_arm(on(1, shipped=(FILE, dataclasses.replace(ARM, url="")))),
    ),
    "bad file of aarch64": (
        "template_file_corrupt",
        on_arm(on(1, shipped=(FILE, dataclasses.replace(ARM, digests=("ef" * 64,))))),
    ),
    "address of x86_64": (
        "template_file_missing",
        on(1, shipped=(dataclasses.replace(FILE, digests=(), url=ARM.url),)),
    ),
    "checksum": ("template_file_corrupt", on(1, shipped=(dataclasses.replace(FILE, digests=("cd" * 64,)),))),
}
FAULTS_UPGRADED: dict[str, tuple[str, Change]] = {
    "lost": ("template_lost", db(templates=(SystemTemplate("systemvm-kvm-4.21.0-x86_64", "KVM", "", ("zurich",)),))),
    "left out": ("no_nfs_store", db(stores=(S3,), templates=(OLD,))),
    "left out of a zone": ("no_nfs_store", added("kinds", Kind("basel", "KVM", "x86_64"))),
    "not ready": ("template_not_ready", db(templates=(SystemTemplate("systemvm-kvm-4.22.0-x86_64", "KVM"),))),
    "old": ("not_upgraded", db(version="4.21.0.0")),
    "interrupted": ("upgrade_interrupted", added("interrupted", "4.22.0.0")),
    "behind": ("server_versions_differ", added("servers", server(1, version="4.21.0.0"))),
}
EVERYTHING = {BEFORE: FAULTS, STOPPED: FAULTS_STOPPED, UPGRADED: FAULTS_UPGRADED}


def codes(facts: Facts) -> set[str]:
    return {finding.code for finding in plan(facts).judgement.findings}


def test_there_are_enough_faults() -> None:
    assert len({code for faults in EVERYTHING.values() for code, _change in faults.values()}) >= 30


@pytest.mark.parametrize("stage", [BEFORE, STOPPED, UPGRADED])
def test_a_healthy_cloud_has_nothing_in_the_way(stage: str) -> None:
    assert codes(healthy(stage)) == set()
    assert plan(healthy(stage)).feasible


@pytest.mark.parametrize(
    ("stage", "fault"), [(stage, name) for stage, faults in EVERYTHING.items() for name in faults], ids=str
)
def test_each_fault_is_named_and_nothing_else(stage: str, fault: str) -> None:
    code, change = EVERYTHING[stage][fault]
    found = plan(change(healthy(stage)))
    assert {each.code for each in found.judgement.findings} == {code}
    check = UPGRADE.by_code[code]
    assert found.feasible == (check.severity != "blocks")
    assert check.severity == "note" or check.remedy
    assert any(code in line for line in text(found))


# Faults of which one hides or replaces the other: they change the same row.
ALONE = {
    "depends",
    "in maintenance",
    "closed",
    "rights",
    "no rights on usage",
    "no store",
    "read only",
    "full store",
    "store of another zone",
}
ALONE |= {
    "versions",
    "space",
    "replica",
    "null",
    "lag",
    "encryptor",
    "types",
    "keys",
    "connections",
    "functions",
    "unreachable",
}


@given(st.sets(st.sampled_from(sorted(set(FAULTS) - ALONE)), max_size=8), st.sampled_from(["", *sorted(ALONE)]))
def test_faults_that_come_together_are_all_named(names: set[str], one: str) -> None:
    if one == "unreachable":
        names -= {"not offered", "no way back", "packages", "java of the second"}
    if one == "depends" or "no way back" in names:
        names -= {"not offered"}
    facts, expected = healthy(), set()
    for name in ([one] if one else []) + sorted(names):
        code, change = FAULTS[name]
        facts, expected = change(facts), expected | {code}
    assert codes(facts) == expected
    blocks = {code for code in expected if UPGRADE.by_code[code].severity == "blocks"}
    assert plan(facts).feasible == (not blocks)
    assert plan(facts, ignore=sorted(blocks)).feasible


@given(
    st.integers(1, 4),
    st.lists(st.sampled_from(["KVM", "VMware", "Hyperv", "BareMetal", "Simulator", "External"]), max_size=4),
    st.sampled_from(["4.16.0.0", "4.18.1.0", "4.19.0.0", "4.20.2.0", "4.21.0.0"]),
)
def test_healthy_clouds_of_any_size_have_nothing_in_the_way(count: int, kinds: list[str], old: str) -> None:
    base = healthy()
    agents = tuple(
        Agent(f"h{n}", "Up", "Enabled", old if kind == "KVM" else "", kind, "8.1") for n, kind in enumerate(kinds)
    )
    facts = dataclasses.replace(
        base,
        nodes=tuple(node(n, package=old, offered=(old, "4.22.0.0"), java=11) for n in range(1, count + 1)),
        database=dataclasses.replace(
            base.database,
            version=old,
            servers=tuple(server(n, version=old) for n in range(1, count + 1)),
            agents=agents,
            kinds=tuple(Kind("zurich", kind) for kind in kinds),
            system_vms=(SystemVm("r-1-VM", "DomainRouter", "Running", f"Cloudstack Release {old.rpartition('.')[0]}"),),
            variables={**base.database.variables, "max_connections": str(350 * count)},
        ),
    )
    assert codes(facts) == set()
    steps = plan(facts).steps
    assert [step.name for step in steps][:5] == ["stop", "backup", "packages", "schema", "template"]
    assert sum(step.name == "server" for step in steps) == count - 1
    assert sum(step.name == "agent" for step in steps) == sum(kind == "KVM" for kind in kinds)


def test_before_4_16_the_template_is_registered_under_its_exact_name() -> None:
    base = db(version="4.11.0.0", servers=(server(1, version="4.11.0.0"),), agents=(), system_vms=())(healthy())
    old = dataclasses.replace(
        base, to=(4, 11, 1, 0), nodes=(node(1, package="4.11.0.0", offered=("4.11.0.0", "4.11.1.0"), java=8),)
    )
    (finding,) = plan(old).judgement.findings
    assert (finding.code, finding.facts["template"]) == ("template_missing", "systemvm-kvm-4.11.1")
    registered = db(templates=(SystemTemplate("systemvm-kvm-4.11.1", "KVM", "", ("zurich",)),))(old)
    assert codes(registered) == set()
    assert codes(added("kinds", Kind("basel", "KVM"))(registered)) == {"template_not_ready"}
    assert codes(var(sql_mode="ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES")(registered)) == {"sql_mode_groups"}
    assert codes(SLASH(registered)) == {"local_path_slash"}


@pytest.mark.parametrize("start", ["4.11.0.0", "4.13.1.0", "4.14.0.0", "4.21.0.0"])
def test_the_schema_upgrade_removes_the_slash_of_local_storage_since_4_14(start: str) -> None:
    """The documents ask for it by hand for each release up to 4.13.1, and for none after it."""
    facts = db(version=start, servers=(server(1, version=start), server(2, version=start)))(healthy())
    assert codes(SLASH(facts)) == codes(facts)
    for to, expected in (((4, 13, 1, 0), {"local_path_slash"}), ((4, 14, 0, 0), set())):
        older = dataclasses.replace(facts, to=to)
        assert codes(SLASH(older)) - codes(older) == expected


def test_what_is_done_already_or_goes_back() -> None:
    assert codes(db(version="4.22.0.0", servers=(), agents=(), system_vms=())(healthy())) == {"up_to_date"}
    assert codes(of(to=(4, 20, 0, 0))(healthy())) >= {"downgrade"}
    assert codes(db(version="", servers=())(healthy())) == {"version_unknown"}
    assert plan(db(version="4.22.0.0")(healthy())).steps == ()


def test_what_nobody_looked_at_is_told() -> None:
    facts = dataclasses.replace(healthy(), replicas=None, backup_free=None, nodes=(Node("ms1", "10.0.0.1"),))
    unseen = {each.code for each in plan(facts).judgement.unseen}
    assert unseen == {"replica_broken", "dump_space", "package_not_offered", "java_wrong", "template_file_missing"}


def test_an_unknown_code_cannot_be_ignored() -> None:
    with pytest.raises(InvalidValue):
        plan(healthy(), ["nonsense"])


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("4.22.0.0", (4, 22, 0, 0)),
        ("4.22.0.0-SNAPSHOT", (4, 22, 0, 0)),
        ("1:4.22.0.0~bookworm", (4, 22, 0, 0)),
        ("4.22.0.0-1", (4, 22, 0, 0)),
        ("4.9", (4, 9, 0, 0)),
        ("", None),
        ("four", None),
        ("4.22.0.0.1", None),
        ("4.2222", None),
    ],
)
def test_releases_are_read_as_packages_write_them(told: str, read: Any) -> None:
    assert release(told) == read


@given(st.text(max_size=30))
def test_any_text_is_a_release_or_refused(told: str) -> None:
    if release(told) is None:
        with pytest.raises(InvalidValue):
            wanted(told, "version")


def test_the_chain_passes_every_release_between() -> None:
    assert chain((4, 19, 0, 0), (4, 22, 0, 0)) == ("4.20.0.0", "4.20.1.0", "4.20.2.0", "4.21.0.0", "4.22.0.0")
    assert chain((4, 22, 0, 0), (4, 22, 1, 0)) == ("4.22.1.0",)
    assert chain((4, 22, 0, 0), (4, 22, 0, 0)) == ()


def test_metadata_is_read_with_the_files_beside_it() -> None:
    told = "[default]\nversion = 4.22.0.0\n[kvm-x86_64]\ntemplatename = t\nchecksum = ab\ndownloadurl = https://x/y/f.bz2\n"
    assert shipped(told, {"f.bz2": "CD"}) == (Shipped("kvm-x86_64", "t", "f.bz2", "ab", ("cd",), "https://x/y/f.bz2"),)
    with pytest.raises(InvalidValue):
        shipped("no section", {})


@pytest.mark.parametrize("algorithm", ["md5", "sha256", "sha512"])
def test_a_file_is_compared_in_the_algorithm_of_its_checksum(algorithm: str) -> None:
    """templateConfig.sh takes md5sum.txt before 4.22."""

    def judged(*digests: str) -> tuple[set[str], set[str]]:
        told = f"[kvm]\ntemplatename = t\nfilename = f.bz2\nchecksum = {hashlib.new(algorithm, b'file').hexdigest()}\n"
        facts = on(1, shipped=shipped(told, {"f.bz2": list(digests)}))(healthy(STOPPED))
        judgement = plan(facts).judgement
        return {each.code for each in judgement.findings}, {each.code for each in judgement.unseen}

    every = {name: hashlib.new(name, b"file").hexdigest() for name in ("md5", "sha256", "sha512")}
    assert judged(every[algorithm]) == (set(), set())
    assert judged(*every.values()) == (set(), set())
    others = [digest for name, digest in every.items() if name != algorithm]
    assert judged(*others) == (set(), {"template_file_corrupt"})
    assert judged(*others, hashlib.new(algorithm, b"half").hexdigest()) == ({"template_file_corrupt"}, set())
    assert judged() == ({"template_file_missing"}, set())


def test_grants_are_read_by_schema() -> None:
    told = [
        "GRANT PROCESS ON *.* TO `cloud`@`%` IDENTIFIED BY PASSWORD '*ABC'",
        "GRANT ALL PRIVILEGES ON `cloud`.* TO `cloud`@`%`",
        "GRANT SELECT, CREATE VIEW ON `cloud\\_usage`.* TO `cloud`@`%`",
        "nonsense",
    ]
    assert grants(told) == {
        "*": {"PROCESS"},
        "cloud": {"ALL PRIVILEGES"},
        "cloud_usage": {"SELECT", "CREATE VIEW"},
    }


def test_the_templates_of_the_wanted_version_are_named() -> None:
    def names(facts: Facts) -> tuple[str, ...]:
        return plan(facts).templates

    assert names(healthy()) == ("systemvm-kvm-4.22.0-x86_64",)
    assert names(added("kinds", Kind("basel", "VMware"))(healthy())) == (
        "systemvm-kvm-4.22.0-x86_64",
        "systemvm-vmware-4.22.0-x86_64",
    )
    own = dataclasses.replace(FILE, name="systemvm-kvm-own")
    assert names(on(1, shipped=(own,))(healthy())) == ("systemvm-kvm-own",)
    assert names(db(kinds=())(healthy())) == ()


def test_small_system_vms_are_right_before_4_20() -> None:
    small = SystemVm("v-7-VM", "ConsoleProxy", "Running", "", 256)
    facts = of(to=(4, 19, 0, 0))(db(version="4.18.0.0", system_vms=(small,))(healthy()))
    assert "system_vm_small" not in codes(facts)


def lines_up(to: str, template: str, **more: Any) -> Facts:
    """A cloud after the upgrade to a release, with one system VM template."""
    arch = "x86_64" if template.endswith("x86_64") else ""
    held = {"kinds": (Kind("zurich", "KVM", arch),), "templates": (SystemTemplate(template, "KVM", arch, ("zurich",)),)}
    base = healthy(UPGRADED)
    servers = tuple(dataclasses.replace(each, version=to) for each in base.database.servers)
    return of(to=wanted(to, "to"), nodes=())(db(**{"version": to, "servers": servers, **held, **more})(base))


@pytest.mark.parametrize(
    ("to", "template"),
    [
        ("4.20.3.0", "systemvm-kvm-4.20.2-x86_64"),
        ("4.19.3.0", "systemvm-kvm-4.19.1"),
        ("4.19.2.0", "systemvm-kvm-4.19.1"),
        ("4.16.1.0", "systemvm-kvm-4.16.0"),
        ("4.15.2.0", "systemvm-kvm-4.15.1"),
        ("4.14.1.0", "systemvm-kvm-4.14.0"),
        ("4.13.1.0", "systemvm-kvm-4.11.3"),
        ("4.11.0.0", "systemvm-kvm-4.11"),
        ("4.9.3.0", "systemvm-kvm-4.6"),
    ],
)
def test_a_release_goes_on_with_the_template_of_an_older_one(to: str, template: str) -> None:
    assert codes(lines_up(to, template)) == set()
    assert plan(lines_up(to, template)).templates == (template,)
    assert codes(lines_up(to, "systemvm-kvm-4.8.0")) == {"template_lost"}


@pytest.mark.parametrize("stage", [BEFORE, STOPPED, UPGRADED])
def test_a_template_that_is_ready_needs_no_store(stage: str) -> None:
    """The server only looks for its name."""
    for store in (S3, FULL):
        assert codes(db(stores=(store,))(healthy(stage))) == set()
    two = added("kinds", Kind("basel", "KVM", "x86_64"))(db(stores=(S3,))(healthy(stage)))
    (finding,) = plan(two).judgement.findings
    assert (finding.code, finding.severity, finding.facts["zone"]) == ("no_nfs_store", "hurts", "basel")


@pytest.mark.parametrize(
    ("old", "to", "java", "expected"),
    [
        ("4.13.1.0", "4.15.0.0", 11, {"java_back"}),
        ("4.13.1.0", "4.15.0.0", 8, {"java_wrong"}),
        ("4.18.1.0", "4.22.0.0", 17, {"java_back"}),
        ("4.18.1.0", "4.22.0.0", 11, set()),
        ("4.19.0.0", "4.22.0.0", 17, set()),
        ("4.11.0.0", "4.13.0.0", 8, set()),
        ("4.22.0.0", "4.22.0.0", 17, set()),
    ],
)
def test_the_way_back_needs_a_java_of_the_old_version(old: str, to: str, java: int, expected: set[str]) -> None:
    """Going back does not put Java back."""
    facts = of(to=wanted(to, "to"), nodes=(node(1, java=java),))(db(version=old)(healthy()))
    assert {each for each in codes(facts) if each.startswith("java")} == expected


def test_4_13_asks_for_the_template_of_4_11_3() -> None:
    base = of(to=(4, 13, 0, 0))(lines_up("4.12.0.0", "systemvm-kvm-4.11.3"))
    before = dataclasses.replace(
        base, stage=BEFORE, nodes=(node(1, package="4.12.0.0", offered=("4.12.0.0", "4.13.0.0"), java=8),)
    )
    assert not codes(before) & {"template_missing", "template_not_ready"}
    (finding,) = (each for each in plan(db(templates=())(before)).judgement.findings if "template" in each.code)
    assert (finding.code, finding.facts["template"]) == ("template_missing", "systemvm-kvm-4.11.3")


def test_metadata_names_the_template_of_a_release_that_nobody_knew() -> None:
    named = dataclasses.replace(FILE, name="systemvm-kvm-4.22.0-x86_64")
    facts = of(nodes=(node(1, shipped=(named,)), node(2)))(lines_up("4.22.7.0", named.name))
    assert (codes(facts), plan(facts).templates) == (set(), (named.name,))
    assert codes(of(nodes=())(facts)) == {"template_lost"}


REGISTERED = {"router.template.kvm": "own-x86_64", "minreq.sysvmtemplate.version": "4.22.0"}


def test_what_the_server_says_it_registered_is_right() -> None:
    facts = lines_up("4.22.0.0", "own-x86_64", settings=REGISTERED)
    shown = of(nodes=(node(1, shipped=(FILE,)), node(2)))(facts)
    for each in (facts, shown):
        assert (codes(each), plan(each).templates) == (set(), ("own-x86_64",))
    # A registration that failed leaves both settings as they were.
    for minimum in ("4.21.0", "", "none"):
        old = {**REGISTERED, "minreq.sysvmtemplate.version": minimum}
        assert codes(db(settings=old)(facts)) == codes(db(settings=old)(shown)) == {"template_lost"}
    # The setting is one for all architectures.
    arm = db(kinds=(Kind("zurich", "KVM", "aarch64"),))
    assert codes(arm(facts)) == {"template_lost"}
