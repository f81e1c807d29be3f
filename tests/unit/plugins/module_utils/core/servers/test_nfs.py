# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports of storage: what is refused, what other people's files mean, and what is mounted where."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers import nfs
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers.exports import (
    Export,
    Wrong,
    entries,
    meaning,
    parse,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers.nfs import (
    Declaration,
    Mount,
    Share,
    Volume,
)

PLAIN = Declaration((Share("/export/primary"), Share("/export/secondary")), ("10.1.0.0/24", "10.2.0.0/16"))
DISK = [Mount("/", "ext4", "/dev/sda1")]

# A line, what it exports (client: rw or ro), and how many complaints there are. As exportfs of nfs-utils 2.6.2 has it.
LINES: list[tuple[str, dict[str, str], int]] = [
    ("/e 10.0.0.0/24(rw,sync) 10.1.0.0/24(ro)", {"10.0.0.0/24": "rw", "10.1.0.0/24": "ro"}, 0),
    ("/e -rw,no_subtree_check 10.0.0.0/24 10.2.0.1(ro)", {"10.0.0.0/24": "rw", "10.2.0.1": "ro"}, 0),
    ("/e 10.0.0.0/255.255.255.0(rw) # all", {"10.0.0.0/255.255.255.0": "rw"}, 0),
    (
        "/e 10.9.0.1(rw,async,subtree_check) \\\n   10.9.0.2(rw)\\\n  10.9.0.3",
        {"10.9.0.1": "rw", "10.9.0.2": "rw", "10.9.0.3": "ro"},
        0,
    ),
    ("/e 10.9.0.1(rw) \\\n", {"10.9.0.1": "rw"}, 0),
    ("/e @trusted(rw) *.x.y(rw) gss/krb5i(rw)", {"@trusted": "rw", "*.x.y": "rw", "gss/krb5i": "rw"}, 0),
    ("/e *(rw,sec=krb5i:krb5p,fsid=0,anonuid=65534)", {"*": "rw"}, 0),
    ("/e\t\t10.0.0.0/16(rw,fsid=root,no_root_squash)", {"10.0.0.0/16": "rw"}, 0),
    ("/e fd00::/64(rw) 10.0.0.*(rw) 2001:db8::1()", {"fd00::/64": "rw", "10.0.0.*": "rw", "2001:db8::1": "ro"}, 0),
    ("/e", {"": "ro"}, 0),
    ("/e (rw)", {"": "rw"}, 0),
    ("# /e *(rw)", {}, 0),
    # The documents' examples.
    ("/e * (rw,async,no_root_squash,no_subtree_check)", {"*": "ro", "": "rw"}, 1),
    ("/e * (rw, async, no_root_squash, no_subtree_check)", {"*": "ro"}, 1),
    ("/e 10.0.0.0/24 (rw)", {"10.0.0.0/24": "ro", "": "rw"}, 1),
    ("/e 10.0.0.1(rw, async)", {}, 1),
    ("/e 10.0.0.1(rw", {}, 1),
    ("/e 10.0.0.1(rw)10.0.0.2(rw)", {}, 1),
    ("/e 10.0.0.1(rw,no_root_sqash)", {"10.0.0.1": "rw"}, 1),
    ("/e 10.0.0.1(rw,nordirplus)", {"10.0.0.1": "rw"}, 0),
    ("/e 10.0.0.0/33(rw)", {}, 1),
    ("e 10.0.0.1(rw)", {}, 1),
    ('"/e f 10.0.0.1(rw)', {}, 1),
]


# nfs-utils 2.6.3 and newer; Debian 12 has 2.6.2.
NEWER = [("/e 10.0.0.1(rw,nocrossmnt,reexport=auto-fsidnum)", {"10.0.0.1": "rw"}, 0)]


@pytest.mark.parametrize(("text", "exported", "wrong"), [*LINES, *NEWER])
def test_lines_are_read_as_exportfs_reads_them(text: str, exported: dict[str, str], wrong: int) -> None:
    parsed = parse("/etc/exports", f"\n{text}\n/after 10.9.9.9(ro)\n")
    held = {each.client: "rw" if each.writes else "ro" for each in entries(parsed) if each.path == "/e"}
    assert held == exported
    assert [each.line for each in parsed if isinstance(each, Wrong)] == [2] * wrong
    assert text.endswith("\\\n") or [each.client for each in entries(parsed) if each.path == "/after"] == ["10.9.9.9"]


@pytest.mark.parametrize("text", ['"/e f" a(rw)', "/e\\040f a(rw)"])
def test_a_directory_may_have_a_blank(text: str) -> None:
    assert [each.path for each in entries(parse("x", text))] == ["/e f"]


@given(st.text(alphabet=st.sampled_from('/e f,()-#"\\\n\t*0.rw=@é'), max_size=60))
def test_no_file_breaks_the_reader(text: str) -> None:
    for each in parse("x", text):
        assert 1 <= each.line <= text.count("\n") + 1


def test_an_option_of_others_that_is_not_known_is_told_and_no_reason() -> None:
    files = {"/etc/exports": "/srv 10.0.0.1(rw,no_such)\n/a 10.0.0.2(rw\n"}
    assert [each.facts["line"] for each in nfs.problems(PLAIN, files, DISK)] == [2]
    assert nfs.warnings(files) == ["/etc/exports, line 1: no_such is not an option of exports"]


def test_what_is_written_is_what_is_wanted() -> None:
    text = nfs.rendered(nfs.wanted(PLAIN))
    held = parse("ours", text)
    assert [(each.path, each.client, each.options) for each in entries(held)] == [
        (path, network, ("rw", "no_root_squash", "no_subtree_check", "sync"))
        for path in ("/export/primary", "/export/secondary")
        for network in PLAIN.networks
    ]
    assert not [each for each in held if isinstance(each, Wrong)]


OPTIONS = st.lists(st.sampled_from(["crossmnt", "insecure", "fsid=7", "no_wdelay"]), max_size=3).map(tuple)


@given(
    paths=st.lists(st.from_regex(r"(/[a-z0-9_.-]{1,8}){1,3}", fullmatch=True), min_size=1, max_size=4, unique=True),
    networks=st.lists(st.sampled_from(["10.1.0.0/24", "10.1.0.7/24", "fd00::/64", "kvm1.example"]), min_size=1),
    options=OPTIONS,
)
def test_what_is_written_is_read_back(paths: list[str], networks: list[str], options: tuple[str, ...]) -> None:
    declared = Declaration(tuple(Share(path, (), options) for path in paths), tuple(networks))
    try:
        ours = nfs.wanted(declared)
    except InvalidValue:
        assert any(".." in path.split("/") for path in paths)
        return
    held = entries(parse("ours", nfs.rendered(ours)))
    assert {(each.path, each.client, meaning(each)) for each in held} == {
        (each.path, each.client, meaning(each)) for each in ours
    }


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"networks": ("*",)}, ["export_to_world"] * 2),
        ({"networks": ("10.1.0.0/24", "0.0.0.0/0")}, ["export_to_world"] * 2),
        ({"shares": (Share("/a", ("::/0",)),)}, ["export_to_world"]),
        ({"shares": (Share("/a", (), ("async",)),)}, ["export_async"]),
        ({"shares": (Share("/a", (), ("all_squash", "ro")),)}, ["export_not_for_root"] * 2),
        ({"networks": ("*",), "world": True}, []),
        ({"asynchronous": True}, []),
    ],
)
def test_what_would_do_harm_is_refused(changes: dict[str, Any], codes: list[str]) -> None:
    declared = replace(PLAIN, **changes)
    if not codes:
        kept = "async" if declared.asynchronous else "sync"
        assert {kept} == {each.value("async", "sync", otherwise="") for each in nfs.wanted(declared)}
        return
    with pytest.raises(Refused) as refused:
        nfs.wanted(declared)
    assert [reason.code for reason in refused.value.reasons] == codes


