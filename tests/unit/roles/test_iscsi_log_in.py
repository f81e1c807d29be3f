# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script by which the role nfs_server logs in to iSCSI targets, with a stand-in for iscsiadm.

The stand-in prints and reads portals as open-iscsi 2.1 does: IPv6 in brackets, as the target spelled it. The real one
is in benchmarks/own_kernel_storage.py.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "roles/nfs_server/files/iscsi_log_in.sh"
TARGET = "iqn.2026-01.net.example:volume1"
ISCSIADM = """#!/bin/sh
echo "$*" >> $ROOM/calls
case "$*" in
"--mode node") [ -s $ROOM/nodes ] && cat $ROOM/nodes || exit 21 ;;
"--mode discovery"*)
  case "$*" in *" $(cat $ROOM/silent 2> /dev/null || echo none):"*) echo "cannot make connection" >&2; exit 4 ;; esac
  cat $ROOM/offered | tee -a $ROOM/nodes ;;
"--mode session") [ -s $ROOM/sessions ] && cat $ROOM/sessions || exit 21 ;;
*--op*update*) echo automatic > $ROOM/startup ;;
*--login) echo "tcp: [1] $6,1 $4 (non-flash)" >> $ROOM/sessions ;;
*) echo "node.startup = $(cat $ROOM/startup 2> /dev/null || echo manual)" ;;
esac
"""


@pytest.fixture
def room(tmp_path: Path) -> Path:
    (tmp_path / "iscsiadm").write_text(ISCSIADM)
    (tmp_path / "iscsiadm").chmod(0o755)
    (tmp_path / "nodes").touch()
    (tmp_path / "sessions").write_text(f"tcp: [7] 10.3.0.9:3260,1 {TARGET}2 (non-flash)\n")
    return tmp_path


def run(room: Path, portal: str) -> subprocess.CompletedProcess[str]:
    (room / "calls").write_text("")
    return subprocess.run(
        ["sh", str(SCRIPT), TARGET, portal],
        env={"PATH": f"{room}:/usr/bin:/bin", "ROOM": str(room)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("portal", "asked", "record"),
    [
        ("10.3.0.9", "10.3.0.9:3260", "10.3.0.9:3260"),
        ("10.3.0.9:3261", "10.3.0.9:3261", "10.3.0.9:3261"),
        ("[2001:DB8:0::9]:3260", "[2001:db8::9]:3260", "[2001:db8::9]:3260"),
        ("2001:db8::9", "[2001:db8::9]:3260", "[2001:0DB8::9]:3260"),
        ("[2001:db8::9]", "[2001:db8::9]:3260", "[2001:db8::9]:3260"),
        ("localhost:3262", "", "127.0.0.1:3262"),
    ],
)
def test_a_portal_is_asked_once_and_known_afterwards(room: Path, portal: str, asked: str, record: str) -> None:
    """Another target there has a name that begins alike, and is logged in."""
    (room / "offered").write_text(f"{record},1 {TARGET}2\n10.9.9.9:3260,1 {TARGET}\n{record},1 {TARGET}\n")
    first = run(room, portal)
    assert (first.returncode, set(first.stdout.split())) == (0, {"changed"}), first.stderr
    calls = (room / "calls").read_text()
    assert f"--mode discovery --type sendtargets --portal {asked}" in calls
    assert "--op new\n" in calls
    assert f"--mode node --targetname {TARGET} --portal {record} --login\n" in calls
    second = run(room, portal)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert "discovery" not in (room / "calls").read_text()


def test_a_target_that_is_not_given_there_is_named_with_what_is(room: Path) -> None:
    (room / "offered").write_text(f"10.3.0.9:3260,1 {TARGET}2\n")
    ended = run(room, "10.3.0.9")
    assert ended.returncode == 1
    assert f"10.3.0.9 does not give the target {TARGET} " in ended.stderr
    assert f"{TARGET}2" in ended.stderr


@pytest.fixture
def twofold(room: Path) -> Path:
    """The resolver gives san.example.net two addresses."""
    (room / "getent").write_text(
        "#!/bin/sh\ncase $2 in\nsan.example.net) for type in STREAM DGRAM; do "
        'echo "10.3.0.30 $type san"; echo "10.3.0.9 $type"; done ;;\n*) echo "$2 STREAM" ;;\nesac\n'
    )
    (room / "getent").chmod(0o755)
    return room


@pytest.mark.parametrize("silent", ["10.3.0.30", "none"])
def test_each_address_of_a_host_name_is_asked_until_one_gives_the_target(twofold: Path, silent: str) -> None:
    """The first one, in the resolver's order, is silent or gives the target at the other one only."""
    (twofold / "silent").write_text(silent)
    (twofold / "offered").write_text(f"10.3.0.9:3260,1 {TARGET}\n")
    first = run(twofold, "san.example.net")
    assert (first.returncode, set(first.stdout.split())) == (0, {"changed"}), first.stderr
    calls = (twofold / "calls").read_text()
    asked = [word for line in calls.splitlines() if "discovery" in line for word in line.split() if word[:2] == "10"]
    assert asked == ["10.3.0.30:3260"] + (["10.3.0.9:3260"] if silent != "none" else [])
    assert f"--targetname {TARGET} --portal 10.3.0.9:3260 --login\n" in calls
    assert run(twofold, "san.example.net").stdout == ""


def test_what_each_address_of_a_host_name_gave_is_said(twofold: Path) -> None:
    (twofold / "silent").write_text("10.3.0.30")
    (twofold / "offered").write_text(f"10.3.0.9:3260,1 {TARGET}2\n")
    ended = run(twofold, "san.example.net:3260")
    assert ended.returncode == 1
    assert "10.3.0.30:3260: no answer, exit status 4 of iscsiadm\n" in ended.stderr
    assert f"10.3.0.9:3260: 10.3.0.9:3260,1 {TARGET}2\n" in ended.stderr


def test_a_portal_without_an_address_is_named(room: Path) -> None:
    ended = run(room, "san.invalid:3260")
    assert ended.returncode == 1
    assert "The portal san.invalid:3260 has no address" in ended.stderr
