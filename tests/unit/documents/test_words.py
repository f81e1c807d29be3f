# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words for people are plain technical English, as in Ansible's own documentation. Forms to be read twice stay out.

Looked through is what an operator reads: documents, descriptions of options, names of tasks, and texts of errors. Those
of errors, findings and tasks are read under stress: they have further forms, and a length.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache

import pytest
from documents.blocks import ROOT

# The form, and what says the same.
FORMS = {
    r"unless (something|anything|it|one|they|others|none|some|another)( else)? (is|are) (said|named)": "Defaults to …",
    r"unless said otherwise": "by default",
    r"nothing (else )?is said|none is said|is not said|as (it|he) is said": "not set",
    r"right would be": "say what to do",
    r"cannot be created without": "missing required arguments",
    r"carr(y|ies) now": "the present configuration",
    r"\btakes? what (is|it|he|was)\b": "accepts …",
    r"(is|are|was|were) held to": "compared with",
    r"\bat hand\b": "available",
    r"there already": "existing, already exists",
    r"which \w+ is meant|is meant (by|when)": "name the thing",
    r"will do\.": "is accepted",
    r"in its hands|lets? go of": "manages",
    r"what is (there|left|wrong) (with|of) it": "name it",
    r"a text each|one dictionary a |a line a |a row a ": "for each",
    r"without a word": "silently",
    r"\bnought\b|\bhence\b|\bwhence\b|\bthereby\b": "0, therefore",
    r"reckoned": "computed",
    r"the only one there is": "the only one",
    r"\bspeaks against\b|\bnothing to do with\b|\bWhat answers hold\b": "the reason against, does not belong to",
    r"\bstays? so\b": "if this does not help",
    r"\b(holds?|held)\b[^.]{0,30}\bopen\b": "on which it listens",
    r"\b(goes|gives?|takes?) (itself|themselves) back\b": "reverts, is reverted",
    r"\blines for people\b|\bthe very \w+": "readable lines, the same",
    r"\bin vain\b|\ball the same\b|\bat work\b|\b(all|much) as well\b": "without result, still, active",
}
# The same for texts of errors, refusals, findings and progress, for names of tasks, and for CONTRIBUTING.
TOLD = {
    r"would be right|what is right": "expected …",
    r"(?<!there )\b(is|are) no (?!longer|more)": "is not a …",
    r"\bis none (of|that)\b": "is not one of",
    r"\b(an?|one|each|names?|subnets?) \w*\s?of (its|their|his|your) own\b": "a different one for each",
    r"\banew\b": "again",
    r"(?<!changes )\bby hand\b": "manually",
    r"\bearlier life\b": "a former installation",
    r"\b(see|look) to\b": "check",
    r"\bwhoever\b|\bwhosoever\b|\bsomebody\b|\bnobody\b": "name the subject",
    r"\bmends?\b|\bmended\b": "repair, correct",
    r"\bcounts? for\b": "applies to",
    r"\bsays? so\b": "reported by …",
    r"\bgives? up\b|\bgiven back\b|\bgive back\b|\bgo(es)? on with\b": "abandon, restore, continue",
    r"\blets? (it|them|in|through)\b": "allow",
    r"(?<!process )\btake it (out|off|away)\b|\btaken? back\b": "remove, roll back",
    r"\bto be had\b|\bis meant\b|\bsay (which|that)\b": "name the option to set",
    r"\bis reached again\b|\bas (it|they) should be\b": "say what is checked",
    r"\blacks\b|\blacking\b": "does not have, is missing",
    r"\bknows (no|of no|nothing)\b|\btells? neither\b": "has no, does not support",
    r"\b(is|are) at home\b|\bof CloudStack's\b(?! [\"\w-])": "that CloudStack manages",
    r"(?<=\S )not there\b": "does not exist, not installed",
    r"\b(do|does|did) not tell\b|\b(is|are) not told\b": "does not return",
    r"\bleft alone\b|\bleaves? (it|them) alone\b": "is not changed",
    r"\b(is|are) (only |not )?judged\b": "checked",
    r"\bgo(es)? on (from|where)\b|\bleads? back\b": "continues, rolls back",
    r"\bnot in order\b|\bhand(s|ed)? in\b": "has a fault, passed",
    r"\b(was|were) looked at\b|\bnot looked at\b": "checked",
}
LONGEST_SENTENCE, LONGEST_NAME = 30, 12
SQL = re.compile(r"\s*(SELECT|UPDATE|INSERT|SET|SHOW) ")
SKIPPED = {"docs/benchmarks.md", "docs/peer_bugs.md", "CHANGELOG.md"}


def documents() -> Iterator[tuple[str, str]]:
    """Text files that people read, without their comments for programmers."""
    patterns = ("README.md", "docs/guides/*.md", "roles/*/README.md", "roles/**/*.yml", "playbooks/**/*.yml")
    for pattern in (*patterns, "plugins/filter/*.yml", "changelogs/fragments/*.yml"):
        for file in sorted(ROOT.glob(pattern)):
            yield file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")


