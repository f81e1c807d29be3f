# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left as it is, and why."""

from __future__ import annotations

from ..findings import HURTS, NOTE, Table, rows

SOURCE = "docs/peer_bugs.md"
TABLE = Table(
    "conversion",
    rows(
        HURTS,
        (
            "conversion_no_module",
            "The module does not exist in this collection",
            "Keep the task and the collection ngine_io.cloudstack for it.",
            SOURCE,
        ),
        (
            "conversion_option",
            "An option or a value does not exist in this collection",
            "Change the task as described, or keep it.",
            SOURCE,
        ),
        (
            "conversion_templated",
            "The options are an expression, so they cannot be compared",
            "Write the options as a mapping, or change the name of the module after a check.",
            SOURCE,
        ),
        (
            "conversion_shared",
            "An option has another name in this collection, and an anchor shares it with other tasks",
            "Write the options of the task without the anchor.",
            SOURCE,
        ),
        (
            "conversion_form",
            "The task is in a form that is not rewritten",
            "Change the name of the module, and write the options as a mapping.",
            SOURCE,
        ),
        (
            "conversion_unreadable",
            "The file is not read",
            "Convert its decrypted or corrected text.",
            SOURCE,
        ),
    ),
    rows(
        NOTE,
        (
            "conversion_collections",
            "The entry in collections was not removed",
            "Remove ngine_io.cloudstack when nothing uses its modules by their short names.",
            SOURCE,
        ),
        (
            "conversion_defaults",
            "Defaults of modules were not converted",
            "Add the same defaults for the group hostcraft.cloudstack.cloudstack or the module.",
            SOURCE,
        ),
        (
            "conversion_environment",
            "An environment variable has another meaning in this collection",
            "Change the environment as described.",
            SOURCE,
        ),
        (
            "conversion_mention",
            "The name of the collection was not replaced",
            "Check whether it is still needed.",
            SOURCE,
        ),
        (
            "conversion_skipped",
            "The file or directory is skipped",
            "Name its path to convert it.",
            SOURCE,
        ),
        (
            "conversion_value",
            "A value is an expression, and not all values of the option exist in this collection",
            "Check the values that it can have.",
            SOURCE,
        ),
    ),
)
