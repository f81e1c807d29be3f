# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put README, guides, READMEs of roles and generated pages into one tree for Sphinx: docs.py FOLDER

The generated pages are in FOLDER/reference already. Links between the documents are made to fit the tree.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES_ONLINE = "https://github.com/hostcraft/hostcraft.cloudstack/blob/main/"
# In the order, under the headings and with the titles of README.
GUIDES = re.compile(r"\[([^\]]+)\]\(docs/guides/(\w+)\.md\)")
# Sections of README that are pages of their own here.
SUPPORT, GUIDE_TABLES = "Supported versions", "Guides"
# The theme shows the contents of a page beside it, and puts an error where a page has them too.
CONTENTS = re.compile(r"^\.\. contents::\n(?: +:.*\n)*", re.MULTILINE)
EXAMPLES = ("playbooks/inventories", "extensions/eda/rulebooks")
REFERENCE = """
Modules, filters, options <reference/index>
Playbooks <playbooks>
Roles <roles/index>
Findings <guides/findings>
Support matrix <support>
Examples <examples>
Environment variables <reference/environment_variables>
"""
PROJECT = """
Changelog <CHANGELOG>
Benchmarks <benchmarks>
Differences from ngine_io.cloudstack <peer_bugs>
CONTRIBUTING
Where the rules are <rules>
"""


def section(text: str, title: str) -> str:
    """A section of README without its heading."""
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def without(text: str, title: str, instead: str) -> str:
    return text.replace(section(text, title), f"\n{instead}\n", 1)


def toctree(caption: str, lines: str) -> str:
    return f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{lines.strip()}\n```\n"


def themes(readme: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Headings of the guides, each with titles by name."""
    for part in section(readme, GUIDE_TABLES).split("\n### ")[1:]:
        yield part.partition("\n")[0], {name: title for title, name in GUIDES.findall(part)}


def playbooks() -> str:
    """A page of all playbooks: the comment at the beginning of each is its documentation."""
    parts = ["# Playbooks\n\nRun them by their full names, such as `hostcraft.cloudstack.site`.\n"]
    for file in sorted((ROOT / "playbooks").glob("*.yml")):
        lines = file.read_text(encoding="utf-8").removeprefix("---\n").splitlines()
        count = next(number for number, line in enumerate(lines) if not line.startswith("#"))
        comment = "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines[:count])
        parts.append(f"\n## {file.stem}\n\n```text\n{comment}\n```\n")
    return "".join(parts)


def examples() -> str:
    """A page of the files that the collection brings as examples."""
    parts = ["# Examples\n\nThese files are part of the collection, and the tests run them.\n"]
    for folder in EXAMPLES:
        parts.append(f"\n## {folder}\n")
        for file in sorted((ROOT / folder).rglob("*.yml")):
            parts.append(
                f"\n### {file.relative_to(ROOT / folder)}\n\n````yaml\n{file.read_text(encoding='utf-8')}````\n"
            )
    return "".join(parts)


def roles() -> dict[str, str]:
    names = sorted(file.parent.name for file in ROOT.glob("roles/*/README.md"))
    pages = {f"roles/{name}.md": (ROOT / f"roles/{name}/README.md").read_text(encoding="utf-8") for name in names}
    return {**pages, "roles/index.md": "# Roles\n\n```{toctree}\n" + "\n".join(names) + "\n```\n"}


def index(readme: str) -> str:
    """README as the first page. Its tables of guides and versions are the sidebar and a page here."""
    trees = [
        toctree(title, "\n".join(f"{t} <guides/{n}>" for n, t in names.items())) for title, names in themes(readme)
    ]
    text = without(readme, SUPPORT, "See [Support matrix](support.md).")
    return "".join([text, *trees, toctree("Reference", REFERENCE), toctree("Project", PROJECT)])


def fitted(text: str) -> str:
    """Links as they are in the tree; what is not in it is online."""
    text = text.replace("](../../docs/guides/", "](../guides/").replace("](docs/", "](")
    text = re.sub(r"\]\((?:\.\./)+roles/(\w+)/README\.md", r"](../roles/\1.md", text)
    text = re.sub(r"\]\(\.\./(\w+)/README\.md", r"](\1.md", text)
    text = text.replace("](#supported-versions)", "](support.md)")
    return re.sub(r"\]\((LICENSE)\)", rf"]({FILES_ONLINE}\1)", text)


def main(arguments: list[str]) -> int:
    (folder,) = map(Path, arguments)
    for name in ("guides", "roles"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    order = [name for _title, names in themes(readme) for name in names]
    missing = {file.stem for file in ROOT.glob("docs/guides/*.md")} - set(order)
    if missing:
        raise SystemExit(
            f"README.md links to no guide of this name: {', '.join(sorted(missing))}; add it to its tables"
        )
    pages = {
        "index.md": index(readme),
        "support.md": f"# Support matrix\n{section(readme, SUPPORT)}",
        "playbooks.md": playbooks(),
        "examples.md": examples(),
        **{name: (ROOT / name).read_text(encoding="utf-8") for name in ("CHANGELOG.md", "CONTRIBUTING.md")},
        **{f"{file.stem}.md": file.read_text(encoding="utf-8") for file in ROOT.glob("docs/*.md")},
        **{f"guides/{name}.md": (ROOT / f"docs/guides/{name}.md").read_text(encoding="utf-8") for name in order},
        **roles(),
    }
    for name, text in pages.items():
        (folder / name).write_text(fitted(text), encoding="utf-8")
    for file in (folder / "reference").glob("*.rst"):
        file.write_text(CONTENTS.sub("", file.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
