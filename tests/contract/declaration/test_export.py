# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_declaration_export: what it writes and what it leaves alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from contract.conftest import Connect
from contract.tasks import perform, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration.check import problems
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, Refused
from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import Site

FILES = ["group_vars/all/vault.yml", "group_vars/all/zone.yml", "group_vars/c1.yml", "hosts.yml"]


@pytest.fixture
def cloud(sandbox: Sandbox, connect: Connect) -> Gateway:
    Site(Api(sandbox))
    sandbox.calls.clear()
    return Gateway(connect(sandbox))


def there(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()
    }


def test_all_files_are_foretold_written_and_written_again_where_they_differ(
    sandbox: Sandbox, cloud: Gateway, tmp_path: Path
) -> None:
    folder = tmp_path / "zürich 1"
    foretold = perform(cloud, "cs_declaration_export", True, zone="z1", dest=str(folder))
    assert (foretold.changed, folder.exists(), dict(foretold.before)) == (True, False, {})
    done = perform(cloud, "cs_declaration_export", zone="z1", dest=str(folder))
    assert (done.before, done.after, done.result) == (foretold.before, foretold.after, foretold.result)
    assert sorted(there(folder)) == sorted(done.result["files"]) == FILES
    assert {path.stat().st_mode & 0o777 for path in folder.rglob("*.yml")} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in (folder, folder / "group_vars/all")} == {0o700}
    told = perform(cloud, "cs_declaration_info", zone="z1").result
    assert {each["path"]: each["content"] for each in told["files"]} == there(folder)
    with pytest.raises(Refused, match="overwrite=true"):
        perform(cloud, "cs_declaration_export", zone="z1", dest=str(folder))
    again = {"zone": "z1", "dest": str(folder), "overwrite": True}
    assert not perform(cloud, "cs_declaration_export", **again).changed
    before = there(folder)
    (folder / "group_vars/all/vault.yml").write_text("$ANSIBLE_VAULT;1.1;AES256", encoding="utf-8")
    (folder / "group_vars/c1.yml").write_text(
        "cloudstack_password: 'sesame'\nx: http://a:hunter2@b/\n", encoding="utf-8"
    )
    (folder / "hosts.yml").chmod(0o644)
    (folder / "mine.yml").write_text("x: 1", encoding="utf-8")
    mended = perform(cloud, "cs_declaration_export", **again)
    assert mended.result["written"] == ["group_vars/c1.yml", "hosts.yml"]
    assert "sesame" not in str(mended)
    assert "hunter2" not in str(mended)
    assert "{{ vault_c1_password }}" in str(mended.after["group_vars/c1.yml"])
    kept = {"group_vars/all/vault.yml": "$ANSIBLE_VAULT;1.1;AES256", "mine.yml": "x: 1"}
    assert there(folder) == {**before, **kept}
    assert (folder / "hosts.yml").stat().st_mode & 0o777 == 0o600
    assert writes(sandbox) == []


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o000])
def test_a_vault_that_is_there_stays_whoever_may_read_it(cloud: Gateway, tmp_path: Path, mode: int) -> None:
    """A working copy of git has it with mode 0644."""
    asked = {"zone": "z1", "dest": str(tmp_path), "overwrite": True}
    perform(cloud, "cs_declaration_export", **asked)
    vault = tmp_path / "group_vars/all/vault.yml"
    vault.write_text("$ANSIBLE_VAULT;1.1;AES256", encoding="utf-8")
    vault.chmod(mode)
    assert not perform(cloud, "cs_declaration_export", **asked).changed
    vault.chmod(0o600)
    assert vault.read_text(encoding="utf-8") == "$ANSIBLE_VAULT;1.1;AES256"
    link = tmp_path / "kept.yml"
    vault.rename(link)
    vault.symlink_to(link)
    assert not perform(cloud, "cs_declaration_export", **asked).changed
    assert vault.is_symlink()


def test_where_nothing_can_be_written_the_path_is_named(cloud: Gateway, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for dest in (tmp_path / "no" / "such", tmp_path / "file" / "below"):
        with pytest.raises(InvalidValue, match="dest"):
            perform(cloud, "cs_declaration_export", zone="z1", dest=str(dest))
    (tmp_path / "dir" / "hosts.yml").mkdir(parents=True)
    with pytest.raises(InvalidValue, match=r"hosts\.yml"):
        perform(cloud, "cs_declaration_export", zone="z1", dest=str(tmp_path / "dir"), overwrite=True)


def test_an_empty_zone_is_written_as_the_declaration_takes_it(cloud: Gateway) -> None:
    """It has neither pods nor physical networks, which a declaration has to say."""
    perform(cloud, "cs_zone", name="bare", dns1="192.0.2.53")
    files: Any = perform(cloud, "cs_declaration_info", zone="bare").result["files"]
    (text,) = (each["content"] for each in files if each["path"].endswith("zone.yml"))
    declaration = yaml.safe_load(text)["cloudstack_zone"]
    assert (declaration["physical_networks"], declaration["pods"]) == ([], [])
    assert problems(declaration) == []
