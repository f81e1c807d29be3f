# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The credential types are taken by awx.awx's own modules, and their injectors give what the collection reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jinja2
import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from documents.read_variables import content
from integration.awx.specifications import wrong

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.connection import CONNECTION, resolve

ROOT = Path(__file__).resolve().parents[3]
GUIDE = ROOT / "docs" / "guides" / "awx.md"
ROLE = ROOT / "roles" / "awx_content"
# Labels of the guide's table, by the options of job_template.
FIELDS = {
    "Job slicing": {"job_slice_count": 1},
    "Concurrent jobs": {"allow_simultaneous": False},
    "Timeout": {"timeout": 0},
    "Job type, Show changes: prompt on launch": {"ask_job_type_on_launch": True, "ask_diff_mode_on_launch": True},
    "Variables: prompt on launch, or a survey": {"ask_variables_on_launch": True, "survey_enabled": True},
}
GIVEN = {"endpoint": "https://cloud.example.net/client/api", "key": "k", "secret": "s"}


TYPES = {
    each["name"]: each for each in content(ROLE / "vars/main/credential_types.yml")["awx_content_credential_types"]
}


@pytest.mark.parametrize("name", ["CloudStack", "CloudStack hypervisor"])
def test_the_credential_type_is_taken(name: str) -> None:
    inputs, injectors = TYPES[name]["inputs"], TYPES[name]["injectors"]
    assert wrong("credential_type", name="CloudStack", kind="clouds", inputs=inputs) != []
    # The schema of AWX: what a field may be, and that what is required is one.
    names = {field["id"] for field in inputs["fields"]}
    assert set(inputs["required"]) <= names
    for field in inputs["fields"]:
        assert set(field) <= {"id", "type", "label", "help_text", "secret", "multiline", "choices", "default", "format"}
        assert field["type"] in ("string", "boolean")
        assert field["label"]
    assert {field["id"] for field in inputs["fields"] if field.get("secret")} & {"key", "secret", "password"}
    used = set(re.findall(r"\{\{ (\w+) \}\}|\{% if (\w+) %\}", str(injectors)))
    assert {name for pair in used for name in pair if name} == names
    assert set(injectors) == {"env", "file"}


@pytest.mark.parametrize("insecure", [False, True, ""])
@pytest.mark.parametrize("timeout", ["", "7"])
@pytest.mark.parametrize("ca", ["", "-----BEGIN CERTIFICATE-----\n"])
def test_what_the_credential_injects_is_a_connection(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ca: str, timeout: str, insecure: object
) -> None:
    """Every optional field empty or not; AWX renders a boolean as "True" or "False" and writes the file of the CA."""
    (tmp_path / "ca").write_text(ca, encoding="utf-8")
    values = {**GIVEN, "ca": ca, "timeout": timeout, "insecure": insecure}
    values["tower"] = {"filename": {"ca": str(tmp_path / "ca")}}
    for name, template in TYPES["CloudStack"]["injectors"]["env"].items():
        monkeypatch.setenv(name, jinja2.Template(template).render(values))
    found = resolve(ArgumentSpecValidator(CONNECTION).validate({}).validated_parameters)
    assert (found.endpoint.url, found.endpoint.key, found.endpoint.secret) == tuple(GIVEN.values())
    assert found.endpoint.timeout == (7.0 if timeout else 30.0)
    assert found.endpoint.verify == (False if insecure is True else str(tmp_path / "ca") if ca else True)


def test_the_fields_of_a_job_template_are_taken() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (Job slicing|[A-Z][^|]*?) \| [^|]*\| [^|]* \|$", text, re.MULTILINE)
    assert set(rows) == set(FIELDS)
    arguments: dict[str, Any] = {"name": "Roll", "playbook": "roll.yml", "project": "rolls", "inventory": "zone"}
    for fields in FIELDS.values():
        arguments.update(fields)
    survey = {
        "name": "",
        "description": "",
        "spec": [
            {"question_name": "Hosts", "variable": "rolling_maintenance_hosts", "type": "textarea", "required": False},
            {
                "question_name": "Level the hosts",
                "variable": "rolling_maintenance_balance",
                "type": "multiplechoice",
                "choices": ["yes", "no"],
                "default": "no",
                "required": True,
            },
        ],
    }
    assert wrong("job_template", **arguments, survey_spec=survey) == []
    assert wrong("job_template", **{**arguments, "job_slice_count": "one"}) != []
    assert wrong("job_template", **arguments, surveys=survey) != []
