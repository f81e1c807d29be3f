# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables written as YAML are read as they were, and never as templates."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration.export import group_names
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration.written import (
    Vault,
    document,
    without_secrets,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster

TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
SCALAR = (
    TEXT | st.none() | st.booleans() | st.integers() | st.sampled_from(["{{ x }}", "{% y %}", "yes", "1e3", "~", "é😀"])
)
KEY = st.text(max_size=8)
VALUES = st.recursive(
    SCALAR,
    lambda inner: (
        st.lists(SCALAR, max_size=3)
        | st.dictionaries(KEY, inner, max_size=3)
        | st.lists(st.dictionaries(KEY, inner, min_size=1, max_size=3), min_size=1, max_size=3)
    ),
    max_leaves=8,
)


class Loader(yaml.SafeLoader):
    """Reads `!unsafe` as Ansible does: a text that is no template."""


class Unsafe(str):
    pass


Loader.add_constructor("!unsafe", lambda loader, node: Unsafe(loader.construct_scalar(node)))


def templates(value: Any) -> list[str]:
    """Texts that Ansible would evaluate."""
    if isinstance(value, dict):
        return [found for each in value.values() for found in templates(each)]
    if isinstance(value, list):
        return [found for each in value for found in templates(each)]
    held = (
        isinstance(value, str) and not isinstance(value, Unsafe) and any(mark in value for mark in ("{{", "{%", "{#"))
    )
    return [value] if held else []


@given(st.dictionaries(KEY, VALUES, max_size=4), TEXT)
@example({"a": "x\ny", "b": "\x85\u2028\ud800😀", "on": "on"}, "a\n- b\n\x1b")
def test_values_come_back_as_they_were_and_are_data(values: dict[str, Any], comment: str) -> None:
    text = document(comment, values)
    assert text.encode()
    read = yaml.load(text, Loader)
    assert (read or {}) == values
    assert templates(read) == []


def test_a_variable_of_the_vault_is_a_template() -> None:
    assert yaml.load(document("", {"password": Vault("vault_x")}), Loader) == {"password": "{{ vault_x }}"}


@given(st.lists(TEXT, max_size=6))
@example(["../x", "all", "a-b", "a_b", "1", ""])
@example(["a" * 255, f"{'a' * 255}-"])
def test_groups_have_names_that_are_files(names: list[str]) -> None:
    found = group_names([Cluster(str(number), name, "z", "p") for number, name in enumerate(names)])
    assert len(set(found.values())) == len(names)
    assert all(name.isascii() and name.replace("_", "").isalnum() and name[0].isalpha() for name in found.values())
    assert not {"all", "ungrouped", "localhost", "cloudstack_hosts"} & set(found.values())
    # The longest name of a file.
    assert all(len(f"{name}.yml") <= 255 for name in found.values())


@pytest.mark.parametrize(
    "text",
    [
        "password: hunter2\n",
        "'password' : hunter2\n",
        "password: >-\n  hunter2\n\n  hunter2\n",
        "hosts:\n  - password: |\n      hunter2\n",
        "password: # of root\n  hunter2\n",
        "token: 'hunter1\n  hunter2'\n",
        "passwords:\n- hunter2\n",
        "ansible_become_pass: hunter2\n",
        "ansible_ssh_pass: !unsafe hunter2\n",
        "details: {user: x, password: 'hunter2, hunter3'}\n",
        "url: cifs://a/b?user=x&password=hunter2\n",
    ],
)
def test_a_diff_has_no_secret_that_somebody_wrote_into_a_file(text: str) -> None:
    shown = without_secrets(f"name: east\n{text}more: 1\n")
    assert "hunter" not in shown
    assert shown.startswith("name: east\n")
    assert shown.endswith("more: 1\n")


def test_a_diff_has_all_that_is_no_secret() -> None:
    text = document(
        "Zone", {"name": "a: b", "bypass": 1, "password": Vault("vault_x"), "hosts": [{"url": "nfs://a/b"}]}
    )
    assert without_secrets(text) == text
