# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a document may name: modules with their options, roles and playbooks with their variables, targets, tags."""

from __future__ import annotations

import functools
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

from .blocks import ROOT, every

OWN = "hostcraft.cloudstack."
Options = dict[str, dict[str, Any]]
# Variables of playbooks have no specification: their prefixes say whose they are.
PLAYBOOK_VARIABLE = re.compile(
    r"\b(?:add_hosts|change_host_password|fence_drill|remove_hosts|show|check|patch_vsphere|xenserver_upgrade"
    r"|rotate_certificates|recover_agents|install_certificates|upgrade_routers|backup|restore|rotate_database_keys"
    r"|fail_over_database|restart_management_servers|acceptance|install|upgrade_agents|upgrade_cloudstack"
    r"|change_database_password|collect_logs|doctor|export_zone|compare_zone|convert)_\w+"
    r"|\b(?:fence_drill|remove_hosts|rotate_certificates|recover_agents|install_certificates|upgrade_routers)\b"
    r"|\b(?:backup|restore|rotate_database_keys|restart_management_servers|upgrade_agents|upgrade_cloudstack|collect_logs)\b"
)


def _playbook_texts() -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "playbooks").rglob("*.yml"))


@functools.cache
def modules() -> dict[str, Options]:
    """Options by full names of our modules, and of the others that documents use, as ansible-doc knows them."""
    others = {name for block in every("yaml") for name in re.findall(r"\bansible\.builtin\.[a-z_]+(?=:)", block.text)}
    names = sorted(others | {OWN + file.stem for file in ROOT.glob("plugins/modules/*.py")})
    answer = subprocess.run(
        ["ansible-doc", "--type", "module", "--json", *names], check=True, capture_output=True, text=True
    )
    return {name: known["doc"].get("options", {}) for name, known in json.loads(answer.stdout).items()}


@functools.cache
def roles() -> dict[str, Options]:
    """Variables of roles by the roles' full names."""
    found = {}
    for file in ROOT.glob("roles/*/meta/argument_specs.yml"):
        spec = yaml.safe_load(file.read_text(encoding="utf-8"))
        found[OWN + file.parent.parent.name] = spec["argument_specs"]["main"]["options"]
    return found


@functools.cache
def variables() -> Options:
    """Every variable that an operator may set."""
    found: Options = {name: option for options in roles().values() for name, option in options.items()}
    found.update({name: {} for name in PLAYBOOK_VARIABLE.findall(_playbook_texts())})
    zone = found["zone_declaration"]
    hosts = " ".join(found["zone_hosts"]["description"])
    found.update({name: {} for name in re.findall(r"C\((cloudstack_\w+)\)", hosts)})
    return {**found, "cloudstack_zone": zone, "ansible_host": {}}


@functools.cache
def playbooks() -> set[str]:
    return {OWN + file.stem for file in (ROOT / "playbooks").glob("*.yml")}


@functools.cache
def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@functools.cache
def inventories() -> dict[str, Options]:
    """Options of our inventory plugins by their full names, with those of the fragments that they extend."""
    names = sorted(OWN + file.stem for file in ROOT.glob("plugins/inventory/*.py"))
    answer = subprocess.run(
        ["ansible-doc", "--type", "inventory", "--json", *names], check=True, capture_output=True, text=True
    )
    return {name: known["doc"]["options"] for name, known in json.loads(answer.stdout).items()}


@functools.cache
def plugins() -> set[str]:
    """Full names of everything that the collection ships."""
    patterns = ("plugins/modules/*.py", "plugins/inventory/*.py", "plugins/lookup/*.py", "plugins/filter/*.yml")
    files = [file for pattern in patterns for file in ROOT.glob(pattern)]
    return {OWN + file.stem for file in files} | set(roles()) | playbooks() | {OWN + "cloudstack"}


@functools.cache
def tags() -> set[str]:
    text = _playbook_texts() + "\n".join(f.read_text(encoding="utf-8") for f in ROOT.glob("roles/*/tasks/*.yml"))
    lists = re.findall(r"^\s*tags:\s*\[?([\w, ]+)\]?", text, re.MULTILINE)
    return {name.strip() for entry in lists for name in entry.split(",")}


@functools.cache
def environment() -> set[str]:
    """Environment variables that some documentation of an option names."""
    texts = [file.read_text(encoding="utf-8") for file in Path(ROOT / "plugins" / "doc_fragments").glob("*.py")]
    return {name for text in texts for name in re.findall(r"E\((\w+)\)", text)}
