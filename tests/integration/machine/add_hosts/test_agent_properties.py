# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_agent_properties and cs_agent_properties_info run by ansible-playbook on a real file."""

from __future__ import annotations

import json
import os
import stat
import struct
import subprocess
from pathlib import Path

from integration import forked

HERE = Path(__file__).resolve().parent
# An entry for the user 1234, as setfacl writes it (acl(5), in the kernel's form).
ACL = struct.pack("<I", 2) + b"".join(
    struct.pack("<HHI", *entry)
    for entry in ((1, 6, 2**32 - 1), (2, 4, 1234), (4, 4, 2**32 - 1), (16, 4, 2**32 - 1), (32, 0, 2**32 - 1))
)
HELD = """# written by cloudstack-setup-agent, geprüft
guid=190dafab-6970-3a67-a21c-1226360de7dc
host=10.0.0.5
workers=5
zone=1
local.storage.uuid=5f1f
keystore.passphrase=opensesame
host.tags=büro,r\\u00e9sum\\u00e9
"""


def test_properties_are_set_and_a_host_is_forgotten(tmp_path: Path) -> None:
    file = tmp_path / "agent.properties"
    file.write_bytes(HELD.replace("\n", "\r\n").encode("iso-8859-1"))
    file.chmod(0o640)
    os.setxattr(file, "system.posix_acl_access", ACL)
    variables = json.dumps({"file": str(file), "ansible_python_interpreter": forked.python()})
    command = ["ansible-playbook", "-v", "-i", "localhost,", "-c", "local", "-e", variables]
    ended = subprocess.run(
        [*command, str(HERE / "agent_properties.yml")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    assert "opensesame" not in ended.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert os.getxattr(file, "system.posix_acl_access") == ACL
    assert file.read_bytes().decode("iso-8859-1").split("\r\n") == [
        "# written by cloudstack-setup-agent, geprüft",
        "guid=",
        "host=localhost",
        "workers=10",
        "zone=default",
        "local.storage.uuid=5f1f",
        "host.tags=büro,r\\u00e9sum\\u00e9",
        "guest.cpu.features=vmx aes",
        "",
    ]
