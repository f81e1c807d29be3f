# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx turns the generated pages into HTML; see ``make docs``."""

project = "hostcraft.cloudstack"
extensions = ["sphinx_antsibull_ext"]
html_theme = "alabaster"
# Pages point into Ansible's own documentation; references inside the collection are checked by `make docs-lint`.
suppress_warnings = ["ref.ref"]
