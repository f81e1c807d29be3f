# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_agent_properties and cs_agent_properties_info run by ansible-playbook on a real file."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
HELD = """# written by cloudstack-setup-agent
guid=190dafab-6970-3a67-a21c-1226360de7dc
host=10.0.0.5
workers=5
zone=1
local.storage.uuid=5f1f
keystore.passphrase=opensesame
"""


def test_properties_are_set_and_a_host_is_forgotten(tmp_path: Path) -> None:
    file = tmp_path / "agent.properties"
    file.write_text(HELD, encoding="utf-8")
    file.chmod(0o640)
    variables = json.dumps({"file": str(file), "ansible_python_interpreter": sys.executable})
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
    assert file.read_text(encoding="utf-8").splitlines() == [
        "# written by cloudstack-setup-agent",
        "guid=",
        "host=localhost",
        "workers=10",
        "zone=default",
        "local.storage.uuid=5f1f",
        "guest.cpu.features=vmx aes",
    ]
