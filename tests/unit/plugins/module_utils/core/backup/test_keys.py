# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done with keys, for every state that an interrupted change can leave."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.backup import keys as k
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue

OLD, NEW = k.Keys("old-management", "old-database", "V1"), k.Keys("new-management", "new-database", "V2")
V1, V2, NONE = k.Data({"V1": 3, "V2": 0}), k.Data({"V1": 0, "V2": 3}), k.Data()


@pytest.mark.parametrize(
    ("held", "wish", "by_held", "by_wish", "kept", "step"),
    [
        (OLD, NEW, V1, NONE, None, "data"),
        (OLD, NEW, NONE, V2, None, "files"),  # another server has changed the data
        (NEW, NEW, V2, V2, None, "nothing"),
        (NEW, NEW, V2, V2, OLD, "nothing"),  # killed after the change, before the copy was removed
        (NEW, NEW, NONE, NONE, OLD, "take_back"),  # killed after the files, before the data
        (NEW, NEW, NONE, NONE, None, ""),
        (OLD, NEW, NONE, NONE, None, ""),
        (dataclasses.replace(OLD, in_file=False), NEW, V1, NONE, OLD, "take_back"),  # killed between the two files
        (dataclasses.replace(NEW, in_file=False), NEW, NONE, NONE, None, ""),
        (OLD, dataclasses.replace(OLD, management="m"), V1, V1, None, "files"),  # the data does not have this key
        (OLD, dataclasses.replace(OLD, version="V2"), V1, V1, None, "data"),
        (OLD, dataclasses.replace(OLD, version="V2"), V2, V2, None, "files"),
    ],
)
def test_the_step_is_the_one_for_the_state(
    held: k.Keys, wish: k.Keys, by_held: k.Data, by_wish: k.Data, kept: k.Keys | None, step: str
) -> None:
    assert k.decide(held, wish, by_held, by_wish, kept) == step


@pytest.mark.parametrize(
    "key",
    [
        "short",
        "with blank",
        "with$dollar",
        "quo'te-quote",
        'quo"te-quote',
        "-mhidden-option",
        "ünïcödéé",
        "new\nline12",
    ],
)
def test_keys_that_a_program_would_change_are_refused_and_not_shown(key: str) -> None:
    with pytest.raises(InvalidValue) as error:
        k.checked_key("new_database_key", key)
    assert key not in error.value.message


def test_defaults_are_named() -> None:
    assert k.Keys("password", "password").defaults() == ("management", "database")
    assert NEW.defaults() == ()
