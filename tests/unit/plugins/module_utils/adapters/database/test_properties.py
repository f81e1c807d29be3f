# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ENC(…) of db.properties is of its own version: db.cloud.encryptor.version is about the database."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database import encryption, properties
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.password_file import PasswordFile
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.properties import from_properties
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, MissingValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.java_properties import parse
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers.environment_file import management_key

KEY = "management-key"
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """db.properties with the version that it declares and the one of ENC(…); password: as it is in the file."""

    def made(declared: str, packed: str, password: str | None = None) -> Path:
        def enc(text: str) -> str:
            return f"ENC({encryption.encrypt(packed, KEY, text)})"

        shown = password if password is not None else enc("old-password")
        lines = ["db.cloud.encryption.type=file", f"db.cloud.encrypt.secret={enc('database-key')}"]
        lines += [f"db.{side}.password={shown}" for side in ("cloud", "usage")]
        lines += [f"db.cloud.encryptor.version={declared}"] if declared else []
        path = tmp_path / "db.properties"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        (tmp_path / "key").write_text(f"{KEY}\n", encoding="utf-8")
        return path

    return made


@pytest.mark.parametrize("declared", ["", "V1", "V2", "v1"])
@pytest.mark.parametrize("packed", ["V1", "V2"])
def test_either_version_is_read_and_the_declared_one_is_kept_for_the_database(
    make: Make, declared: str, packed: str
) -> None:
    its = from_properties(str(make(declared, packed)), None, None)
    assert (its["password"], its["key"], its["version"]) == ("old-password", "database-key", declared.upper())


def test_the_key_of_type_env_is_in_the_environment_of_the_service(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(properties, "ENVIRONMENTS", str(tmp_path))
    text = make("V2", "V2").read_text().replace("type=file", "type=env")
    for unit in ("management", "usage"):
        (tmp_path / unit).mkdir()
        (tmp_path / unit / "db.properties").write_text(text)
        with pytest.raises(MissingValue, match=f"no CLOUD_SECRET_KEY in {tmp_path}/cloudstack-{unit}"):
            from_properties(str(tmp_path / unit / "db.properties"), None, None)
        (tmp_path / f"cloudstack-{unit}").write_text(f"JAVA_OPTS=x\nCLOUD_SECRET_KEY={KEY}\n")
        assert from_properties(str(tmp_path / unit / "db.properties"), None, None)["key"] == "database-key"


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40))
def test_what_the_role_writes_into_the_environment_is_read(key: str) -> None:
    assert (
        management_key(f"A=1\r\nCLOUD_SECRET_KEY=old\nCLOUD_SECRET_KEY={shlex.quote(key)}\n#CLOUD_SECRET_KEY=x") == key
    )


@pytest.mark.parametrize(
    ("line", "key"),
    [("CLOUD_SECRET_KEY=a b ", "a b"), ('CLOUD_SECRET_KEY="a\\"b"', 'a"b'), ("CLOUD_SECRET_KEY='a", ""), ("", "")],
)
def test_the_environment_is_read_as_systemd_reads_it(line: str, key: str) -> None:
    assert management_key(line) == key


@pytest.mark.parametrize("packed", ["V1", "V2"])
def test_another_key_is_named(make: Make, packed: str) -> None:
    with pytest.raises(InvalidValue, match="management_key"):
        from_properties(str(make("V1", packed)), None, "another-key")


@pytest.mark.parametrize("declared", ["", "V1", "V2"])
@pytest.mark.parametrize("packed", ["V1", "V2"])
@pytest.mark.parametrize("password", [None, "plain-password"])
def test_a_new_password_is_of_the_version_of_the_other_values(
    make: Make, declared: str, packed: str, password: str | None
) -> None:
    """The server decides on a version by the first value that it decrypts, and reads the others with it."""
    path = make(declared, packed, password)
    PasswordFile(str(path)).write("new-password")
    held = parse(path.read_text(encoding="utf-8"))
    for side in ("cloud", "usage"):
        assert encryption.read(held[f"db.{side}.password"][4:-1], KEY) == (packed, "new-password")
    assert PasswordFile(str(path)).holds("new-password")
