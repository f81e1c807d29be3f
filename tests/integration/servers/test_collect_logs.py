# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook collect_logs on three hosts, which are directories of this machine."""

from __future__ import annotations

import gzip
import json
import os
import stat
import subprocess
from pathlib import Path

from integration import forked

ROOT = Path(__file__).resolve().parents[3]
JOB = "1a2b3c4d-0000-4000-8000-123456789abc"
LOGS = {
    "ms1": f"2026-11-27 04:00:01,500 DEBUG (ctx-5) (logid:9f8e7d6c) job {JOB} password=s3cret\n\tat A.b(A.java)\n"
    "2026-11-27 04:00:01,600 DEBUG (ctx-6) (logid:00000000) another job\n\tat of another\n",
    "ms2": "2026-11-27 04:00:04,000 INFO (logid:9f8e7d6c) ended\n",
    "kvm1": "2026-11-27 04:00:02,000 INFO (logid:9f8e7d6c) started by the agent\n",
}


def played(folder: Path, term: str) -> subprocess.CompletedProcess[str]:
    hosts = {
        name: {
            "ansible_connection": "local",
            "ansible_python_interpreter": forked.python(),
            "collect_logs_paths": f"{folder}/{name}/*.log*",
        }
        for name in LOGS
    }
    inventory = folder / "inventory.json"
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    given = {
        "collect_logs": "all",
        "collect_logs_job": term,
        "collect_logs_to": str(folder),
        "collect_logs_become": False,
    }
    command = ["ansible-playbook", "-i", str(inventory), "-vv", "-e", json.dumps(given)]
    command.append(str(ROOT / "playbooks" / "collect_logs.yml"))
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "ANSIBLE_NOCOLOR": "1"}
    )


def test_lines_of_a_job_are_collected_from_all_servers(tmp_path: Path) -> None:
    for name, text in LOGS.items():
        (tmp_path / name).mkdir()
        if name == "ms2":
            (tmp_path / name / "management-server.log.2026-11-27.gz").write_bytes(gzip.compress(text.encode()))
        else:
            (tmp_path / name / "a.log").write_text(text, encoding="utf-8")
    ended = played(tmp_path, JOB)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    file = tmp_path / f"cloudstack-{JOB}.log"
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["ms1", "ms1", "kvm1", "ms2"]
    assert "password=****" in lines[0]
    assert "another" not in " ".join(lines)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "s3cret" not in ended.stdout
    hostile = played(tmp_path, "../x;id")
    assert hostile.returncode != 0
    assert "collect_logs_job" in hostile.stdout + hostile.stderr
