# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""netplan's files as people write them are read as a YAML library reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.files.yamltree import (
    NotRead,
    tree,
)

WRITTEN = [
    "",
    "# only a comment\n",
    """---
network:
    version: 2
    ethernets:
        eno1:
            addresses:
            - 192.0.2.10/24
            match:
                macaddress: '52:54:00:00:00:01'
            set-name: eno1
""",
    "network: {ethernets: {eno1: {dhcp4: true, addresses: [192.0.2.10/24, '2001:db8::1/64']}}, version: 2}\n",
    """network:
  ethernets:
    eno1:   # the way in
      addresses: [192.0.2.10/24,
                  198.51.100.7/28]
""",
    """network:
  ethernets:
    "eno1":
      routes:
      - {to: default, via: 192.0.2.1, on-link: true}
      - to: 10.0.0.0/8
        via: 192.0.2.7
        table: 101
""",
    """network:
  ethernets:
    eno1: &card
      dhcp4: no
      mtu: 9000
    eno2: *card
    eno3: {}
    eno4:
""",
    "network:\r\n  version: 2\r\n  renderer: networkd\r\n",
    "\ufeffnetwork:\n  bridges:\n    br0: {interfaces: [eno1, eno2], parameters: {stp: false, forward-delay: 0}}\n",
    "a: 'it''s'\nb: it's # not quoted\nc: \"a \\\"b\\\" \\u00e9\"\nd: http://x/y#z\n",
    "--- {network: {version: 2}}\n",
    "--- # of the installer\nnetwork: {version: 2}\n",
    '--- "a\\\n  b"\n',
    'a: "b\\\\\n  c"\n',
    'a: "b\n  #c:" # d\n',
    "a: the \"b # c\nd: it's # e\n",
    "{'\"': a, b: 'c\\\n  d'}\n",
    "- a\n- - b\n  - c\n- d:\n  - e\n  f: g\n",
    """network:
  ethernets:
    all:
      match: {name: 'en*', driver: [igb, ixgbe]}
      nameservers:
        search: [ example.net ]
""",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_file_is_read_as_yaml(text: str) -> None:
    found = yaml.load(text.removeprefix("\ufeff"), Loader=yaml.BaseLoader)
    assert tree(text) == ("" if found is None else found)


SCALARS = st.one_of(
    st.from_regex(r"[a-z0-9][a-z0-9./:-]{0,12}[a-z0-9]", fullmatch=True), st.text("ab '\"#:,[]{}-\\\u00e9", max_size=8)
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCALARS.filter(bool), inner, max_size=3),
    max_leaves=12,
)


@given(
    TREES,
    st.fixed_dictionaries(
        {
            "default_flow_style": st.booleans(),
            "explicit_start": st.booleans(),
            "allow_unicode": st.booleans(),
            "width": st.sampled_from([10, 80, 200]),
            "indent": st.sampled_from([2, 4]),
        }
    ),
)
def test_what_a_library_writes_is_read(wanted: Any, style: dict[str, Any]) -> None:
    text = yaml.safe_dump(wanted, **style)
    found = yaml.load(text, Loader=yaml.BaseLoader)
    # "[]" alone is a scalar of this dumper's own in a block; both readers agree on what they were given.
    assert tree(text) == ("" if found is None else found)


@given(TREES)
def test_json_is_read_too(wanted: Any) -> None:
    assert tree(json.dumps(wanted, ensure_ascii=False)) == wanted


@pytest.mark.parametrize("text", ["a: [b", "a: {b: c", 'a: "b', "a: [b] c"])
def test_what_is_no_yaml_is_told(text: str) -> None:
    with pytest.raises(NotRead):
        tree(text)
