# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Retries, jobs and waits of the client on a clock that does not wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fakes.clock import FakeClock
from fakes.http import Answer, Form, Jobs, ScriptedHttp, ok, refused
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import (
    ATTEMPTS,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    LONGEST_POLL,
    Client,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    ApiError,
    AuthenticationFailed,
    HostcraftError,
    JobLost,
    TransportError,
    Unsupported,
    WaitTimeout,
)

NOT_THERE = refused(401, "unable to verify user credentials and/or request signature")


def lost(command: str = "c", status: int | None = None, arrived: bool = True) -> TransportError:
    return TransportError("lost", command=command, http_status=status, arrived=arrived)


def script(*replies: Answer | Exception) -> Callable[[str, Form], Answer]:
    """One reply a call, the last one for ever."""
    rest: Iterator[Answer | Exception] = iter(replies)

    def reply(_command: str, _form: Form) -> Answer:
        answer = next(rest, replies[-1])
        if isinstance(answer, Exception):
            raise answer
        return answer

    return reply


def client_of(reply: Callable[[str, Form], Answer], **options: Any) -> tuple[Client, ScriptedHttp, FakeClock]:
    clock = FakeClock()
    http = ScriptedHttp(reply)
    return Client(http, clock=clock, **options), http, clock


PASSING = [lost(), *[lost(status=status) for status in (429, 500, 502, 503, 504)]]


@pytest.mark.parametrize("fault", [*PASSING, refused(503, "busy"), (502, {"response": {}})])
@pytest.mark.parametrize(
    "command", ["listHosts", "queryAsyncJobResult", "getUploadParamsForVolume", "findHostsForMigration"]
)
def test_a_read_is_repeated_after_a_passing_fault(command: str, fault: Answer | Exception) -> None:
    client, http, clock = client_of(script(fault, fault, ok(answer=1)))
    assert client.call(command) == {"answer": 1}
    assert len(http.sent) == 3
    assert len(clock.sleeps) == 2


@pytest.mark.parametrize("status", [200, 302, 404])
def test_a_page_that_will_not_change_is_not_asked_again(status: int) -> None:
    client, http, _clock = client_of(script(lost(status=status)))
    with pytest.raises(TransportError) as caught:
        client.call("listHosts")
    assert (caught.value.http_status, len(http.sent)) == (status, 1)


@pytest.mark.parametrize("fault", [refused(503, "busy"), lost(status=502), lost(), refused(500, "x")])
def test_a_write_that_may_have_arrived_is_sent_once(fault: Answer | Exception) -> None:
    client, http, clock = client_of(script(fault))
    with pytest.raises(TransportError):
        client.call("addHost")
    assert (len(http.sent), clock.sleeps) == (1, [])


@pytest.mark.parametrize("fault", [lost(arrived=False), refused(429, "slow down"), lost(status=429)])
def test_a_write_that_did_not_arrive_or_was_turned_away_is_repeated(fault: Answer | Exception) -> None:
    client, http, _clock = client_of(script(fault, fault, ok(host={})))
    assert client.call("addHost") == {"host": {}}
    assert len(http.sent) == 3


def test_retries_end_and_their_pauses_grow_to_a_limit() -> None:
    client, http, clock = client_of(script(lost(status=503)))
    with pytest.raises(TransportError) as caught:
        client.call("listHosts")
    assert caught.value.http_status == 503
    assert len(http.sent) == ATTEMPTS
    for number, pause in enumerate(clock.sleeps):
        middle = min(FIRST_PAUSE * 2**number, LONGEST_PAUSE)
        assert 0.75 * middle <= pause <= 1.25 * middle


@pytest.mark.parametrize("status", [401, 431, 530, 531])
def test_a_refusal_is_an_answer_and_is_not_asked_again(status: int) -> None:
    client, http, _clock = client_of(script(refused(status, "no", cserrorcode=4350)))
    with pytest.raises(ApiError) as caught:
        client.call("listHosts")
    assert caught.value.details["http_status"] == caught.value.details["errorcode"] == status
    assert http.count("listHosts") == 1


# Jobs


