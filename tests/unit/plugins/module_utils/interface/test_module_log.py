# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module writes into the log of the machine it runs on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# The log of the machine is the file LOG; without python3-systemd Ansible uses syslog.
PROGRAM = """
import os, runpy, syslog
from ansible.module_utils import basic
basic.has_journal = False
syslog.syslog = lambda *given: print(given[-1], file=open(os.environ["LOG"], "a", encoding="utf-8"))
name = "ansible_collections.hostcraft.cloudstack.plugins.modules.cs_agent_properties"
runpy.run_module(name, run_name="__main__")
"""


@pytest.mark.parametrize("secret", ["s3cret-of-keystore", 'it\'s \\ a "s3cret"'])
def test_a_secret_inside_of_an_option_is_not_in_the_log(tmp_path: Path, secret: str) -> None:
    path, log = tmp_path / "server.properties", tmp_path / "log"
    path.write_text("https.enable=true\n")
    given = {"path": str(path), "properties": {"https.keystore.password": secret}, "allow_unknown": True}
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps({"ANSIBLE_MODULE_ARGS": given}),
        env={**os.environ, "PYTHONPATH": os.environ["ANSIBLE_COLLECTIONS_PATH"], "LOG": str(log)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "https.keystore.password" in path.read_text()
    told = log.read_text() + ended.stdout
    assert "Invoked with" in told
    assert "s3cret" not in told
