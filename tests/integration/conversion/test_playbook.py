# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook convert_playbooks, which runs cs_playbook_convert, on the example of its guide."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
GUIDE = (ROOT / "docs/guides/conversion.md").read_text(encoding="utf-8")

# As the guide has it: the reader of the example has no other folder.
(PATHS,) = set(re.findall(r"^ansible-playbook -e (convert_paths=\S+)", GUIDE, re.MULTILINE))


def played(folder: Path, *options: str) -> str:
    command = ["ansible-playbook", "-e", PATHS, *options]
    ended = subprocess.run(
        [*command, str(ROOT / "playbooks/convert_playbooks.yml")],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ANSIBLE_NOCOLOR": "1", "PWD": "/"},
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_the_example_of_the_guide_comes_out_as_told(tmp_path: Path) -> None:
    example, report = re.findall(r"```text\n(.*?)```", GUIDE, re.DOTALL)
    file = tmp_path / "playbooks/hosts.yml"
    file.parent.mkdir()
    file.write_text(example, encoding="utf-8")
    foretold = played(tmp_path, "--check", "--diff")
    assert file.read_text(encoding="utf-8") == example
    assert "+      hostcraft.cloudstack.cs_host:" in foretold
    for line in report.splitlines():
        assert line.partition(" …")[0] in foretold, line
    done = played(tmp_path)
    assert "changed=1" in done
    text = file.read_text(encoding="utf-8")
    defaults = "    group/{}.cloudstack:\n      api_url: https://cloud.example.net/client/api"
    for own in ("      hostcraft.cloudstack.cs_zone: name=east", "      hostcraft.cloudstack.cs_host:"):
        assert own in text
    for namespace in ("hostcraft.cloudstack", "ngine_io.cloudstack"):
        assert defaults.format(namespace) in text
