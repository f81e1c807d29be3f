# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx turns guides and generated pages into HTML; see ``make docs``."""

project = "hostcraft.cloudstack"
extensions = ["sphinx_antsibull_ext", "myst_parser"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
templates_path = ["templates"]
html_theme = "alabaster"
html_theme_options = {"page_width": "1080px", "sidebar_width": "260px", "show_powered_by": False}
html_sidebars = {"**": ["sidebar.html", "searchbox.html"]}
html_show_copyright = False
html_show_sourcelink = False
highlight_language = "none"
suppress_warnings = [
    # Pages point into Ansible's own documentation; references inside the collection are checked by `make docs-lint`.
    "ref.ref",
    # The table of themes in CONTRIBUTING is in no language that has colours.
    "misc.highlighting_failure",
]