@given(st.lists(st.integers(1, 6), max_size=20), st.integers(1, 9), st.data())
def test_jobs_keep_their_order_and_their_limit(polls: list[int], limit: int, data: st.DataObject) -> None:
    fail = frozenset(data.draw(st.sets(st.sampled_from(range(len(polls))))) if polls else ())
    jobs = Jobs(lambda number: polls[number], fail)
    client, http, _clock = client_of(jobs, jobs_at_once=limit)
    outcomes = client.run_all([("deployVirtualMachine", {"name": str(n)}) for n in range(len(polls))])
    assert jobs.most == min(limit, len(polls))
    assert http.count("deployVirtualMachine") == len(polls)
    for number, outcome in enumerate(outcomes):
        if number in fail:
            assert isinstance(outcome, ApiError)
            assert f"job {number} " in outcome.text
        else:
            assert outcome == {"number": number}
    names = [form["name"] for command, form in http.sent if command == "deployVirtualMachine"]
    assert names == [str(n) for n in range(len(polls))]


def test_an_answer_without_a_job_is_the_result_itself() -> None:
    client, _http, clock = client_of(script(ok(zone={"id": "z"}), refused(431, "bad"), ok(jobid="1", jobstatus=0, x=1)))
    first, second, third = client.run_all([("createZone", {})] * 3)
    assert first == {"zone": {"id": "z"}}
    assert isinstance(second, ApiError)
    assert third == {"jobid": "1", "jobstatus": 0, "x": 1}
    assert clock.sleeps == []


def test_polls_grow_apart_up_to_a_limit() -> None:
    client, _http, clock = client_of(Jobs(lambda number: 30))
    client.run("destroyVirtualMachine")
    steps = clock.sleeps
    assert steps == sorted(steps)
    assert steps[0] < 0.5
    assert steps[-1] == steps[-2] == LONGEST_POLL


def test_a_job_that_never_ends_is_given_up_in_time() -> None:
    lines: list[str] = []
    client, _http, clock = client_of(Jobs(lambda number: 10**9), job_timeout=61.7, progress=lines.append)
    with pytest.raises(WaitTimeout) as caught:
        client.run("startRollingMaintenance")
    assert 61.7 <= clock.time - 1000 <= 61.9
    assert "job-0" in caught.value.message
    assert "startRollingMaintenance" in caught.value.message
    assert lines
    assert all("startRollingMaintenance" in line and "job-0" in line for line in lines)


def test_each_job_has_its_own_time() -> None:
    """The second starts when the first is done and may take as long again."""
    polls = {0: 12, 1: 12}
    client, _http, clock = client_of(Jobs(lambda number: polls[number]), job_timeout=40, jobs_at_once=1)
    client.run_all([("a", {}), ("b", {})])
    assert 40 < clock.time - 1000 < 80


def test_a_failed_job_tells_its_id_and_codes() -> None:
    client, _http, _clock = client_of(Jobs(fail=frozenset((0,))))
    with pytest.raises(ApiError) as caught:
        client.run("prepareHostForMaintenance")
    assert caught.value.details == {"command": "prepareHostForMaintenance", "errorcode": 530, "job_id": "job-0"}


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ({"success": False, "displaytext": "in use"}, "in use"),
        ({"success": "false"}, "deleteHost: the server reported a failure without a reason"),
        ({"rollingmaintenance": {"success": False, "details": "the timeout is too short"}}, "too short"),
    ],
)
def test_a_job_that_ends_well_and_says_that_it_failed_has_failed(result: dict[str, Any], text: str) -> None:
    """Recorded as T2:83, with jobstatus 1."""
    jobs = script(ok(jobid="j"), ok(jobstatus=1, jobresultcode=0, jobresult=result))
    client, _http, _clock = client_of(jobs)
    with pytest.raises(ApiError, match=text) as caught:
        client.run("deleteHost")
    assert caught.value.details["job_id"] == "j"


@pytest.mark.parametrize("command", ["disableHAForZone", "deleteHost"])
def test_a_job_that_tells_a_state_by_success_has_not_failed(command: str) -> None:
    """T4:105-108: disabling is well done when success is false; nor is anything that says success, or nothing."""
    result: dict[str, Any] = {"success": not command.startswith("disable")}
    client, _http, _clock = client_of(script(ok(jobid="j"), ok(jobstatus=1, jobresult=result)))
    assert client.run(command) == result