@pytest.mark.parametrize(
    "changes",
    [
        {"shares": ()},
        {"networks": ()},
        {"networks": ("10.1.0.0/24(rw)",)},
        {"networks": ("-rw",)},
        {"shares": (Share("/"),)},
        {"shares": (Share("/a b"),)},
        {"shares": (Share("/a/../etc"),)},
        {"shares": (Share("/a", (), ("rw) *(rw",)),)},
        {"shares": (Share("/a", (), ("fsid=1,no_such",)),)},
    ],
)
def test_what_exportfs_would_read_otherwise_is_no_value(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        nfs.wanted(replace(PLAIN, **changes))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("/srv/homes *(rw)", []),
        ("/export *(rw,async,no_root_squash,no_subtree_check)", ["exports_world"] * 2),
        ("/export/primary/iso 0.0.0.0/0(ro)", ["exports_world"]),
        ("/export/primary 10.9.0.0/24(ro)", ["exports_elsewhere"]),
        ("/export/primary 10.2.7.0/24(rw,no_root_squash)", []),
        ("/export/primary 10.1.0.0/255.255.255.0(rw)", ["exports_twice"]),
        ("/export/primary/ 10.1.0.0/24(rw,no_root_squash,sync)", []),
        ("/exports *(rw)", []),
        ("/srv/a kvm1(rw, sync)", ["exports_broken"]),
        ("/srv/a kvm1(rw)\n/srv/a KVM1(ro)", ["exports_twice"]),
    ],
)
def test_lines_of_others_that_harm_ours_are_named(text: str, codes: list[str]) -> None:
    found = nfs.problems(PLAIN, {"/etc/exports": text}, DISK)
    assert [each.code for each in found] == codes
    assert all("/etc/exports, line " in each.message for each in found)


