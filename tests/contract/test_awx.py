# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWX is asked whether the job that holds a cluster's lock is over; whatever it answers, doubt leaves the lock."""

from __future__ import annotations

import itertools
import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from counterparts.certificates import Authority
from fakes.raw import dripping, head, raw_server
from fakes.server import Raw, Reply, serving
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.awx.client import Awx
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import TransportError
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.maintenance.awx import SKEW, judged, number_of
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.maintenance.lock import Lock
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.maintenance.runs import AGAIN, Runs

TOKEN = "t0ken-0f-awx"
SINCE = 1_764_189_000.0


def date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def job(status: object = "canceled", **more: object) -> dict[str, Any]:
    """A job of AWX, in the fields that count."""
    times = {"started": date(SINCE - 60), "finished": date(SINCE + 600)}
    return {"id": 25, "type": "job", "status": status, "job_explanation": "", **times, **more}


def lock(name: str = "AWX job 25", since: float = SINCE) -> Lock:
    return Lock("nightly/0123456789ab", "root@83535b7bc2d9", name, since=since)


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate of 127.0.0.1, whose authority Python trusts; and a user's file of passwords for that address."""
    Authority().write_server(tmp_path, "awx", "127.0.0.1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "cacert.pem"))
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    return tmp_path


def context(folder: Path) -> ssl.SSLContext:
    its = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    its.load_cert_chain(folder / "servercert.pem", folder / "serverkey.pem")
    return its


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for family, name in itertools.product(("CONTROLLER", "TOWER"), ("HOST", "OAUTH_TOKEN")):
        monkeypatch.delenv(f"{family}_{name}", raising=False)


def named(monkeypatch: pytest.MonkeyPatch, url: str, family: str = "CONTROLLER") -> None:
    monkeypatch.setenv(f"{family}_HOST", url)
    monkeypatch.setenv(f"{family}_OAUTH_TOKEN", TOKEN)


@pytest.fixture
def awx(trusted: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Raw]:
    with serving(tls=context(trusted)) as running:
        running.url = running.url.removesuffix("/client/api")
        named(monkeypatch, running.url)
        yield running


def answered(awx: Raw, told: object) -> Raw:
    awx.replies = [Reply(json.dumps(told).encode())]
    return awx


@pytest.mark.parametrize("status", ["successful", "failed", "canceled"])
@pytest.mark.parametrize("family", ["CONTROLLER", "TOWER"])
def test_a_job_that_awx_saw_end_is_over(awx: Raw, monkeypatch: pytest.MonkeyPatch, status: str, family: str) -> None:
    monkeypatch.setenv("CONTROLLER_OAUTH_TOKEN", "")
    named(monkeypatch, awx.url.removeprefix("https://"), family)
    answered(awx, job(status))
    runs = Runs()
    assert runs.ended(lock())
    assert runs.ended(lock())
    assert awx.paths == ["/api/v2/jobs/25/"], "asked once"
    assert awx.headers[0]["Authorization"] == f"Bearer {TOKEN}"


def test_a_prefix_of_the_api_is_kept(awx: Raw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTROLLER_OPTIONAL_API_URLPATTERN_PREFIX", "controller")
    assert Runs().ended(lock()) is False
    assert awx.paths == ["/api/controller/v2/jobs/25/"]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (job("running", finished=None), "AWX says that it is running"),
        (job("waiting", finished=None), "AWX says that it is waiting"),
        (job("error"), "AWX lost sight of it"),
        (job("failed", job_explanation="Job reaped due to instance shutdown"), "without seeing its end"),
        (job(id=26), "no readable answer about job 25"),
        (job("CANCELED\x1b[2J"), "no readable answer about job 25"),
        (job(["canceled"]), "no readable answer about job 25"),
        (job(None), "no readable answer about job 25"),
        ({}, "no readable answer about job 25"),
        (job(finished=None), "without the times"),
        (job(started="soon"), "without the times"),
        (job(started="2025-13-45T99:99:99Z"), "without the times"),
        (job(started=date(SINCE + SKEW + 60), finished=date(SINCE + SKEW + 90)), "another time"),
        (job(started=date(SINCE - 9000), finished=date(SINCE - SKEW - 1)), "another time"),
        ([job()], "is not a job"),
        ("canceled", "is not a job"),
    ],
)
def test_anything_else_is_no_proof(awx: Raw, told: object, said: str) -> None:
    runs = Runs()
    assert not runs.ended(lock())
    answered(awx, told)
    runs = Runs()
    assert not runs.ended(lock())
    assert said in runs.told(lock())
    assert runs.told(lock()).isprintable()


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(b'{"detail": "t0ken-0f-awx"}', 401), "the token is refused"),
        (Reply(b"{}", 403), "may not read the job"),
        (Reply(b"{}", 404), "no such job"),
        (Reply(b"t0ken-0f-awx", 502, "text/html"), "HTTP 502"),
        (Reply(json.dumps(job()).encode(), 302), "HTTP 302"),
        (Reply(b"<html>", 200, "text/html"), "is not a job"),
        (Reply(b"[" * 100_000), "is not a job"),
        (Reply(b'{"id": 25' + b" " * (9 << 20)), "too long"),
        (Reply(b'{"id": ' + b"9" * 100_000 + b"}"), "no readable answer"),
    ],
)
def test_a_failure_is_told_without_the_token_and_not_tried_again(awx: Raw, reply: Reply, said: str) -> None:
    awx.replies = [reply]
    runs = Runs()
    for _look in range(3):
        assert not runs.ended(lock())
    assert said in runs.told(lock())
    assert TOKEN not in runs.told(lock())
    assert len(awx.paths) == 1


