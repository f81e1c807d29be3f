# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the management server is: parameters, else the environment, else cloudstack.ini."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    HostcraftError,
    InvalidValue,
    MissingValue,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.connection import (
    CONNECTION,
    Connection,
    resolve,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.hypervisors.access import OPTIONS

INI = """
[cloudstack]
endpoint = https://ini.example/client/api
key = ini-key
secret = ini-s3cret%with(percent)s
timeout = 7

[lab]
endpoint = http://lab.example/client/api
key = lab-key
secret = lab-secret
method = get
dangerous_no_tls_verify = true
"""
ENVIRONMENT = {
    "CLOUDSTACK_ENDPOINT": "https://env.example/client/api",
    "CLOUDSTACK_KEY": "env-key",
    "CLOUDSTACK_SECRET": "env-secret",
}


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the machine that runs the tests."""
    for name in [name for name in __import__("os").environ if name.startswith("CLOUDSTACK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def ini(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "clouds.ini"
    path.write_text(INI, encoding="utf-8")
    monkeypatch.setenv("CLOUDSTACK_CONFIG", str(path))
    return path


def given(**params: Any) -> Connection:
    """The connection of a task with these parameters, read as Ansible reads them."""
    checked = ArgumentSpecValidator(dict(CONNECTION)).validate(params)
    assert checked.error_messages == []
    return resolve(checked.validated_parameters)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def test_parameters_come_before_the_environment_and_that_before_the_file(
    ini: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = given().endpoint
    assert (endpoint.url, endpoint.key) == ("https://ini.example/client/api", "ini-key")
    assert endpoint.secret == "ini-s3cret%with(percent)s"
    monkeypatch.setenv("CLOUDSTACK_KEY", "env-key")
    assert (given().endpoint.url, given().endpoint.key) == ("https://ini.example/client/api", "env-key")
    endpoint = given(api_key="own-key", api_url="http://own.example").endpoint
    assert (endpoint.url, endpoint.key) == ("http://own.example", "own-key")
    assert endpoint.secret == "ini-s3cret%with(percent)s"


@pytest.mark.usefixtures("environment")
def test_the_environment_is_enough() -> None:
    connection = given()
    endpoint = connection.endpoint
    assert (endpoint.url, endpoint.key, endpoint.secret) == tuple(ENVIRONMENT.values())
    assert (endpoint.method, endpoint.verify, endpoint.timeout, connection.job_timeout) == ("post", True, 30.0, 3600.0)


def test_a_region_is_chosen_by_name_from_parameter_or_environment(ini: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = given(api_region="lab").endpoint
    assert (endpoint.url, endpoint.method, endpoint.verify) == ("http://lab.example/client/api", "get", False)
    monkeypatch.setenv("CLOUDSTACK_REGION", "lab")
    assert given().endpoint.key == "lab-key"
    assert given(api_region="cloudstack").endpoint.key == "ini-key"


@pytest.mark.parametrize("place", ["cloudstack.ini", "home/.cloudstack.ini"])
def test_the_usual_places_are_looked_at(tmp_path: Path, place: str) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / place).write_text(INI, encoding="utf-8")
    assert given().endpoint.key == "ini-key"


def test_the_file_here_comes_before_the_one_at_home(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/.cloudstack.ini").write_text(INI.replace("ini-key", "home-key"), encoding="utf-8")
    (tmp_path / "cloudstack.ini").write_text(INI, encoding="utf-8")
    assert given().endpoint.key == "ini-key"


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("dangerous", "verify"),
    [("true", False), ("1", False), ("yes", False), ("false", True), ("0", True), ("", True), (None, True)],
)
def test_dangerous_means_not_verified(monkeypatch: pytest.MonkeyPatch, dangerous: str | None, verify: bool) -> None:
    if dangerous is not None:
        monkeypatch.setenv("CLOUDSTACK_DANGEROUS_NO_TLS_VERIFY", dangerous)
    assert given().endpoint.verify is verify
    assert given(validate_certs=True).endpoint.verify is True
    assert given(validate_certs=False).endpoint.verify is False


@pytest.mark.usefixtures("environment")
def test_a_ca_file_is_used_unless_nobody_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text("", encoding="utf-8")
    assert given(api_verify_ssl_cert=str(ca)).endpoint.verify == str(ca)
    assert given(api_verify_ssl_cert=str(ca), validate_certs=False).endpoint.verify is False
    monkeypatch.setenv("CLOUDSTACK_VERIFY", str(ca))
    assert given().endpoint.verify == str(ca)


@pytest.mark.parametrize("missing", ["api_url", "api_key", "api_secret"])
def test_what_is_nowhere_is_missed_by_name(missing: str) -> None:
    params = {"api_url": "http://x", "api_key": "k", "api_secret": "s"}
    with pytest.raises(MissingValue) as caught:
        given(**{name: value for name, value in params.items() if name != missing})
    assert caught.value.details["missing"] == [missing]
    assert missing in caught.value.message


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("api_url", "cloud.example:8080/client/api"),
        ("api_url", "ftp://cloud.example"),
        ("api_timeout", 0),
        ("api_timeout", -1),
        ("api_timeout", "nan"),
        ("api_job_timeout", 0),
        ("api_job_timeout", "inf"),
        ("api_verify_ssl_cert", "/nowhere/ca.pem"),
        ("api_region", "nowhere"),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_value(parameter: str, value: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        given(**{parameter: value})
    assert caught.value.details["parameter"] == parameter
    assert str(value) in caught.value.message


@pytest.mark.parametrize(
    ("line", "parameter"),
    [("method = put", "api_http_method"), ("timeout = soon", "api_timeout"), ("timeout = 0", "api_timeout")],
)
def test_what_cannot_be_in_the_file_is_refused_too(ini: Path, line: str, parameter: str) -> None:
    ini.write_text(INI.replace("timeout = 7", line), encoding="utf-8")
    with pytest.raises(InvalidValue) as caught:
        given()
    assert caught.value.details["parameter"] == parameter


def test_a_region_that_is_not_in_the_file_tells_which_are(ini: Path) -> None:
    with pytest.raises(InvalidValue, match=r"api_region='prod'.*cloudstack, lab"):
        given(api_region="prod")


@pytest.mark.parametrize(
    "text", ["secret = S3cr3t", "[a]\nsecret = S3cr3t\nsecret = S3cr3t", "[a]\nS3cr3t", "[a]\n\xff"]
)
def test_a_broken_file_is_told_without_its_content(ini: Path, text: str) -> None:
    ini.write_bytes(text.encode("latin-1"))
    with pytest.raises(HostcraftError) as caught:
        given()
    assert caught.value.details["parameter"] == "CLOUDSTACK_CONFIG"
    assert str(ini) in caught.value.message
    assert "S3cr3t" not in f"{caught.value} {caught.value.details}"


def test_a_named_file_that_is_not_there_is_not_replaced_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cloudstack.ini").write_text(INI, encoding="utf-8")
    monkeypatch.setenv("CLOUDSTACK_CONFIG", str(tmp_path / "gone.ini"))
    with pytest.raises(InvalidValue, match=r"CLOUDSTACK_CONFIG=.*gone\.ini"):
        given()


@pytest.mark.usefixtures("environment")
def test_a_connection_never_shows_its_keys() -> None:
    connection = given()
    assert "env-secret" not in f"{connection} {connection!r} {connection.endpoint}"
    assert "env-key" not in f"{connection} {connection!r} {connection.endpoint}"


NAMES = [
    "CLOUDSTACK_ENDPOINT",
    "CLOUDSTACK_KEY",
    "CLOUDSTACK_SECRET",
    "CLOUDSTACK_METHOD",
    "CLOUDSTACK_TIMEOUT",
    "CLOUDSTACK_JOB_TIMEOUT",
    "CLOUDSTACK_VERIFY",
    "CLOUDSTACK_DANGEROUS_NO_TLS_VERIFY",
    "CLOUDSTACK_REGION",
    "CLOUDSTACK_CONFIG",
    "CLOUDSTACK_HYPERVISOR_URL",
    "CLOUDSTACK_HYPERVISOR_USERNAME",
    "CLOUDSTACK_HYPERVISOR_PASSWORD",
    "CLOUDSTACK_HYPERVISOR_CA",
]


def test_an_empty_environment_variable_is_unset(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As AWX and CI systems export a variable of which nobody said anything."""
    for name in NAMES:
        monkeypatch.setenv(name, "")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "cloudstack.ini").write_text(
        "[cloudstack]\nendpoint = http://cloud/client/api\nkey = k\nsecret = s\ntimeout =\nmethod =\nverify =\n"
    )
    checked = ArgumentSpecValidator({**CONNECTION, "hypervisor": {"type": "dict", "options": OPTIONS}}).validate(
        {"hypervisor": {}}
    )
    assert checked.error_messages == []
    held = checked.validated_parameters
    assert {name: held[name] for name in CONNECTION} == dict.fromkeys(CONNECTION)
    assert [held["hypervisor"][name] for name in ("url", "username", "password", "ca_path")] == [None] * 4
    endpoint = resolve(held).endpoint
    assert (endpoint.url, endpoint.timeout, endpoint.verify, endpoint.method) == (
        "http://cloud/client/api",
        30.0,
        True,
        "post",
    )
