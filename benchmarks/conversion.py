# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The converter on the collection that it converts from: its argument specs, and its own integration targets.

Fails if the specs differ from those that the unit tests use, if a converted file is not the same YAML with other names,
if a task that is valid there is not valid here, or if a second run changes anything.
Run: python benchmarks/conversion.py [TARGETS…]: tests/integration/targets of checkouts of ngine_io.cloudstack.
"""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / part) for part in ("tests", ".venv/collections")]

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.conversion.playbooks import Disk
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.conversion.modules import (
    MODULES,
    OURS,
    THEIRS,
    base,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.conversion.convert import convert

Spec = Mapping[str, Mapping[str, Any]]
PEER_PYTHON = ROOT / ".venv/peer/bin/python"
RECORDED = ROOT / "tests/unit/plugins/module_utils/core/conversion/peer_options.json"
PLUGINS = "ansible_collections.hostcraft.cloudstack.plugins.modules"
CONNECTION = {"api_url": "http://cloud.invalid/client/api", "api_key": "k", "api_secret": "s"}
SAMPLES = {"int": 1, "float": 1.0, "bool": True, "list": ["a"], "dict": {"a": "b"}}
CONSTRAINTS = ("mutually_exclusive", "required_by", "required_if", "required_one_of", "required_together")
# Prints the argument spec of each module that sys.argv[1:] names.
READER = """
import importlib, json, sys
from ansible.module_utils import basic
class Asked(Exception): pass
def asked(self, argument_spec=None, **constraints): raise Asked([argument_spec, constraints])
basic.AnsibleModule.__init__ = asked
found = {}
for name in sys.argv[1:]:
    try: importlib.import_module("ansible_collections.ngine_io.cloudstack.plugins.modules." + name).main()
    except Asked as caught: found[name] = caught.args[0]
print(json.dumps(found, default=str))
"""


def specs(collection: Path) -> dict[str, tuple[Spec, dict[str, Any]]]:
    """Argument specs and constraints of the modules that have one here, by the name without ``cs_``."""
    names = [file.stem for file in sorted(collection.glob("plugins/modules/*.py")) if base(file.stem) in MODULES]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "ansible_collections/ngine_io"
        place.mkdir(parents=True)
        (place / "cloudstack").symlink_to(collection)
        ran = subprocess.run(
            [str(PEER_PYTHON), "-c", f"import sys; sys.path.insert(0, {folder!r})\n{READER}", *names],
            capture_output=True,
            text=True,
            check=True,
        )
    return {
        base(name): (
            # A fallback is a function, and not needed here.
            {option: {key: held for key, held in each.items() if key != "fallback"} for option, each in spec.items()},
            {key: held for key, held in constraints.items() if key in CONSTRAINTS},
        )
        for name, (spec, constraints) in json.loads(ran.stdout).items()
    }


def compare(version: str, found: Mapping[str, tuple[Spec, dict[str, Any]]]) -> list[str]:
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))[version]["options"]
    kept = ("aliases", "choices", "type")
    now = {
        module: {name: {key: option[key] for key in kept if option.get(key)} for name, option in sorted(spec.items())}
        for module, (spec, _constraints) in found.items()
    }
    return [f"{version} {name}: the recorded options differ" for name in MODULES if now.get(name) != recorded.get(name)]


def tasks(content: Any) -> Iterator[dict[str, Any]]:
    for item in content if isinstance(content, list) else ():
        if not {"block", "hosts"} & set(item):
            yield item
        for section in ("block", "rescue", "always", "tasks"):
            yield from tasks(item.get(section))


def call(task: Mapping[str, Any], namespace: str) -> tuple[str, Mapping[str, Any]]:
    """Module and options of a task; "" for one of another collection."""
    for key, value in task.items():
        short = namespace == THEIRS and key.startswith("cs_")
        if (short or key.startswith(f"{namespace}.")) and base(key.rpartition(".")[2]):
            return base(key.rpartition(".")[2]), value or {}
        if key == "action" and isinstance(value, str):
            return call({value.split()[0]: {}}, namespace)
    return "", {}


def valid(spec: Spec, constraints: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    """Errors of a task's options; expressions are replaced by a value of the option's type."""
    known = {name: each for key, each in spec.items() for name in (key, *(each.get("aliases") or ()))}

    def value(name: str, held: Any) -> Any:
        option = known.get(name, {})
        if not (isinstance(held, str) and "{{" in held):
            return held
        return (option.get("choices") or [SAMPLES.get(option.get("type", "str"), "a")])[0]

    checked = ArgumentSpecValidator(dict(spec), **constraints).validate(
        {**CONNECTION, **{name: value(name, held) for name, held in given.items()}}
    )
    return list(checked.error_messages)


def proven(targets: Path, theirs: Mapping[str, tuple[Spec, dict[str, Any]]]) -> list[str]:
    wrong: list[str] = []
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "targets"
        shutil.copytree(targets, copy)
        result = convert(Disk([str(copy)]), check_mode=False)
        if convert(Disk([str(copy)]), check_mode=False).changes:
            wrong.append("a second run changes something")
        for change in result.changes:
            before, after = (
                list(tasks(yaml.safe_load(change.before))),
                list(tasks(yaml.safe_load(Path(change.path).read_text()))),
            )
            name = Path(change.path).relative_to(copy)
            counts["files"] += 1
            if len(before) != len(after):
                wrong.append(f"{name}: has other tasks")
            for old, new in zip(before, after, strict=False):
                module, given = call(new, OURS)
                if not module:
                    counts["tasks left"] += bool(call(old, THEIRS)[0])
                    if old != new:
                        wrong.append(f"{name}: {old.get('name')} is changed without a module of ours")
                    continue
                counts["tasks converted"] += 1
                ours = importlib.import_module(f"{PLUGINS}.cs_{module}").TASK
                there = valid(*theirs[module], call(old, THEIRS)[1])
                here = valid(ours.argument_spec, ours.constraints, given)
                counts[f"valid {'there' if not there else 'not there'}, {'here' if not here else 'not here'}"] += 1
                if here and not there:
                    wrong.append(f"{name}: {new.get('name')}: {here}")
        counts["files left"] = result.read - counts["files"]
    print(
        f"targets of {targets.parents[2].name}: " + ", ".join(f"{value} {key}" for key, value in sorted(counts.items()))
    )
    return wrong


def main(arguments: list[str]) -> int:
    installed = next(ROOT.glob(".venv/peer/lib/python3*/site-packages/ansible_collections/ngine_io/cloudstack"))
    wrong = compare("2.5.0", specs(installed))
    for argument in arguments:
        targets = Path(argument).resolve()
        theirs = specs(targets.parents[2])
        version = yaml.safe_load((targets.parents[2] / "galaxy.yml").read_text(encoding="utf-8"))["version"]
        print(f"ngine_io.cloudstack {version}: ", end="")
        wrong += [*compare(version, theirs), *proven(targets, theirs)]
    print("\n".join(wrong) or "nothing is wrong")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
