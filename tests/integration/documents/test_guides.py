# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""README and guides followed as they stand: their files written, their commands run, from an installed package.

The reader is in an empty folder, with the three variables of a sandbox. Guides on machines need machines: their
playbooks are read by Ansible here, and the roles and modules run in the tests of their themes.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from documents.blocks import ROOT, Block, blocks, every

from sandbox import fleet
from sandbox.server import Sandbox
from sandbox.snapshot import fill

RECAP = re.compile(r"^localhost +: .*changed=(\d+) +unreachable=0 +failed=0", re.MULTILINE)


@dataclass
class Reader:
    """Somebody who follows a document in ``folder``, with the collection in ``installed``."""

    folder: Path
    installed: Path
    sandbox: Sandbox

    def write(self, document: str) -> list[Block]:
        """Every file that the document tells to write; its blocks."""
        found = blocks(ROOT / document)
        for block in found:
            if block.file:
                target = self.folder / block.file
                target.parent.mkdir(parents=True, exist_ok=True)
                text = block.text.replace("https://cloud.example.net/client/api", self.sandbox.url)
                target.write_text(f"---\n{text}", encoding="utf-8")
        return found

    def run(self, command: str, fails: bool = False) -> str:
        """What a command of a document prints; it has to end as expected, without a complaint of Ansible's."""
        environment = {
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(self.installed),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            # No inventory is given where none is needed.
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "CLOUDSTACK_ENDPOINT": self.sandbox.url,
            "CLOUDSTACK_KEY": self.sandbox.key,
            "CLOUDSTACK_SECRET": self.sandbox.secret,
        }
        ended = subprocess.run(
            ["bash", "-ec", command],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert (ended.returncode != 0) == fails, f"{command}\n{ended.stdout}"
        assert "DEPRECATION" not in ended.stdout, ended.stdout
        return ended.stdout

    def follow(self, block: Block) -> list[str]:
        """What each command of a block in sh prints; the sandbox's variables stand for those of the example."""
        lines = [line for line in block.text.splitlines() if line and not line.startswith("export ")]
        return [self.run(line) for line in lines]


@pytest.fixture
def reader(tmp_path: Path, installed: Path) -> Iterator[Reader]:
    with Sandbox(seed=1, speed=50.0) as sandbox:
        yield Reader(tmp_path, installed, sandbox)


@pytest.fixture
def fleet_reader(tmp_path: Path, installed: Path) -> Iterator[Reader]:
    """With what ``make sandbox VMS=60`` serves."""
    sandbox = Sandbox(seed=1, speed=2000.0)
    fill(sandbox.world, fleet.lines(8, 60))
    with sandbox:
        yield Reader(tmp_path, installed, sandbox)


def of(found: list[Block], language: str) -> list[Block]:
    return [block for block in found if block.language == language]


def changes(output: str) -> int:
    (count,) = RECAP.findall(output)
    return int(count)


def alike(text: str) -> str:
    """A text without what differs from run to run: numbers, Ansible's quotes and its wrapping."""
    return re.sub(r"\s+", " ", re.sub(r"\d+([.,]\d+)*", "N", text.replace('\\"', '"').replace("\\n", " ")))


def tells(output: str, example: Block) -> None:
    """Every line of an example is in the output, but for numbers."""
    for line in example.text.splitlines():
        assert alike(line).strip() in alike(output), f"{example}: {line}\n{output}"


def test_the_first_playbook_of_the_readme(reader: Reader) -> None:
    found = reader.write("README.md")
    (commands,) = [block for block in of(found, "sh") if "hosts.yml" in block.text]
    predicted, first, second = reader.follow(commands)
    assert [changes(output) for output in (predicted, first, second)] == [4, 4, 0]
    tags = reader.sandbox.run(lambda world: {host.name: host.tags for host in world.hosts})
    assert tags == {f"kvm0{number}.example.com": ["gen3", "ssd"] for number in (1, 2)}


def test_the_readme_s_defaults_for_all_tasks(reader: Reader) -> None:
    (block,) = [block for block in every("yaml") if "module_defaults" in block.text]
    text = block.text.replace("https://cloud.example.net/client/api", reader.sandbox.url)
    (reader.folder / "play.yml").write_text(text, encoding="utf-8")
    secrets = f"-e vault_api_key={reader.sandbox.key} -e vault_api_secret={reader.sandbox.secret}"
    reader.run(f"unset CLOUDSTACK_ENDPOINT CLOUDSTACK_KEY CLOUDSTACK_SECRET; ansible-playbook play.yml {secrets}")


def declare(reader: Reader) -> list[Block]:
    found = reader.write("docs/guides/declared_zone.md")
    commands = of(found, "sh")[0]
    predicted, applied, shown = reader.follow(commands)
    assert changes(predicted) > 0
    assert changes(applied) > 0
    assert "cluster east-kvm" in shown
    assert "host kvm2" in shown
    return found


def test_a_declared_zone(reader: Reader) -> None:
    found = declare(reader)
    assert changes(reader.run("ansible-playbook -i inventory hostcraft.cloudstack.site")) == 0
    zone, hosts = reader.folder / "inventory/group_vars/all/zone.yml", reader.folder / "inventory/hosts.yml"
    text = zone.read_text(encoding="utf-8")
    zone.write_text(text.replace("gateway: 10.10.1.1", "gateway: 10.99.2.1"), encoding="utf-8")
    text = hosts.read_text(encoding="utf-8")
    hosts.write_text(text.replace("east-kvm", "east-kmv"), encoding="utf-8")
    before = len(reader.sandbox.calls)
    told = reader.run("ansible-playbook -i inventory hostcraft.cloudstack.site", fails=True)
    tells(told, of(found, "text")[0])
    assert [call.command for call in reader.sandbox.calls[before:] if not call.command.startswith("list")] == []


def test_vlans(reader: Reader) -> None:
    declare(reader)
    found = reader.write("docs/guides/vlans.md")
    adding, network, _trunks, _switches = of(found, "sh")
    predicted, added, shown = reader.follow(adding)
    assert (changes(predicted), changes(added)) == (1, 1)
    assert "900-939" in shown
    assert changes(reader.follow(network)[0]) == 2
    (reader.folder / "in_use.yml").write_text(IN_USE, encoding="utf-8")
    tells(reader.run("ansible-playbook in_use.yml", fails=True), of(found, "text")[0])


# Some VLANs are dedicated to an account, and then all of them are to go.
IN_USE = """
- hosts: localhost
  gather_facts: false
  tasks:
    - hostcraft.cloudstack.cs_vlan_dedication:
        {zone: east, physical_network: main, vlan: 600-609, account: admin, domain: ROOT}
    - hostcraft.cloudstack.cs_vlan_range: {zone: east, physical_network: main, vlan: 600-799, state: absent}
"""


def test_rolling_maintenance(fleet_reader: Reader) -> None:
    reader = fleet_reader
    found = reader.write("docs/guides/rolling_maintenance.md")
    planned, rolled = reader.follow(of(found, "sh")[0])
    tells(rolled, *of(found, "text"))
    assert "waves" in planned
    assert reader.sandbox.run(lambda world: {vm.state for vm in world.vms}) == {"Running"}
    assert reader.sandbox.calls.counts["prepareHostForMaintenance"] == 4
    reader.run("ansible-playbook --syntax-check patch.yml")
    one = [block.text for block in of(found, "yaml") if "hosts:" not in block.text][-1]
    play = "- hosts: localhost\n  gather_facts: false\n  tasks:\n" + re.sub("^", "    ", one, flags=re.MULTILINE)
    (reader.folder / "one.yml").write_text(play, encoding="utf-8")
    assert changes(reader.run("ansible-playbook one.yml")) == 2


def test_capacity(fleet_reader: Reader) -> None:
    reader = fleet_reader
    found = reader.write("docs/guides/capacity.md")
    told = dict(re.findall(r'"(more_vms\w*)": (\d+)', reader.run("ansible-playbook free.yml -v")))
    read, factors, of_new, thresholds, offering = [reader.follow(block) for block in of(found, "sh")]
    assert "factors 1.0 and 1.0" in read[0]
    assert f" {told['more_vms_with_spare']} more VMs fit" in read[0]
    assert int(told["more_vms_with_spare"]) < int(told["more_vms"])
    assert [changes(output) for output in factors] == [1, 1, 0]
    assert all("VMs keep their old factors" in output for output in factors)
    clusters = {each.name: each.details for each in reader.sandbox.run(lambda world: list(world.clusters))}
    assert {name: its.get("cpuOvercommitRatio") for name, its in clusters.items()} == {"kvm-a": "4.0", "kvm-b": "1.0"}
    assert [changes(*outputs) for outputs in (of_new, thresholds, offering)] == [1, 1, 1]


def test_the_report(fleet_reader: Reader) -> None:
    found = fleet_reader.write("docs/guides/report.md")
    (output,) = fleet_reader.follow(of(found, "sh")[1])
    assert changes(output) == 1
    page = (fleet_reader.folder / "maintenance.html").read_text(encoding="utf-8")
    assert "kvm-a1" in page
    assert "<script" not in page


def test_a_roll_by_the_answers_of_a_survey(fleet_reader: Reader) -> None:
    """As AWX hands them over: lists as lines of a text, empty fields as empty texts; the page stays as an artifact."""
    answers = {
        "rolling_maintenance_clusters": "kvm-a\n",
        "rolling_maintenance_consent": "",
        "rolling_maintenance_hosts": "kvm-a1, kvm-a2",
        "rolling_maintenance_first": "",
        "rolling_maintenance_report": str(fleet_reader.folder / "page.html"),
        "awx_job_id": 25,
    }
    (fleet_reader.folder / "answers.yml").write_text(json.dumps(answers), encoding="utf-8")
    output = fleet_reader.run(
        "ANSIBLE_SHOW_CUSTOM_STATS=1 ansible-playbook hostcraft.cloudstack.rolling_maintenance -e @answers.yml"
    )
    assert fleet_reader.sandbox.calls.counts["prepareHostForMaintenance"] == 2
    assert "rolling_maintenance_page" in output.partition("CUSTOM STATS")[2]


WHOLE = [block for block in every("yaml") if re.search(r"^- name:.*\n  hosts:", block.text)]


@pytest.mark.parametrize("block", WHOLE, ids=str)
def test_every_playbook_is_one_for_ansible(block: Block, reader: Reader) -> None:
    reader.write(block.document)
    (reader.folder / "management.pub").write_text("ssh-ed25519 AAAA example\n", encoding="utf-8")
    play = reader.folder / "play.yml"
    play.write_text(block.text, encoding="utf-8")
    host = "hosts: {one: {ansible_host: 127.0.0.1}}"
    (reader.folder / "all.yml").write_text(f"kvm: {{{host}}}\nlxc: {{{host}}}\nhyperv: {{{host}}}\n", encoding="utf-8")
    reader.run("ansible-playbook -i all.yml --syntax-check play.yml")


OTHERS = {
    "show_hypervisors": "hypervisors.md",
    "patch_vsphere_cluster": "vsphere.md",
    "upgrade_xenserver_pool": "xenserver.md",
}


@pytest.mark.parametrize("command", ["add_hosts.md", "host_check.md", "host_network.md", "kvm.md", *OTHERS.values()])
def test_commands_on_machines_are_understood(command: str, reader: Reader) -> None:
    """The very commands of the guide, with Ansible reading the playbook, its variables and its inventory alone."""
    reader.write("docs/guides/add_hosts.md")
    found = reader.write(f"docs/guides/{command}")
    (reader.folder / "vault.yml").write_text("vault_xenserver_password: x\n", encoding="utf-8")
    lines = [line.partition("#")[0] for block in of(found, "sh") for line in block.text.splitlines()]
    plays = [line for line in lines if line.startswith("ansible-playbook ")]
    assert plays != []
    for line in plays:
        reader.run(f"{line} --list-tasks")
