# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx turns guides and generated pages into HTML; see ``make docs``."""

project = "hostcraft.cloudstack"
extensions = ["sphinx_antsibull_ext", "myst_parser"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
html_theme = "furo"
html_title = project
# Titles of guides only: the theme's own sidebar has every module on every page, which takes minutes.
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "navigation.html",
        "sidebar/scroll-end.html",
    ]
}
templates_path = ["templates"]
html_static_path = ["static"]
html_css_files = ["tables.css"]
html_copy_source = False
html_show_copyright = False
html_show_sourcelink = False
highlight_language = "none"
myst_heading_anchors = 3
suppress_warnings = [
    # Pages point into Ansible's own documentation; references inside the collection are checked by `make docs-lint`.
    "ref.ref",
    # The table of themes in CONTRIBUTING is in no language that has colours.
    "misc.highlighting_failure",
    # A guide is in its theme and, if it is generated, in the reference too.
    "toc.multiple_toc_parents",
]