@pytest.mark.parametrize("fault", [*PASSING, lost(status=200), lost(arrived=False), refused(503), refused(530, "db")])
def test_a_lost_poll_never_fails_a_job(fault: Answer | Exception) -> None:
    jobs, polls = Jobs(lambda number: 4), iter([fault] * 9)

    def reply(command: str, form: Form) -> Answer:
        answer = next(polls, None) if command == "queryAsyncJobResult" else None
        if isinstance(answer, Exception):
            raise answer
        return answer or jobs(command, form)

    client, http, _clock = client_of(reply)
    assert client.run("deleteHost") == {"number": 0}
    assert http.count("deleteHost") == 1
    assert http.count("queryAsyncJobResult") == 9 + 4


def test_polls_that_are_lost_for_ever_end_at_the_limit_too() -> None:
    jobs = Jobs()

    def reply(command: str, form: Form) -> Answer:
        if command == "queryAsyncJobResult":
            raise lost()
        return jobs(command, form)

    client, _http, clock = client_of(reply, job_timeout=30)
    with pytest.raises(WaitTimeout):
        client.run("deleteHost")
    assert 30 <= clock.time - 1000 < 31


def test_a_forgotten_job_is_lost_and_says_what_to_do() -> None:
    def reply(command: str, _form: Form) -> Answer:
        return ok(jobid="job-7") if command == "deleteHost" else refused(431, "entity does not exist")

    client, _http, _clock = client_of(reply)
    with pytest.raises(JobLost) as caught:
        client.run("deleteHost")
    assert caught.value.details["job_id"] == "job-7"
    assert caught.value.command == "deleteHost"
    assert "check whether it was done" in caught.value.message


# What the server has


def apis(**commands: list[str]) -> Callable[[str, Form], Answer]:
    """An older server: listApis answers 530 for a command that is not there, everything else 401."""

    def reply(command: str, form: Form) -> Answer:
        if command != "listApis":
            return ok() if command in commands else NOT_THERE
        params = commands.get(form["name"])
        if params is None:
            return refused(530, "unable to find an api by that name")
        return ok(count=1, api=[{"name": form["name"], "params": [{"name": p} for p in params]}])

    return reply


def test_a_command_that_is_not_there_is_told_from_bad_keys() -> None:
    client, _http, _clock = client_of(apis(listHosts=[]))
    with pytest.raises(Unsupported, match="has no command newThing for this user"):
        client.call("newThing")
    client, _http, _clock = client_of(script(NOT_THERE))
    with pytest.raises(AuthenticationFailed, match=r"api_key, api_secret and .* clock"):
        client.call("listHosts")


@pytest.mark.parametrize("code", [401, 432])
def test_a_command_that_the_role_does_not_allow_is_said_to_need_one(code: int) -> None:
    """Text and codes of CloudStack's ApiServer; its listApis shows what the role allows."""
    denied = refused(code, "The given command 'addAnnotation' either does not exist, is not available for user.")

    def reply(command: str, form: Form) -> Answer:
        return denied if command == "addAnnotation" else apis(listHosts=[])(command, form)

    client, _http, _clock = client_of(reply)
    with pytest.raises(Unsupported, match=r"no command addAnnotation for this user.* an API role that allows it"):
        client.call("addAnnotation")


def test_a_refusal_with_the_code_of_missing_commands_stays_one() -> None:
    client, _http, _clock = client_of(
        lambda command, form: refused(432, "not here") if command == "addHost" else apis(addHost=[])(command, form)
    )
    with pytest.raises(ApiError, match="not here"):
        client.call("addHost")


def test_what_is_needed_is_asked_once_and_named_with_its_version() -> None:
    client, http, _clock = client_of(apis(updateHost=["id", "name"]))
    client.call("updateHost", {"id": "1", "name": "h", "istagarule": False})
    with pytest.raises(Unsupported) as caught:
        client.call("updateHost", {"id": "1", "name": "h", "istagarule": True})
    assert "istagarule" in caught.value.message
    assert "CloudStack 4.19 or newer" in caught.value.message
    assert caught.value.details["parameters"] == ["istagarule"]
    assert http.count("updateHost") == 1
    assert http.count("listApis") == 1


