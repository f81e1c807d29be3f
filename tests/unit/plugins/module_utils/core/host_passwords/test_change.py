# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every reason against changing a password is told at once, and no reason shows it."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database import encryption
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.host_passwords.change import (
    API,
    DATABASE,
    LONGEST,
    Wish,
    refusals,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host

GUIDE = Path(__file__).parents[6] / "docs" / "guides" / "host_passwords.md"
WISHES = st.builds(
    Wish,
    st.just("root"),
    st.sampled_from([API, DATABASE]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
HOSTS = st.builds(
    Host,
    st.just("u1"),
    st.sampled_from(["kvm1", "kvm2"]),
    state=st.sampled_from(["Up", "Down", "Alert"]),
    resource_state=st.sampled_from(["Enabled", "Maintenance", "ErrorInMaintenance", "Disabled"]),
    hypervisor=st.sampled_from(["KVM", "XenServer", "VMware", "LXC"]),
)
UP = Host("u1", "kvm1", state="Up", resource_state="Enabled", hypervisor="KVM")


@given(st.lists(HOSTS, max_size=4), WISHES)
def test_each_reason_is_in_the_guide_with_a_remedy(hosts: list[Host], wish: Wish) -> None:
    table = GUIDE.read_text(encoding="utf-8").partition("## When the API")[2].partition("\n## ")[0]
    told = set(re.findall(r"`(\w+)`", table)) | {"no_hosts", "hypervisor_not_used"}
    for reason in refusals(hosts, wish, "s3cret"):
        assert reason.code in told
        assert reason.remedy
        assert "s3cret" not in reason.message


@given(st.text(max_size=200))
def test_a_password_that_is_accepted_fits_into_the_column(password: str) -> None:
    refused = {reason.code for reason in refusals([UP], Wish("root"), password)}
    fits = len(password.encode("utf-8", "replace")) <= LONGEST
    usable = bool(password) and not set(password) & set("\n\r\0")
    assert refused == ({"password_unusable"} if not usable else set() if fits else {"password_long"})


def test_the_longest_password_fits_in_both_versions_and_one_more_does_not() -> None:
    stored = [len(encryption.encrypt(version, "k", "x" * LONGEST)) for version in ("V1", "V2")]
    assert max(stored) <= 255
    assert len(encryption.encrypt("V2", "k", "x" * (LONGEST + 1))) > 255


def test_what_the_servers_script_cannot_pass_on_is_refused_only_where_it_is_used() -> None:
    for password in ("a b", "a'b", 'a"b', "a$b", "a\\b"):
        assert [each.code for each in refusals([UP], Wish("root", on_host=True), password)] == ["password_awkward"]
        assert list(refusals([UP], Wish("root"), password)) == []
