# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put README, guides, READMEs of roles and generated pages into one tree for Sphinx: docs.py FOLDER

The generated pages are in FOLDER/reference already. Links between the documents are made to fit the tree.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES_ONLINE = "https://github.com/hostcraft/hostcraft.cloudstack/blob/main/"
# In the order and with the titles of the table in README.
GUIDES = re.compile(r"\[([^\]]+)\]\(docs/guides/(\w+)\.md\)")

INDEX = """
```{{toctree}}
:hidden:
:caption: Guides

{guides}
```

```{{toctree}}
:hidden:
:caption: Reference

Modules, filters, options <reference/index>
Roles <roles/index>
Environment variables <reference/environment_variables>
Changelog <CHANGELOG>
Benchmarks <benchmarks>
Differences from ngine_io.cloudstack <peer_bugs>
CONTRIBUTING
```
"""


def fitted(text: str) -> str:
    """Links as they are in the tree; what is not in it is online."""
    text = text.replace("](../../docs/guides/", "](../guides/").replace("](docs/", "](")
    return re.sub(r"\]\((LICENSE)\)", rf"]({FILES_ONLINE}\1)", text)


def main(arguments: list[str]) -> int:
    (folder,) = map(Path, arguments)
    for name in ("guides", "roles"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("\n## Guides\n")[2].partition("\n## ")[0]
    titles = {name: title for title, name in GUIDES.findall(table)}
    order = list(titles)
    missing = {file.stem for file in ROOT.glob("docs/guides/*.md")} - set(order)
    if missing:
        raise SystemExit(f"README.md links to no guide of this name: {', '.join(sorted(missing))}; add it to its table")
    pages = {
        "index.md": readme + INDEX.format(guides="\n".join(f"{titles[name]} <guides/{name}>" for name in order)),
        **{name: (ROOT / name).read_text(encoding="utf-8") for name in ("CHANGELOG.md", "CONTRIBUTING.md")},
        **{f"{file.stem}.md": file.read_text(encoding="utf-8") for file in ROOT.glob("docs/*.md")},
        **{f"guides/{name}.md": (ROOT / f"docs/guides/{name}.md").read_text(encoding="utf-8") for name in order},
    }
    roles = sorted(file.parent.name for file in ROOT.glob("roles/*/README.md"))
    for name in roles:
        pages[f"roles/{name}.md"] = (ROOT / f"roles/{name}/README.md").read_text(encoding="utf-8")
    pages["roles/index.md"] = "# Roles\n\n```{toctree}\n" + "\n".join(roles) + "\n```\n"
    for name, text in pages.items():
        (folder / name).write_text(fitted(text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
