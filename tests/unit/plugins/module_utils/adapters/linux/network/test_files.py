# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of a network change are put back as they were: bytes, mode, and who else may read them."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.network import files
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.model import NetworkFile

NAME = "user.hostcraft"


@pytest.fixture
def interfaces(tmp_path: Path) -> Path:
    """Latin-1, with ends of lines of Windows, and an attribute as access control lists are."""
    path = tmp_path / "interfaces"
    path.write_bytes("# Büro\r\nauto eth0\r\n".encode("latin-1"))
    path.chmod(0o640)
    os.setxattr(path, NAME, b"kept")
    return path


@pytest.mark.parametrize("second_name", [True, False])
def test_a_file_is_put_back_byte_for_byte(interfaces: Path, second_name: bool) -> None:
    was = files.kept(str(interfaces))
    new = NetworkFile(str(interfaces), "auto eth1\n", 0o644)
    files.stage([new], {new.path: was})
    files.swap([new], ())
    assert interfaces.read_bytes() == b"auto eth1\n"
    assert os.getxattr(interfaces, NAME) == b"kept"
    if not second_name:
        Path(files.beside(new.path, files.OLD)).unlink()
    files.put_back({new.path: was})
    assert files.kept(new.path) == was
    assert base64.b64decode(was["content"]) == "# Büro\r\nauto eth0\r\n".encode("latin-1")
    assert interfaces.stat().st_mode & 0o777 == 0o640
    assert os.getxattr(interfaces, NAME) == b"kept"


def test_what_was_kept_by_an_older_program_is_put_back_too(interfaces: Path) -> None:
    was = {key: value for key, value in files.kept(str(interfaces)).items() if key != "attributes"}
    files.put_back({str(interfaces): was})
    assert interfaces.read_bytes().startswith(b"# B\xfcro\r\n")


def changed(path: Path, *absent: Path) -> dict[str, files.Kept]:
    """What there was before a change of the file at a path, which is made; as ``begin.look`` keeps it."""
    new = NetworkFile(str(path), "auto eth1\n", 0o644)
    places = dict.fromkeys([new.path, files.place(new.path), *map(str, absent)])
    was = {each: files.kept(each) for each in places}
    files.stage([new], was)
    files.swap([new], map(str, absent))
    return was


@pytest.mark.parametrize("second_name", [True, False])
@pytest.mark.parametrize("to", ["{room}/managed/interfaces", "managed/interfaces", "managed/other"])
def test_a_link_stays_one_and_its_target_is_put_back(
    interfaces: Path, tmp_path: Path, to: str, second_name: bool
) -> None:
    """/etc/network/interfaces of who keeps his configuration elsewhere, also by two links."""
    (tmp_path / "managed").mkdir()
    real = interfaces.rename(tmp_path / "managed" / "interfaces")
    (tmp_path / "managed" / "other").symlink_to("interfaces")
    interfaces.symlink_to(to.format(room=tmp_path))
    held, led = real.read_bytes(), os.readlink(interfaces)
    was = changed(interfaces)
    assert os.readlink(interfaces) == led
    assert real.read_bytes() == b"auto eth1\n"
    assert os.getxattr(real, NAME) == b"kept"
    if not second_name:
        Path(files.beside(str(real), files.OLD)).unlink()
    files.put_back(was)
    assert os.readlink(interfaces) == led
    assert real.read_bytes() == held
    assert real.stat().st_mode & 0o777 == 0o640
    files.unstage([str(interfaces)], was)
    assert sorted(each.name for each in (tmp_path / "managed").iterdir()) == ["interfaces", "other"]
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


@pytest.mark.parametrize("to", ["/dev/null", "nowhere", "."])
def test_a_link_that_leads_to_no_file_makes_way_and_comes_back(tmp_path: Path, to: str) -> None:
    """/dev/null masks a file of systemd-networkd."""
    link = tmp_path / "10-eth0.network"
    link.symlink_to(to)
    was = changed(link)
    assert not link.is_symlink()
    assert link.read_text(encoding="utf-8") == "auto eth1\n"
    files.put_back(was)
    assert os.readlink(link) == to
    assert not (tmp_path / "nowhere").exists()


def test_a_link_that_is_not_wanted_goes_and_its_target_stays(interfaces: Path, tmp_path: Path) -> None:
    other = tmp_path / "foreign"
    other.symlink_to(interfaces.name)
    held = interfaces.read_bytes()
    was = changed(tmp_path / "own", other)
    assert not other.is_symlink()
    assert interfaces.read_bytes() == held
    files.put_back(was)
    assert os.readlink(other) == interfaces.name
    assert not (tmp_path / "own").exists()
