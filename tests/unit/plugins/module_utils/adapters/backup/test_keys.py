# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cloudstack-migrate-databases is called with, judged by stand-ins of the newest and of the older program."""

from __future__ import annotations

import contextlib
import io
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from counterparts.management_server.guest import key_changer, properties

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.backup import keys
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database import encryption
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.backup.keys import Keys

OLD = Keys("old-management", "old-database", "V1")
CHANGES = {
    "version": {"version": "V2"},
    "database key": {"database": "new-database"},
    "management key": {"management": "new-management"},
    "both keys": {"database": "new-database", "management": "new-management"},
    "all": {"database": "new-database", "management": "new-management", "version": "V2"},
}


@dataclass
class Machine:
    files: keys.Files
    conf: Path
    codes: list[int] = field(default_factory=list)
    data: list[tuple[str, str, str | None, str | None]] = field(default_factory=list)

    def run(self, command: list[str], env: dict[str, str], **_more: Any) -> subprocess.CompletedProcess[str]:
        said = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            patch.setenv("CLOUD_SECRET_KEY_NEW", env.get("CLOUD_SECRET_KEY_NEW", ""))
            self.codes.append(key_changer.main(command[1:], self.conf))
        return subprocess.CompletedProcess(command, self.codes[-1], said.getvalue())


@pytest.fixture(params=[False, True], ids=["newest", "older"])
def machine(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    def enc(text: str) -> str:
        return f"ENC({encryption.encrypt('V1', OLD.management, text)})"

    lines = ["db.cloud.encryption.type=file", f"db.cloud.encrypt.secret={enc(OLD.database)}"]
    lines += [f"db.{side}.password={enc('p4ss')}" for side in ("cloud", "usage")]
    lines += ["db.cloud.encryptor.version=V1"]
    (tmp_path / "db.properties").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "key").write_text(OLD.management, encoding="utf-8")
    (tmp_path / "stand-in.json").write_text('{"older_key_changer": true}' if request.param else "{}", encoding="utf-8")
    program = tmp_path / keys.PROGRAM
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    made = Machine(keys.Files(str(tmp_path / "db.properties"), 60.0), tmp_path)
    monkeypatch.setattr(properties, "SWITCHES", tmp_path / "stand-in.json")
    monkeypatch.setattr(keys, "ENVIRONMENT", {"PATH": str(tmp_path)})
    monkeypatch.setattr(subprocess, "run", made.run)
    monkeypatch.setattr(key_changer, "data", lambda _held, *told: made.data.append(told))
    return made


@pytest.mark.parametrize("with_data", [True, False])
@pytest.mark.parametrize("name", CHANGES)
def test_each_change_is_accepted_and_writes_the_files_and_the_data(
    machine: Machine, name: str, with_data: bool
) -> None:
    wish = replace(OLD, **CHANGES[name])  # type: ignore[arg-type]
    said = machine.files.change(OLD, wish, with_data)
    assert machine.codes == [0], said
    # A management key alone is no change of the data, and the newest program leaves the same keys alone.
    changes_data = with_data and name != "management key"
    assert machine.data == ([(OLD.database, wish.database, "V1", wish.version)] if changes_data else [])
    assert machine.files.held(None) == wish
    assert not any(key in said for key in (OLD.database, wish.database, OLD.management, wish.management))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-m", "a", "-d", "b", "-v", "V2"], "are both not provided"),
        (["-m", "a", "-d", "b", "-e", "c", "-l"], "CLOUD_SECRET_KEY_NEW is not set"),
        (["-m", "a", "-d", "b", "-e", "c", "-v", "V3"], "Invalid encryptor version"),
    ],
)
def test_the_stand_in_refuses_what_the_program_refuses(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.delenv("CLOUD_SECRET_KEY_NEW", raising=False)
    assert key_changer.main(arguments) == 2
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "line", "left"),
    [
        ("db.properties", "db.cloud.trustStorePassword = ENC(abc=)", True),
        ("db.properties", "db.simulator.password=ENC(abc=)", True),
        ("db.properties", "db.cloud.trustStorePassword=abc", False),
        ("server.properties", "password.encryption.type=file\nhttps.keystore.password=ENC(abc=)", False),
        # The program skips a file that says nothing of encryption; the server decrypts all the same.
        ("server.properties", "https.keystore.password=ENC(abc=)", True),
        ("server.properties", "password.encryption.type=none\nhttps.keystore.password=ENC(abc=)", True),
        ("server.properties", "password.encryption.type=file\nother.secret=ENC(abc=)", True),
    ],
)
def test_encrypted_values_that_the_program_does_not_change(machine: Machine, file: str, line: str, left: bool) -> None:
    name = line.splitlines()[-1].partition("=")[0].strip()
    with (machine.conf / file).open("a", encoding="utf-8") as there:
        there.write(line + "\n")
    found = machine.files.left_behind()
    assert found[file] == ([name] if left else [])
    assert [names for other, names in found.items() if other != file] in ([], [[]])


def test_the_copy_has_what_the_program_writes(machine: Machine) -> None:
    names = ("server.properties", "key", "db.properties")
    (machine.conf / names[0]).write_text("https.keystore.password=old\n", encoding="utf-8")
    before = [(machine.conf / name).read_text(encoding="utf-8") for name in names]
    machine.files.keep()
    for name in names:
        (machine.conf / name).write_text("new\n", encoding="utf-8")
    machine.files.take_back()
    assert [(machine.conf / name).read_text(encoding="utf-8") for name in names] == before
    machine.files.forget()
    assert not list(machine.conf.glob("*.before-keys*"))