def test_a_world_that_was_asked_for_is_none() -> None:
    assert nfs.problems(replace(PLAIN, world=True, networks=("*",)), {"/etc/exports": "/export *(ro)"}, DISK) == []


@pytest.mark.parametrize(
    ("mounts", "codes"),
    [
        ([], []),
        ([Mount("/export", "xfs", "/dev/sdb")], []),
        ([Mount("/export", "nfs4", "other:/export")], ["unexpected_file_system"] * 2),
        ([Mount("/export/primary", "tmpfs", "tmpfs")], ["unexpected_file_system"]),
        (
            [Mount("/export/primary", "ext4", "/dev/sdb"), Mount("/export/primary", "nfs", "o:/e")],
            ["unexpected_file_system"],
        ),
        ([Mount("/export/primary/iso", "iso9660", "/dev/sr0")], ["mounted_below"]),
        ([Mount("/export", "ext3", "/dev/sdb", 17 * 2**40)], ["ext3_too_large"] * 2),
    ],
)
def test_unexpected_mounts_are_named(mounts: list[Mount], codes: list[str]) -> None:
    assert [each.code for each in nfs.problems(PLAIN, {}, [*DISK, *mounts])] == codes


def test_mounts_are_read() -> None:
    text = (
        "25 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n30 25 0:40 / /mnt/a\\040b rw - nfs4 h:/e rw\nbroken\n"
    )
    assert nfs.mounts_of(text) == [Mount("/", "ext4", "/dev/sda1"), Mount("/mnt/a b", "nfs4", "h:/e")]


VOLUME = Volume("10.3.0.9:3260", "iqn.2001-05.com.equallogic:0-8a0906-83bcb3401", "/export/primary")


def test_a_share_on_a_volume_is_exported_only_while_that_is_mounted() -> None:
    declared = replace(PLAIN, volumes=(VOLUME.path,))
    options = {each.path: each.options for each in nfs.wanted(declared)}
    assert "mountpoint=/export/primary" in options["/export/primary"]
    assert not [option for option in options["/export/secondary"] if option.startswith("mountpoint")]
    # Before its first mount it is on the root file system, whatever that is.
    overlay = [Mount("/", "overlay", "overlay")]
    assert [each.facts["path"] for each in nfs.problems(declared, {}, overlay)] == ["/export/secondary"]


@pytest.mark.parametrize(
    "changes",
    [
        {"portal": "san;reboot"},
        {"portal": "10.3.0.9:x"},
        {"portal": "10.3.0.9:"},
        {"portal": "[2001:db8::9"},
        {"portal": "[2001:db8::9]:70000"},
        {"portal": "[san.example]:3260"},
        {"portal": "2001:db8::9%eth0"},
        {"target": "equallogic"},
        {"target": "iqn.2001-05.com.example:a b"},
        {"path": "/"},
        {"file_system": "vfat"},
    ],
)
def test_a_volume_that_iscsiadm_would_read_otherwise_is_none(changes: dict[str, Any]) -> None:
    assert nfs.checked_volumes([VOLUME]) == (VOLUME,)
    with pytest.raises(InvalidValue):
        nfs.checked_volumes([replace(VOLUME, **changes)])
    with pytest.raises(InvalidValue):
        nfs.checked_volumes([VOLUME, VOLUME])


@pytest.mark.parametrize("portal", ["san.example:3261", "2001:db8::9", "[2001:db8::9]", "[2001:db8::9]:3260"])
def test_a_portal_is_a_name_or_an_address_and_maybe_a_port(portal: str) -> None:
    volume = replace(VOLUME, portal=portal)
    assert nfs.checked_volumes([volume]) == (volume,)


SHOWN = """/srv/homes    \t10.9.0.0/24(sync,wdelay,hide,no_subtree_check,sec=sys,ro,root_squash,no_all_squash)
/export/primary
\t\t10.1.0.0/24(sync,wdelay,hide,no_subtree_check,sec=sys,rw,no_root_squash,no_all_squash)
/export/primary
\t\t10.2.0.0/16(async,wdelay,hide,no_subtree_check,sec=sys,rw,no_root_squash,no_all_squash)
/export/secondary
\t\t<world>(sync,wdelay,hide,no_subtree_check,sec=sys,rw,no_root_squash,no_all_squash)
"""


def test_what_exportfs_does_not_show_is_missing() -> None:
    assert nfs.missing(nfs.wanted(PLAIN), SHOWN) == [
        "/export/primary for 10.2.0.0/16",
        "/export/secondary for 10.1.0.0/24",
        "/export/secondary for 10.2.0.0/16",
    ]
    world = Declaration((Share("/export/secondary"),), ("*",), world=True)
    assert nfs.missing(nfs.wanted(world), SHOWN) == []
    assert nfs.missing([Export("/e", "h", ("rw",))], "") == ["/e for h"]
