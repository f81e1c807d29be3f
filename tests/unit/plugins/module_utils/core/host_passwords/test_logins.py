# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why the record of a host cannot be changed."""

from __future__ import annotations

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.host_passwords.logins import HostLogin, problems

HELD = HostLogin("u1", ("root",), ("8",), "old", "V2")


def test_a_record_that_is_sound_has_no_problem() -> None:
    assert list(problems(HELD, "kvm1", "root", "old", "new")) == []
    assert list(problems(HELD, "kvm1", "root", "before", "old")) == []
    assert list(problems(HELD, "kvm1", "root", None, "new")) == []


def test_every_problem_of_a_record_is_told_at_once_and_no_password() -> None:
    held = HostLogin("u1", ("admin", "root"), ("8", "9"), None, "")
    found = list(problems(held, "kvm1", "root", "s3cret", "n3w"))
    assert [each.code for each in found] == ["password_rows", "username_differs"]
    (other,) = problems(HELD, "kvm1", "root", "s3cret", "n3w")
    assert other.code == "record_differs"
    assert not any(word in str(each) for each in (*found, other) for word in ("s3cret", "n3w", "'old'"))
    assert "old" not in repr(HELD)
    assert [each.code for each in problems(None, "kvm1", "root", "s3cret", "n3w")] == ["host_not_in_database"]
