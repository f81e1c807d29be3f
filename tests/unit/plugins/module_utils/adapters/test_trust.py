# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates are checked unless that is turned off, whatever a client's authorities are."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from counterparts.certificates import Authority

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.trust import trusting


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    path.write_bytes(Authority().pem)
    return str(path)


@pytest.mark.parametrize("named", [False, True])
def test_certificates_are_checked_by_default(authority: str, named: bool) -> None:
    context = trusting(authorities=authority if named else None)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    if named:
        assert len(context.get_ca_certs()) == 1


@pytest.mark.parametrize("named", [False, True])
def test_without_a_check_the_authorities_of_the_system_are_not_read(authority: str, named: bool) -> None:
    context = trusting(verify=False, authorities=authority if named else None)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_NONE, False)
    assert len(context.get_ca_certs()) == named


@pytest.mark.parametrize("verify", [False, True])
def test_a_file_that_is_none_is_an_error(tmp_path: Path, verify: bool) -> None:
    (tmp_path / "text").write_text("no certificate")
    for name in ("text", "nothing"):
        with pytest.raises(OSError, match=r"."):
            trusting(verify, str(tmp_path / name))