def rendered(node: ast.AST) -> str:
    """A text of a program, with X for each value in it; "" for everything else."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def documented(nodes: Iterable[ast.AST]) -> set[int]:
    """The docstrings among nodes, by their identity."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = (node.body for node in nodes if isinstance(node, owners) and node.body)
    return {id(body[0].value) for body in bodies if isinstance(body[0], ast.Expr)}


def unsaid(nodes: Iterable[ast.AST]) -> set[int]:
    """What stands alone, and the parts of texts with values in them, by their identity."""
    parts = (part for node in nodes if isinstance(node, ast.JoinedStr) for part in ast.walk(node) if part is not node)
    return {id(part) for part in parts} | {id(node.value) for node in nodes if isinstance(node, ast.Expr)}


def texts_of_plugins() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Strings of plugins that are no docstrings, and whole texts of all code that runs in a task.

    What modules document is not among the latter.
    """
    strings, told = [], []
    for file in sorted(ROOT.glob("plugins/**/*.py")):
        name = file.relative_to(ROOT)
        nodes = [*ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
        texts = [node for node in nodes if isinstance(node, (ast.JoinedStr, ast.Constant))]
        quiet = documented(nodes)
        for node in texts:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in quiet:
                strings.append((f"{name}:{node.lineno}", node.value))
        if name.parts[1] not in ("module_utils", "action", "filter"):
            continue
        quiet = unsaid(nodes)
        for node in texts:
            text = "" if id(node) in quiet else rendered(node)
            # Names and keys have no blank.
            if " " in text.strip() and not SQL.match(text):
                told.append((f"{name}:{node.lineno}", text))
    return strings, told


def names_of_tasks() -> Iterator[tuple[str, str]]:
    """Of roles, playbooks, and examples in the documentation of plugins."""
    roles = ("roles/*/tasks/**/*.yml", "roles/*/handlers/**/*.yml", "playbooks/*.yml", "playbooks/tasks/*.yml")
    for pattern in (*roles, "plugins/modules/*.py", "plugins/filter/*.yml"):
        for file in sorted(ROOT.glob(pattern)):
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                named = re.fullmatch(r"\s*- name: ([A-Z{].*?)(?: # noqa: .*)?", line)
                if named:
                    yield f"{file.relative_to(ROOT)}:{number}", re.sub(r"\{\{.*?\}\}", "X", named[1])


STRINGS, TOLD_TEXTS = texts_of_plugins()
TEXTS = [*documents(), *STRINGS]
NAMES = [*names_of_tasks()]
CONTRIBUTING = ("CONTRIBUTING.md", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
# Without the comments of YAML, which are for programmers.
GUIDES = [each for each in documents() if each[0].endswith((".md", "argument_specs.yml"))]


@cache
def in_one_line(text: str) -> str:
    """A line break of a paragraph is a blank."""
    return re.sub(r"\s*\n\s*(# )?", " ", text)


def found_in(texts: Iterable[tuple[str, str]], form: str, instead: str) -> list[str]:
    """Where texts have the form."""
    return [
        f"{where}: …{match.string[max(match.start() - 50, 0) : match.end() + 30]}… ({instead})"
        for where, text in texts
        for match in re.finditer(form, in_one_line(text), re.IGNORECASE)
    ]


@pytest.mark.parametrize("form", FORMS)
def test_no_text_has_the_form(form: str) -> None:
    assert found_in([*TEXTS, CONTRIBUTING], form, FORMS[form]) == []


@pytest.mark.parametrize("form", TOLD)
def test_nothing_told_has_the_form(form: str) -> None:
    assert found_in([*TOLD_TEXTS, *NAMES, *GUIDES, CONTRIBUTING], form, TOLD[form]) == []


def test_a_form_would_be_found() -> None:
    assert len(TEXTS) > 1000
    assert len(TOLD_TEXTS) > 1000
    assert len(NAMES) > 200
    sentence = "Name of the zone; the only one there is unless something else is said."
    assert any(re.search(form, sentence) for form in FORMS)
    for told in ("a keystore of an earlier life is there", "VLAN X is no VLAN", "give each host a name of its own"):
        assert any(re.search(form, told) for form in TOLD), told


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.;:?!])\s|\n", text)


def test_sentences_of_errors_are_short() -> None:
    assert [
        f"{w}: {each}" for w, text in TOLD_TEXTS for each in sentences(text) if len(each.split()) > LONGEST_SENTENCE
    ] == []


def test_names_of_tasks_are_short_instructions() -> None:
    assert [f"{where}: {name}" for where, name in NAMES if len(name.split()) > LONGEST_NAME] == []
    # Article, pronoun or a question: a riddle in the output of ansible-playbook.
    words = "The|Its?|Their|They|This|What|Which|Whose?|How|Whether|Where|Before|And|Nothing|Every|All|By|Those"
    words += "|Tell|Judge|Prove|Look at"
    assert [f"{where}: {name}" for where, name in NAMES if re.search(rf"^({words}) |\?$", name)] == []
