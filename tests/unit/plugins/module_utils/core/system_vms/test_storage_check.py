# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secondary storage VM seen from the inside: what the script prints, and what it means."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.client import Linux
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.system_vm import (
    NotReached,
    run_inside,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.findings import Finding, Unseen
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.system_vms.storage_check import (
    SCRIPT,
    Asked,
    Sight,
    judge,
    sight,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.system_vms.storage_check import asked_of

ASKED = Asked(("192.0.2.10", "192.0.2.11"), ("192.0.2.20",), "download.example.com", "https://download.example.com/t")
HEALTHY = """agent active
mount 192.0.2.20:/export/secondary /mnt/SecStorage/4d2c nfs4 writable
nameserver 192.0.2.53
server 192.0.2.10 open
server 192.0.2.11 open
store 192.0.2.20 192.0.2.20 eth1
name download.example.com resolves
download 206
end -
"""


def codes(text: str, asked: Asked = ASKED) -> list[str]:
    return [each.code for each in judge(asked, sight(text), "s-1-VM") if isinstance(each, Finding)]


def test_a_healthy_one_has_no_findings() -> None:
    assert list(judge(ASKED, sight(HEALTHY))) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("agent active", "agent failed", ["ssvm_agent"]),
        ("agent active", "agent", ["ssvm_agent"]),
        ("192.0.2.20:/export", "192.0.2.99:/export", ["ssvm_mount"]),
        ("nfs4 writable", "nfs4 not_writable", ["ssvm_read_only"]),
        ("192.0.2.11 open", "192.0.2.11 closed", ["ssvm_server"]),
        ("server 192.0.2.11 open\n", "", ["ssvm_server"]),
        ("192.0.2.20 eth1", "192.0.2.20 none", ["ssvm_route"]),
        ("192.0.2.20 eth1", "192.0.2.20 eth2", ["ssvm_route_public"]),
        ("nameserver 192.0.2.53\n", "", ["ssvm_nameserver"]),
        ("com resolves", "com unresolved", ["ssvm_dns"]),
        ("download 206", "download 404", ["ssvm_download"]),
        ("download 206", "download 000", ["ssvm_download"]),
        ("download 206", "download ²", ["ssvm_download"]),
    ],
)
def test_each_fault_has_its_finding(old: str, new: str, found: list[str]) -> None:
    assert old in HEALTHY
    assert codes(HEALTHY.replace(old, new)) == found


def test_a_store_by_its_name_is_mounted_by_its_address() -> None:
    asked = replace(ASKED, stores=("nfs.example.com",))
    assert codes(HEALTHY.replace("store 192.0.2.20 ", "store nfs.example.com "), asked) == []


def test_what_was_not_seen_is_no_finding() -> None:
    verdicts = list(judge(ASKED, sight(HEALTHY.replace("end -\n", ""))))
    assert verdicts
    assert all(isinstance(each, Unseen) for each in verdicts)
    assert [each.code for each in judge(Asked(), sight("agent active\nnameserver x\nend -"))] == [
        "ssvm_dns",
        "ssvm_download",
    ]


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert isinstance(sight(text), Sight)
    list(judge(ASKED, sight(text)))


def fake_ssh(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> str:
    """A program ssh before all others, and a key."""
    program = folder / "ssh"
    program.write_text(f"#!/bin/bash\n{body}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin:/usr/sbin:/sbin")
    key = folder / "key"
    key.write_text("a key")
    return str(key)


def test_the_script_runs_with_its_arguments_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last argument of ssh is given to a shell, as on the other side; nothing in it is expanded."""
    key = fake_ssh(tmp_path, monkeypatch, 'exec sh -c "${@: -1}"')
    asked = Asked(("127.0.0.1",), ("127.0.0.1",), "localhost", "http://127.0.0.1:9/$(touch%20x);'a\"b")
    out = run_inside(Linux(60), "192.0.2.1", 3922, key, SCRIPT, asked.arguments)
    seen = sight(out)
    assert seen.complete
    assert seen.servers == {"127.0.0.1": False}
    assert seen.stores["127.0.0.1"][0] == "127.0.0.1"
    assert (seen.resolves, seen.download) == (True, 0)


def test_one_that_cannot_be_reached_is_told_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = fake_ssh(tmp_path, monkeypatch, "echo 'Connection refused' >&2; exit 255")
    with pytest.raises(NotReached, match="255: Connection refused"):
        run_inside(Linux(5), "192.0.2.1", 3922, key, SCRIPT, ())
    with pytest.raises(NotReached, match="no key"):
        run_inside(Linux(5), "192.0.2.1", 3922, str(tmp_path / "none"), SCRIPT, ())


def test_the_script_is_one_of_a_shell() -> None:
    assert subprocess.run(["bash", "-n"], input=SCRIPT, text=True, check=False).returncode == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"servers": ["192.0.2.1;id"]},
        {"stores": ["-oProxyCommand=id"]},
        {"resolve": "a b"},
        {"download": "file:///etc/shadow"},
        {"download": "http://"},
        {"download": "http://a/\n"},
    ],
)
def test_texts_of_a_server_that_are_no_hosts_are_refused(changes: dict[str, object]) -> None:
    given = {"servers": [], "stores": [], "resolve": "", "download": "", **changes}
    with pytest.raises(InvalidValue):
        asked_of(given)
