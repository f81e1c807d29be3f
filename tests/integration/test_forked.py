# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ansible-playbook of tests does and tells what the real one does."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from integration.forked import COLD

# Of a process of a task, and of one of a template in the playbook's own process.
SELF = (
    "env | grep -v ^_= | sort; pwd; umask; ulimit -a; grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status; ls /proc/self/fd"
)
TASKS = [
    {"name": "A process", "command": {"argv": ["sh", "-c", SELF]}, "changed_when": False},
    {"name": "A template", "debug": {"msg": "{{ lookup('pipe', query) }}"}, "vars": {"query": SELF}},
    {"name": "Its settings", "debug": {"msg": "{{ lookup('config', 'DEFAULT_FORKS', 'DEFAULT_TIMEOUT') }}"}},
    {"name": "What goes wrong", "fail": {"msg": "{{ given.x.y }}"}, "when": "fails | default(false)"},
]
ENDS = {
    "well": [],
    "failure": ["-e", "fails=true"],
    "no such host": ["-l", "nobody"],
    "a wrong option": ["--nonsense"],
    "version": ["--version"],
    "verbose": ["-vvv"],
    "UTF-8": ["-e", '{"given": "Zürich ☁", "empty": ""}', "-e", "", "--check", "--diff"],
}


def ends(command: str, folder: Path, *options: str, **environment: str) -> tuple[int, str, str]:
    ended = subprocess.run(
        [command, "-i", "localhost,", "-c", "local", "play.yml", *options],
        cwd=folder,
        env={**os.environ, "ANSIBLE_PYTHON_INTERPRETER": sys.executable, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        umask=0o027,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


def comparable(text: str) -> str:
    """Without numbers of processes, times and names of chance."""
    return re.sub(r"ansible-(tmp|local)-\S+|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S*|\d:\d\d:\d\d\.\d+|AnsiballZ\S+", "", text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("forked")
    play = {"hosts": "all", "gather_facts": False, "tasks": TASKS}
    (made / "play.yml").write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
    return made


@pytest.mark.parametrize("options", ENDS.values(), ids=ENDS)
def test_it_ends_as_the_real_one(folder: Path, options: list[str]) -> None:
    real = [comparable(str(each)) for each in ends(COLD, folder, *options)]
    assert [comparable(str(each)) for each in ends("ansible-playbook", folder, *options)] == real


@pytest.mark.parametrize(
    "settings",
    [{"ANSIBLE_FORKS": "7"}, {"ANSIBLE_FORKS": "7", "ANSIBLE_TIMEOUT": "3", "X": "y"}, {"LC_ALL": "C"}],
    ids=lambda settings: " ".join(settings),
)
def test_each_set_of_settings_is_obeyed(folder: Path, settings: dict[str, str]) -> None:
    real = [comparable(str(each)) for each in ends(COLD, folder, **settings)]
    assert [comparable(str(each)) for each in ends("ansible-playbook", folder, **settings)] == real


def test_nothing_is_left_where_it_ran(folder: Path) -> None:
    before = set(folder.iterdir())
    command = [
        "env",
        "--unset=ANSIBLE_LOCAL_TEMP",
        "ansible-playbook",
        "-i",
        "localhost,",
        "-c",
        "local",
        "--list-tasks",
    ]
    subprocess.run([*command, "play.yml"], cwd=folder, stdout=subprocess.DEVNULL, check=True)
    assert set(folder.iterdir()) == before


def test_a_run_has_a_folder_of_its_own_and_removes_it(folder: Path) -> None:
    place, seen = folder / "temporary", set()
    play = {
        "hosts": "all",
        "gather_facts": False,
        "tasks": [{"debug": {"msg": "{{ lookup('pipe', 'ls temporary') }}"}}],
    }
    (folder / "look.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
    command = ["ansible-playbook", "-i", "localhost,", "-c", "local", "look.yml"]
    for _run in range(2):
        settings = {**os.environ, "ANSIBLE_LOCAL_TEMP": str(place)}
        told = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, check=True).stdout
        during, after = set(re.findall(r"ansible-local-\w+", told)), {each.name for each in place.iterdir()}
        assert len(during - after) == 1
        assert len(after) == 1, "that of the server"
        seen |= during - after
    assert len(seen) == 2


# Whatever the code of a template depends on: its marks, its backslashes, a filter that there is not. Errors are ignored
# because they are what is compared, and the tasks after them are too.
TEMPLATES = r"""
- hosts: all
  gather_facts: false
  vars:
    given: [1, 2]
    texts: "{{ given | map('string') | list }}"
  tasks:
    - debug: {msg: "{{ texts }} {{ 'a\\nb' }} {{ '1-2' | regex_replace('(.)-(.)', '\\2\\1') }}"}
      when: given | length > 1
    - debug: {msg: "{{ lookup('template', 'marks.j2') }} {{ lookup('template', 'plain.j2') }}"}
    - debug: {msg: "{{ lookup('template', 'plain.j2', variable_start_string='<', variable_end_string='>') }}"}
    - debug: {msg: "{{ given | no_such_filter }}"}
      ignore_errors: true
    - debug: {msg: "{{ given | }}"}
      ignore_errors: true
    - debug:
      when: given.no_such_key.x
      ignore_errors: true
    - debug:
      when: "given |"
"""


def test_templates_that_another_run_has_compiled_give_the_same(folder: Path, tmp_path: Path) -> None:
    (folder / "templates.yml").write_text(TEMPLATES, encoding="utf-8")
    (folder / "marks.j2").write_text(
        '#jinja2: variable_start_string: "<", variable_end_string: ">"\n<texts> {{ texts }}', encoding="utf-8"
    )
    (folder / "plain.j2").write_text("<texts> {{ texts }} {{ 'a\\nb' }}", encoding="utf-8")
    command = [COLD, "-i", "localhost,", "-c", "local", "templates.yml"]
    told = []
    for kept in ({}, {"MODULE_ARCHIVES": str(tmp_path)}, {"MODULE_ARCHIVES": str(tmp_path)}):
        environment = {key: value for key, value in os.environ.items() if key != "MODULE_ARCHIVES"} | kept
        ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        told.append((ended.returncode, ended.stdout, ended.stderr))
    assert told[0] == told[1] == told[2]
    assert told[0][1].count("TASK") == 7, told[0]
    assert len(list(tmp_path.glob("*/*.template"))) > 5


TWO_RUNS = """
import os, pathlib, sys
import ansible.constants
from ansible._internal._templating._engine import TemplateEngine
from ansible.plugins import loader
from ansible.template import trust_as_template
loader.init_plugin_loader()
for number, folder in enumerate(sys.argv[2:]):
    ansible.constants.DEFAULT_LOCAL_TMP = folder
    os.environ["MODULE_ARCHIVES"] = folder
    loader.callback_loader.get(sys.argv[1])
    engine = TemplateEngine(variables={"given": number})
    assert engine.evaluate_expression(trust_as_template(f"given == {number}"))
    assert engine.template(trust_as_template("{{ given }}")) == number
"""


def test_a_fork_keeps_templates_for_its_own_run_alone(tmp_path: Path) -> None:
    """Its server has read the plug-in too: what that one kept was taken for what had just been compiled."""
    folders = [tmp_path / name for name in ("server", "fork")]
    for folder in folders:
        folder.mkdir()
    plugin = Path(__file__).parent / "plugins/callback"
    environment = {**os.environ, "ANSIBLE_CALLBACK_PLUGINS": str(plugin)}
    command = [sys.executable, "-c", TWO_RUNS, "archives", *map(str, folders)]
    subprocess.run(command, env=environment, check=True)
    of_server, of_fork = (len(list(folder.glob("*/*.template"))) for folder in folders)
    assert of_server == of_fork > 1


# What runs in the playbook's own process, with all that may be said of a task. Errors are ignored because they are what
# is compared.
IN_PLACE = r"""
- hosts: a:b
  gather_facts: false
  vars: {given: [1, 2], held: {x: [1]}, ansible_connection: local}
  tasks:
    - set_fact: {seen: "{{ seen | default([]) + [item ~ inventory_hostname] }}", cacheable: "{{ item == 1 }}"}
      loop: "{{ given }}"
      when: item > 1 or inventory_hostname == 'a'
      register: marked
    - debug: {var: marked}
    - debug: {msg: "{{ held.x.append(2) }} {{ held }}"}
    - debug: {msg: "{{ held }} {{ seen }}"}
    - include_tasks: included.yml
      loop: [one, two]
      loop_control: {loop_var: name}
      when: name != 'two' or inventory_hostname == 'b'
    - block:
        - assert: {that: [given | length == 2, nothing is defined], fail_msg: "not {{ given }}", success_msg: x}
      rescue:
        - debug: {msg: "{{ ansible_failed_task.name }} {{ ansible_failed_result.msg }}"}
    - fail: {msg: "{{ undefined.x }}"}
      ignore_errors: true
      no_log: "{{ inventory_hostname == 'a' }}"
    - fail: {msg: secret}
      ignore_errors: true
      no_log: true
    - set_fact: {told: "{{ inventory_hostname }}"}
      delegate_to: b
      delegate_facts: true
      run_once: true
    - debug: {msg: "{{ told | default('-') }}"}
    - debug: {msg: "{{ tried }}"}
      register: tried
      until: tried is not failed
      retries: 1
      delay: 0
      ignore_errors: true
    - command: "false"
      when:
        - inventory_hostname == 'c'
    - command: echo {{ inventory_hostname }}
      when: inventory_hostname in given
      register: left
    - command: "true"
      when: left.rc == 0
      ignore_errors: true
    - debug: {msg: "{{ left }}", verbosity: 1}
      changed_when: true
      notify: told
    - include_role: {name: "{{ 'no-such-role' }}"}
      when: inventory_hostname == 'b'
      ignore_errors: true
    - debug: {msg: "{{ ansible_search_path | length }} {{ ansible_loop_var is defined }} {{ item is defined }}"}
      environment: {X: y}
      become: true
      when: not (ansible_check_mode | bool)
  handlers:
    - name: told
      debug: {msg: "{{ inventory_hostname }} {{ told | default('-') }}"}
"""


@pytest.mark.parametrize("options", [["-e", "ansible_connection=ssh"], ["-vv", "--check"]], ids=str)
def test_what_runs_in_the_process_of_the_playbook_does_what_a_fork_does(tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "play.yml").write_text(IN_PLACE, encoding="utf-8")
    (tmp_path / "included.yml").write_text("- set_fact: {got: '{{ name }}'}\n- debug: {var: got}\n", encoding="utf-8")
    options = ["-i", "a,b,c", "--forks=1", *options]
    real = [comparable(str(each)) for each in ends(COLD, tmp_path, *options)]
    assert [comparable(str(each)) for each in ends("ansible-playbook", tmp_path, *options)] == real
    assert real[1].count("TASK [") > 20, real


def test_it_ends_with_its_command(folder: Path) -> None:
    book = folder / "long.yml"
    play = {"hosts": "all", "gather_facts": False, "tasks": [{"command": "sleep 20", "changed_when": False}]}
    book.write_text(yaml.safe_dump([play]), encoding="utf-8")
    command = ["ansible-playbook", "-i", "localhost,", "-c", "local", str(book)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as playing:
        assert playing.stdout is not None
        assert any(line.startswith("TASK") for line in playing.stdout)
        playing.kill()
        playing.stdout.read()  # to the end: nobody else has it open
    assert playing.returncode == -signal.SIGKILL