def test_asking_what_the_server_has_outlives_a_lost_connection() -> None:
    answers = iter([lost(), NOT_THERE])

    def reply(command: str, form: Form) -> Answer:
        answer = next(answers, None) if command == "listApis" else None
        if isinstance(answer, Exception):
            raise answer
        return apis()(command, form)

    client, _http, _clock = client_of(reply)
    with pytest.raises(Unsupported):
        client.call("newThing")


# Listings


@pytest.mark.parametrize("total", [0, 1, 499, 500, 501, 1000, 1700])
def test_a_listing_is_whole_with_as_few_pages_as_can_be(total: int) -> None:
    def reply(_command: str, form: Form) -> Answer:
        size, page = int(form["pagesize"]), int(form["page"])
        part = list(range(total))[size * (page - 1) : size * page]
        # Empty: no key at all; past the end: no list (T1:7, T2:24).
        return ok(**({"count": total} if total else {}), **({"host": [{"n": n} for n in part]} if part else {}))

    client, http, _clock = client_of(reply)
    assert [item["n"] for item in client.listing("listHosts", "host")] == list(range(total))
    assert len(http.sent) == max(1, -(-total // 500))


def test_a_listing_that_shrinks_meanwhile_ends() -> None:
    client, _http, _clock = client_of(script(ok(count=700, host=[{}] * 500), ok(count=300)))
    assert len(client.listing("listHosts", "host")) == 500


def test_a_server_with_smaller_pages_is_asked_for_those() -> None:
    def reply(_command: str, form: Form) -> Answer:
        size, page = int(form["pagesize"]), int(form["page"])
        if size > 100:
            return refused(431, "Page size can't exceed max allowed page size value: 100", cserrorcode=4350)
        part = list(range(250))[size * (page - 1) : size * page]
        return ok(count=250, host=[{"n": n} for n in part])

    client, http, _clock = client_of(reply)
    assert [item["n"] for item in client.listing("listHosts", "host")] == list(range(250))
    client.listing("listHosts", "host")
    assert len(http.sent) == 1 + 3 + 3


# Secrets

SECRET = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).map(lambda text: f"S3-{text}-cr3t")


@given(SECRET, st.sampled_from([401, 429, 431, 500, 503, 530, 531, "job", "lost job", "html"]), st.booleans())
def test_no_error_repeats_a_secret(secret: str, way: int | str, in_url: bool) -> None:
    """Whatever the server or the library repeats of a call: password, key of a map, user part of a URL, API secret."""
    params: dict[str, Any] = {
        "url": f"rbd://admin:{secret}@mon/pool" if in_url else "http://kvm1",
        "password": f"pw-{secret}",
        "details": {"accesskey": "a", "secretkey": f"map-{secret}"},
    }

    def reply(command: str, form: Form) -> Answer:
        text = f"could not do {' '.join(form.values())} with the-secret-key and {secret if in_url else ''}"
        if command == "listApis":
            return ok(count=1, api=[{"name": "addHost", "params": []}])
        if command == "addHost" and isinstance(way, int):
            return refused(way, text)
        if command == "addHost" and way != "html":
            replies.append(text)
            return ok(jobid="j1")
        if way == "job":
            return ok(jobstatus=2, jobresult={"errorcode": 530, "errortext": replies[0]})
        if way == "lost job":
            return refused(431, "entity does not exist")
        raise lost(command, 502)

    replies: list[str] = []
    client, _http, _clock = client_of(reply)
    with pytest.raises(HostcraftError) as caught:
        client.run("addHost", params)
    error = caught.value
    everything = f"{error.message} {error} {error!r} {error.details} {error.args}"
    assert "cr3t" not in everything
    assert "the-secret-key" not in everything
    assert "the-api-key" not in everything
    assert "the-secret-key" not in f"{client.http.endpoint!r} {client.http.endpoint}"
