# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words for people are plain technical English, as in Ansible's own documentation. Forms to be read twice stay out.

Looked through is what an operator reads: documents, descriptions of options, names of tasks, and texts of errors.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

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
}
SKIPPED = {"docs/benchmarks.md", "docs/peer_bugs.md", "CHANGELOG.md"}


def documents() -> Iterator[tuple[str, str]]:
    """Text files that people read, without their comments for programmers."""
    patterns = ("README.md", "docs/guides/*.md", "roles/*/README.md", "roles/**/*.yml", "playbooks/**/*.yml")
    for pattern in (*patterns, "plugins/filter/*.yml", "changelogs/fragments/*.yml"):
        for file in sorted(ROOT.glob(pattern)):
            yield file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")


def texts_of_plugins() -> Iterator[tuple[str, str]]:
    """Strings of plugins that are no docstrings."""
    for file in sorted(ROOT.glob("plugins/**/*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        quiet = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
            if node.body and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in quiet:
                yield f"{file.relative_to(ROOT)}:{node.lineno}", node.value


TEXTS = [*documents(), *texts_of_plugins()]


@pytest.mark.parametrize("form", FORMS)
def test_no_text_has_the_form(form: str) -> None:
    found = []
    for where, text in TEXTS:
        # A line break of a paragraph is a blank.
        for match in re.finditer(form, re.sub(r"\s*\n\s*(# )?", " ", text), re.IGNORECASE):
            found.append(f"{where}: …{match.string[max(match.start() - 50, 0) : match.end() + 30]}… ({FORMS[form]})")
    assert found == []


def test_a_form_would_be_found() -> None:
    assert len(TEXTS) > 1000
    sentence = "Name of the zone; the only one there is unless something else is said."
    assert any(re.search(form, sentence) for form in FORMS)
