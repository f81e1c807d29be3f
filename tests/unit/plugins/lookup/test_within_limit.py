# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What --limit leaves of the plays of a playbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader

from ansible_collections.hostcraft.cloudstack.plugins.lookup import within_limit

GROUPS = {"all": ["k1", "k2", "m1"], "kvm": ["k1", "k2"], "management_servers": ["m1"], "ungrouped": []}
HERE = ["localhost"]


NAME = "hostcraft.cloudstack.within_limit"


@pytest.fixture(scope="module", autouse=True)
def _options() -> None:
    """What Ansible's loader of plugins does; with its finder of collections, other tests would import elsewhere."""
    constants.config.initialize_plugin_configuration_definitions(
        "lookup", NAME, yaml.safe_load(within_limit.DOCUMENTATION)["options"]
    )


def asked(limit: str | None, *patterns: Any, groups: dict[str, list[str]] | None = None, **options: Any) -> list[str]:
    variables = {"groups": groups or GROUPS, **({"ansible_limit": limit} if limit else {})}
    plugin = within_limit.LookupModule(loader=DataLoader())
    plugin._load_name = NAME
    found: list[str] = plugin.run(list(patterns), variables, **options)
    return found


@pytest.mark.parametrize(
    ("limit", "patterns", "first"),
    [
        (None, ["localhost"], HERE),
        (None, ["nowhere"], HERE),
        ("k1", ["kvm"], ["k1"]),
        ("k2,m1", ["management_servers", "kvm"], ["m1"]),
        ("localhost,k1", ["kvm"], HERE),
        ("localhost,k1", ["localhost", "kvm"], HERE),
        ("!k1", ["kvm"], ["k2"]),
        ("kvm:!k1", ["all"], ["k2"]),
        # That the inventory has no such host is for a task of the play, which needs a host.
        ("k1", ["nowhere"], ["k1"]),
        ("k1", [""], ["k1"]),
        ("k2", [["k2", "m1"]], ["k2"]),
    ],
)
def test_where_a_first_play_runs(limit: str | None, patterns: list[Any], first: list[str]) -> None:
    assert asked(limit, *patterns) == first


@pytest.mark.parametrize(
    ("limit", "patterns", "remedy"),
    [
        ("k1", ["localhost"], "Run it without --limit, or with --limit 'k1,localhost'."),
        ("k1:k2", ["localhost"], "Run it without --limit, or with --limit 'k1:k2:localhost'."),
        # With localhost, these would be other hosts.
        ("!k1", ["localhost"], "Run it without --limit. "),
        ("kvm:&k1", ["localhost"], "Run it without --limit. "),
        ("m1", ["kvm"], "no host of 'kvm', on which this playbook works. Limit it to hosts of this pattern"),
        ("localhost", ["kvm"], "no host of 'kvm'"),
        ("m1,localhost", ["localhost", "kvm"], "no host of 'kvm'"),
    ],
)
def test_a_play_without_hosts_is_refused(limit: str, patterns: list[str], remedy: str) -> None:
    with pytest.raises(AnsibleLookupError) as refused:
        asked(limit, *patterns)
    assert f"--limit {limit} leaves no host of '" in str(refused.value)
    assert remedy in str(refused.value)
    assert "hostcraft_cloudstack_check_limit=false" in str(refused.value)
    assert asked(limit, *patterns, check=False)


def test_a_limit_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "retry").write_text("k2\n")
    assert asked(f"@{tmp_path}/retry", "kvm") == ["k2"]
    with pytest.raises(AnsibleLookupError, match=r"no host of 'management_servers'"):
        asked(f"@{tmp_path}/retry", "management_servers")


def test_some_playbooks_work_on_all_their_hosts_or_none() -> None:
    assert asked("kvm", "kvm", whole=True) == ["k1"]
    assert asked("kvm,localhost", "localhost", "kvm", "nowhere", whole=True) == HERE
    for limit, patterns, out in (("k1", ["kvm"], "k2"), ("kvm", ["localhost", "all"], "localhost, m1")):
        with pytest.raises(AnsibleLookupError, match=f"--limit {limit} leaves out {out}. .* Run it without --limit"):
            asked(limit, *patterns, whole=True)


def test_localhost_of_the_inventory_is_a_host_like_others() -> None:
    groups = {"all": ["localhost", "k1"], "kvm": ["k1"]}
    assert asked("all", "localhost", groups=groups) == HERE
    with pytest.raises(AnsibleLookupError, match=r"or with --limit 'k1,localhost'"):
        asked("k1", "localhost", groups=groups)
