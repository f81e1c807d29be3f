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
