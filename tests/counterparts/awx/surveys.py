# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX 24.6.1 checks of a survey before it keeps it."""

from __future__ import annotations

from typing import Any

TYPES: dict[str, type | tuple[type, ...]] = {
    "text": str,
    "textarea": str,
    "password": str,
    "integer": int,
    "float": (int, float),
    "multiplechoice": str,
    "multiselect": (str, list),
}
KEYS = {"question_name", "question_description", "variable", "type", "required", "default", "min", "max", "choices"}


def _question(question: dict[str, Any]) -> list[str]:
    its = question.get("variable")
    for key, kind in {"type": str, "question_name": str, "variable": str, "required": bool}.items():
        if not isinstance(question.get(key), kind):
            return [f"{its}: {key} has to be a {kind.__name__}"]
    if question["type"] not in TYPES:
        return [f"{its}: type {question['type']}"]
    faults = [f"{its}: unknown {key}" for key in sorted(set(question) - KEYS)]
    default = question.get("default", "")
    if default != "" and not isinstance(default, TYPES[question["type"]]):
        faults.append(f"{its}: default {default!r}")
    faults += [f"{its}: {key}" for key in ("min", "max") if not isinstance(question.get(key, 0), int)]
    if question["type"] in ("multiplechoice", "multiselect"):
        choices = question.get("choices", [])
        answers = default.splitlines() if isinstance(default, str) else default
        if not choices or not all(isinstance(each, str) for each in choices):
            faults.append(f"{its}: choices")
        elif not set(answers) <= set(choices):
            faults.append(f"{its}: default {default!r} is no choice")
    return faults


def survey_faults(survey: dict[str, Any]) -> list[str]:
    """Nothing, if AWX takes it."""
    if {"name", "description", "spec"} - set(survey) or not survey["spec"]:
        return ["a survey has name, description and questions"]
    names = [question.get("variable") for question in survey["spec"]]
    twice = [f"{name}: twice" for name in sorted({str(name) for name in names if names.count(name) > 1})]
    return twice + [fault for question in survey["spec"] for fault in _question(question)]