def test_a_job_that_runs_is_asked_about_again_but_not_all_the_time(awx: Raw) -> None:
    now = [0.0]
    runs = Runs(lambda: now[0])
    answered(awx, job("running", finished=None))
    assert not any(runs.ended(lock()) for _look in range(3))
    assert len(awx.paths) == 1
    now[0] += AGAIN
    answered(awx, job("canceled"))
    assert runs.ended(lock())
    assert len(awx.paths) == 2


def test_the_token_goes_to_no_one_without_a_trusted_certificate(
    trusted: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    # The switch of awx.awx does not count here.
    monkeypatch.setenv("CONTROLLER_VERIFY_SSL", "false")
    with serving(tls=context(trusted)) as running:
        named(monkeypatch, running.url.removesuffix("/client/api"))
        runs = Runs()
        assert not runs.ended(lock())
        assert "certificate is not trusted" in runs.told(lock())
        assert running.paths == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1",
        "ftp://x",
        "https://",
        "https://anna:s3cret@127.0.0.1",
        "https://x:port",
        "https://[::1",
        "::",
    ],
)
def test_a_place_that_is_no_https_host_is_not_asked(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    named(monkeypatch, url)
    runs = Runs()
    assert not runs.ended(lock())
    assert "CONTROLLER_HOST is not an https URL" in runs.told(lock())
    assert "s3cret" not in runs.told(lock())


@pytest.mark.parametrize("token", ["two words", "a\r\nX-Evil: 1", "naïve"])
def test_what_is_no_token_is_not_sent(awx: Raw, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("CONTROLLER_OAUTH_TOKEN", token)
    runs = Runs()
    assert not runs.ended(lock())
    assert "CONTROLLER_OAUTH_TOKEN is not a token" in runs.told(lock())
    assert token not in runs.told(lock())
    assert awx.paths == []


def test_without_host_and_token_the_refusal_says_how_to_have_awx_asked() -> None:
    runs = Runs()
    assert not runs.ended(lock())
    assert "CONTROLLER_HOST and CONTROLLER_OAUTH_TOKEN are not set" in runs.told(lock())


@pytest.mark.parametrize("name", ["process 25", "", "AWX job ", "AWX job 25/../26", "AWX job ٢٥", "AWX job 25\n", "x"])
def test_only_jobs_of_awx_are_asked_about(awx: Raw, name: str) -> None:
    runs = Runs()
    assert not runs.ended(lock(name))
    assert runs.told(lock(name)) == ""
    assert awx.paths == []


def test_an_answer_has_an_end() -> None:
    """A server that sends a byte now and then; no certificate is asked for at this depth."""
    with (
        raw_server(dripping(head(), b" "), pause=0.05) as (place, _sent),
        pytest.raises(TransportError, match="no ans"),
    ):
        Awx(f"http://{place}", TOKEN, timeout=0.3).job("25")


def test_the_token_is_in_no_picture_of_the_client() -> None:
    assert TOKEN not in repr(Awx("https://awx", TOKEN))


anything = st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), lambda x: st.lists(x))


@given(
    told=st.dictionaries(st.sampled_from(["id", "status", "job_explanation", "started", "finished"]), anything),
    since=st.floats(0, 4e9),
)
def test_no_answer_is_a_proof_by_accident(told: dict[str, object], since: float) -> None:
    known = judged(told, "25", since)
    assert known.over is False
    assert known.said


@given(
    status=st.sampled_from(["successful", "failed", "canceled"]),
    started=st.integers(0, 4_000_000_000),
    length=st.integers(0, 1_000_000),
    since=st.integers(0, 4_001_000_000),
)
def test_the_lock_was_taken_while_the_job_ran(status: str, started: int, length: int, since: int) -> None:
    told = job(status, started=date(started), finished=date(started + length))
    assert judged(told, "25", since).over is (started - SKEW <= since <= started + length + SKEW)


@given(st.text(max_size=32))
def test_a_number_of_a_job_is_digits(name: str) -> None:
    number = number_of(lock(name))
    assert number is None or (number.isascii() and number.isdigit() and name == f"AWX job {number}")
