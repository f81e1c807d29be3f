# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of many objects get the verdict that Ansible gives to each of them."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.site.modules import MODULES, task_of
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.site.validation import (
    NotValid,
    Validator,
)

VALUES = st.sampled_from(["", "x", "5", "true", "KVM", "present", "absent", 5, True, None, 1.5, {"a": "b"}]) | st.lists(
    st.sampled_from(["", "a", 7]), max_size=2
)


@st.composite
def objects(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    """A module, and parameters of a few objects that are mostly alike."""
    module = draw(st.sampled_from(MODULES))
    options = task_of(module).options
    names = draw(st.lists(st.sampled_from([*sorted(options), "unknown", "host_tag", "ip_address"]), max_size=6))
    names += [name for name, option in options.items() if option.get("required")]
    choices = {name: st.sampled_from(options.get(name, {}).get("choices") or ["x"]) for name in names}
    value = {name: draw(st.sampled_from([st.text("ab", max_size=3), choices[name], VALUES])) for name in names}
    return module, draw(st.lists(st.fixed_dictionaries(value), min_size=2, max_size=4))


@settings(max_examples=60)
@given(objects())
def test_alike_objects_are_judged_once_as_ansible_judges_each(made: tuple[str, list[dict[str, Any]]]) -> None:
    module, several = made
    task = task_of(module)
    validator = Validator(task)
    for raw in several:
        try:
            each = task.given(raw)
        except InvalidValue:
            # Ansible has no verdict: it ends in a traceback.
            assert not isinstance(raw["bmc"], dict)
            continue
        by_ansible = ArgumentSpecValidator(task.options, **task.constraints).validate(each)
        if by_ansible.error_messages:
            with pytest.raises(NotValid) as error:
                validator.validated(each)
            assert str(error.value) == "; ".join(by_ansible.error_messages)
        else:
            assert validator.validated(each) == by_ansible.validated_parameters


def test_objects_that_differ_in_texts_alone_are_not_judged_again() -> None:
    validator, asked = Validator(task_of("host")), list[dict[str, Any]]()
    ansible = validator._ansible.validate
    validator._ansible.validate = lambda given: asked.append(given) or ansible(given)
    first, second, third = (
        validator.validated({"name": name, "cluster": "c1", "hypervisor": kind, "host_tags": ["ssd", name]})
        for name, kind in (("kvm1", "KVM"), ("kvm2", "KVM"), ("sim1", "Simulator"))
    )
    assert [each["name"] for each in asked] == ["kvm1", "sim1"]
    assert (second["name"], second["host_tags"], second["state"]) == ("kvm2", ["ssd", "kvm2"], "present")
    assert first.keys() == third.keys() == second.keys()


def test_what_is_not_declared_is_not_imported() -> None:
    """Ansible compiles what is imported, which is most of the time for few objects."""
    code = (
        "import sys; import ansible_collections.hostcraft.cloudstack.plugins.modules.cs_site as site; "
        "hosts = {'hosts': [{'name': 'kvm1', 'cluster': 'c1'}], 'declaration': {'name': 'z1'}, 'parts': ['hosts']}; "
        "site.TASK.secrets_in(hosts); "
        "print(*(name for name in sys.modules if '.plugins.' in name))"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=env)
    found = {name.rpartition("plugins.module_utils.")[2] for name in ran.stdout.split()}
    assert "interface.site.objects.host" in found
    for more in ("interface.bmc.tasks", "operations.zone.storage", "operations.vlans.change", "core.site.removal"):
        assert more not in found
