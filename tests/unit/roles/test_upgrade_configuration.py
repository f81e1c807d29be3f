# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuration files that packages kept: of log4j 1, and without the options that Java 17 needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from unit.roles.role_tasks import content, shell, task

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
        ("-Xmx8192m -Da=b ", f"-Xmx2G {OPENS}", f"-Xmx8192m -Da=b {OPENS}"),
        (f"-Xmx8192m {OPENS}", f"-Xmx2G {OPENS}", f"-Xmx8192m {OPENS}"),
        (f"-Xmx8m {OPENS.split()[1]}", f"-Xmx2G {OPENS}", f"-Xmx8m {OPENS.split()[1]} {OPENS.split()[0]}"),
        ("-Xmx8192m", "-Xmx2G -XX:+New", "-Xmx8192m"),
        ("-Xmx8192m", None, "-Xmx8192m"),
    ],
)
def test_a_changed_memory_does_not_keep_java_17_from_starting_the_server(
    tmp_path: Path, held: str, new: str | None, after: str
) -> None:
    text = '# a comment\xe9\nJAVA_OPTS="{}"\n\n#JAVA_DEBUG="x"\nCLOUD_SECRET_KEY=k\n'
    path = tmp_path / "cloudstack-management"
    path.write_text(text.format(held), encoding="latin-1")
    path.chmod(0o640)
    if new is not None:
        (tmp_path / "cloudstack-management.dpkg-dist").write_text(text.format(new), encoding="latin-1")
    asked = task(TASKS, "Add the options of Java that the packages open modules with")["vars"]["upgrade_java_merge"]
    for changed in (after.split() != held.split(), False):
        command = [sys.executable, *asked[1:-1], str(tmp_path), "usage", "management"]
        ended = subprocess.run(command, capture_output=True, text=True, check=True)
        assert bool(ended.stdout) is changed
        assert path.read_text(encoding="latin-1").replace(' "', '"') == text.format(after)
        assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    "line",
    ['JAVA_OPTS="-Xmx4G \\\n -Xms1G"', 'JAVA_OPTS="-Da=\\"b\\""', 'JAVA_OPTS="-Xmx4G" # ours', 'JAVA_OPTS="-Xmx4G'],
)
def test_options_of_java_in_another_form_are_left_alone(tmp_path: Path, line: str) -> None:
    path = tmp_path / "cloudstack-agent"
    path.write_text(f"{line}\n")
    (tmp_path / "cloudstack-agent.dpkg-dist").write_text(f'JAVA_OPTS="-Xmx2G {OPENS}"\n')
    asked = task(TASKS, "Add the options of Java that the packages open modules with")["vars"]["upgrade_java_merge"]
    command = [sys.executable, *asked[1:-1], str(tmp_path), "agent"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (ended.stdout, path.read_text()) == ("", f"{line}\n")
