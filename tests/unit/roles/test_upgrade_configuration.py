# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuration files that packages kept: of log4j 1, and without the options that Java 17 needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.filter.java_modules import java_modules
from unit.roles.role_tasks import ROOT, content, shell, task

TASKS = "playbooks/tasks/upgrade_configuration.yml"
OLD, NEW = '<?xml version="1.0"?>\n<log4j:configuration>\n', '<?xml version="1.0"?>\n<Configuration status="WARN">\n'


@pytest.mark.parametrize(
    ("held", "beside", "after", "told"),
    [
        (OLD, {"dpkg-dist": NEW}, NEW, "replaced"),
        (OLD, {"rpmnew": NEW}, NEW, "replaced"),
        (OLD, {"dpkg-dist": OLD}, OLD, "left"),
        (OLD, {}, OLD, "left"),
        (NEW + "<!-- ours -->", {"dpkg-dist": NEW}, NEW + "<!-- ours -->", ""),
        (None, {"dpkg-dist": NEW}, None, ""),
    ],
)
def test_log4j_1_gives_way_to_the_file_of_the_package(
    tmp_path: Path, held: str | None, beside: dict[str, str], after: str | None, told: str
) -> None:
    folder = tmp_path / "etc/cloudstack/agent"
    folder.mkdir(parents=True)
    file = folder / "log4j-cloud.xml"
    if held is not None:
        file.write_text(held)
        file.chmod(0o640)
    for ending, text in beside.items():
        (folder / f"log4j-cloud.xml.{ending}").write_text(text)
    script = task(TASKS, "Use the packages' log configuration instead of one of log4j 1")["ansible.builtin.shell"]
    given = {"ROOT": str(tmp_path), "PARTS": "usage agent"}
    ended = shell(script, tmp_path, **given)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.split() == ([told, str(file)] if told else [])
    assert (file.read_text() if file.exists() else None) == after
    if told == "replaced":
        assert (folder / "log4j-cloud.xml.log4j1").read_text() == held
        assert file.stat().st_mode & 0o777 == 0o640
    again = shell(script, tmp_path, **given)
    assert again.stdout.split() == (["left", str(file)] if told == "left" else [])


def test_it_comes_between_the_packages_and_the_first_start() -> None:
    (upgrade,) = (each for each in content("playbooks/tasks/upgrade_servers.yml") if each.get("rescue"))
    files = [each.get("ansible.builtin.include_tasks") for each in upgrade["block"]]
    assert (
        files.index("upgrade_install.yml") < files.index("upgrade_configuration.yml") < files.index("upgrade_first.yml")
    )


def test_agents_have_it_before_they_start() -> None:
    tasks = [
        each for each in content("playbooks/upgrade_agents.yml")[1]["tasks"] if each.get("name") == "Upgrade the agent"
    ]
    names = [each["name"] for each in tasks[0]["block"]]
    here = names.index("Look after configuration files that the packages kept")
    assert names.index("Upgrade the packages with dnf") < here < names.index("Start the agent")
    assert tasks[0]["block"][here]["vars"]["upgrade_parts_of"] == ["agent"]


OPENS = "--add-opens=java.base/java.lang=ALL-UNNAMED --add-exports=java.base/sun.security.x509=ALL-UNNAMED"


@pytest.mark.parametrize(
    ("held", "new", "after"),
    [
        ('"-Xmx8192m -Da=b "', f'"-Xmx2G {OPENS}"', f"-Xmx8192m -Da=b {OPENS}"),
        (f'"-Xmx8192m {OPENS}"', f'"-Xmx2G {OPENS}"', ""),
        (f'"-Xmx8m {OPENS.split()[1]}"', f'"-Xmx2G {OPENS}"', f"-Xmx8m {OPENS.split()[1]} {OPENS.split()[0]}"),
        ('"-Xmx8192m"', '"-Xmx2G -XX:+New"', ""),
        ("-Xmx8g", f'"{OPENS}"', f"-Xmx8g {OPENS}"),
        ('"-Xmx4G \\\n -Xms1G"', f'"{OPENS}"', ""),
        ('"-Da=\\"b\\""', f'"{OPENS}"', ""),
        ('"-Xmx4G" # ours', f'"{OPENS}"', ""),
        ('"-Xmx4G', f'"{OPENS}"', ""),
        ("'-Xmx4G'", f'"{OPENS}"', ""),
        ('"-Da=\xe9"', f'"{OPENS}"', ""),
        ('"-Xmx4G"\nJAVA_OPTS="-Xmx5G"', f'"{OPENS}"', f"-Xmx5G {OPENS}"),
    ],
)
def test_only_missing_openings_are_added(held: str, new: str, after: str) -> None:
    line = java_modules(f"# x\nJAVA_OPTS={held}\nA=b\n", f"JAVA_OPTS={new}\n")
    assert line == (f'JAVA_OPTS="{after}"' if after else "")


def test_a_changed_memory_does_not_keep_java_17_from_starting_the_server(tmp_path: Path) -> None:
    folder = tmp_path / "etc/default"
    folder.mkdir(parents=True)
    text = '# a comment\xe9\nJAVA_OPTS="{}"\n\n#JAVA_DEBUG="x"\nCLOUD_SECRET_KEY=k\n'
    for part, options in {"management": "-Xmx8192m", "usage": "-Xmx1G", "agent": "-Xmx2G"}.items():
        (folder / f"cloudstack-{part}").write_text(text.format(options), encoding="latin-1")
        (folder / f"cloudstack-{part}").chmod(0o640)
    for name in ("management.dpkg-dist", "usage.rpmnew", "other.dpkg-dist"):
        (folder / f"cloudstack-{name}").write_text(text.format(f"-Xmx2G {OPENS}"), encoding="latin-1")
    (folder / "cloudstack-usage").unlink()
    tasks = (ROOT / TASKS).read_text(encoding="utf-8")
    (tmp_path / "tasks.yml").write_text(tasks.replace("/etc/", f"{tmp_path}/etc/"), encoding="utf-8")
    given = {
        "upgrade_node": "other", "upgrade_release": "4.19.0.0", "upgrade_parts_of": ["management", "usage", "agent"],
        # The interpreter of the host that the play runs on is not on the other one.
        "ansible_facts": {"python": {"executable": "/absent/python"}},
    }  # fmt: skip
    steps = [{"ansible.builtin.include_tasks": str(tmp_path / "tasks.yml")}]
    play = [{"hosts": "one", "gather_facts": False, "vars": given, "tasks": steps}]
    (tmp_path / "play.yml").write_text(json.dumps(play), encoding="utf-8")
    local = f"ansible_connection=local ansible_python_interpreter={sys.executable}"
    (tmp_path / "hosts").write_text(f"one {local}\nother {local}\n", encoding="utf-8")
    for changes in (1, 0):
        command = ["ansible-playbook", "-i", str(tmp_path / "hosts"), str(tmp_path / "play.yml")]
        environment = {**os.environ, "ANSIBLE_NOCOLOR": "1"}
        ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert f"changed={changes} " in ended.stdout, ended.stdout
        path = folder / "cloudstack-management"
        assert path.read_text(encoding="latin-1") == text.format(f"-Xmx8192m {OPENS}")
        assert path.stat().st_mode & 0o777 == 0o640
        assert (folder / "cloudstack-agent").read_text(encoding="latin-1") == text.format("-Xmx2G")
        assert not (folder / "cloudstack-usage").exists()
