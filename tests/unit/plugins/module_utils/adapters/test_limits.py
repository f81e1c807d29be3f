# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that do not end, in time or in size, from each kind of server that is spoken to over HTTP."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from fakes.clock import FakeClock
from fakes.http import ScriptedHttp, ok
from fakes.raw import Chunks, dripping, head, raw_server

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters import limits
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack import client as client_file
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack import transport
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client, SystemClock
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.kvm.tls import console_certificate
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.vcenter.client import VcenterClient
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.xenserver.client import Client as XenClient
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import TransportError
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.model import HypervisorAccess

SECONDS = 30.0  # of a request, but where it is to end early
SHORT = 0.3
PAUSE = 0.05
ANSWER = b'{"listzonesresponse": {"count": 1, "zone": [{"id": "1"}]}}'


def cloudstack(place: str) -> Any:
    endpoint = transport.Endpoint(f"http://{place}/client/api", "k", "s", timeout=SECONDS)
    return transport.Http(endpoint).send("listZones", "command=listZones")


def xapi(place: str) -> Any:
    access = HypervisorAccess(f"http://{place}", username="root", password="x", timeout=SECONDS)
    return XenClient(access, SystemClock()).call("host.get_all_records")


def vcenter(place: str) -> Any:
    import http.client

    client = VcenterClient(HypervisorAccess(f"https://{place}", username="u", password="x", timeout=SECONDS))
    # The same connection without TLS.
    response = client._stub.scheme.response_class
    client._stub.scheme = type("Plain", (http.client.HTTPConnection,), {"response_class": response})
    client._stub.schemeArgs = {"timeout": SECONDS}
    return client.content


ASK = {"CloudStack": cloudstack, "XAPI": xapi, "vCenter": vcenter}
DRIPS: dict[str, Chunks] = {
    "status line": dripping(b"HTTP/1.1 200", b" "),
    "headers": dripping(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"[:1]),
    "body": dripping(head("200 OK", "Content-Type: application/json", "Content-Length: 1000000"), b" "),
    "chunks": dripping(head("200 OK", "Transfer-Encoding: chunked"), b"1\r\n \r\n"),
    "no length": dripping(head("200 OK"), b" "),
}


@pytest.mark.parametrize("ask", ASK.values(), ids=ASK)
@pytest.mark.parametrize("drip", DRIPS.values(), ids=DRIPS)
def test_an_answer_that_drips_is_given_up(
    ask: Callable[[str], Any], drip: Chunks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A timeout of the socket alone would begin anew with each byte."""
    monkeypatch.setitem(globals(), "SECONDS", SHORT)
    with raw_server(drip, pause=PAUSE) as (place, sent), pytest.raises(TransportError) as lost:
        ask(place)
    assert f"{SHORT:g} s" in lost.value.message
    assert all(number < 200 for number in sent)


@pytest.mark.parametrize("ask", ASK.values(), ids=ASK)
@pytest.mark.parametrize("start", ["Content-Type: text/xml", "Transfer-Encoding: chunked"])
def test_an_answer_without_end_is_not_held_in_memory(
    ask: Callable[[str], Any], start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 2 * limits.MIB
    monkeypatch.setattr(limits.bounded, "__defaults__", (most, False))
    monkeypatch.setattr(transport, "MOST", most)
    block = b"10000\r\n" + b" " * 65536 + b"\r\n" if "chunked" in start else b" " * 65536
    with raw_server(dripping(head("200 OK", start), block)) as (place, sent), pytest.raises(TransportError) as lost:
        ask(place)
    assert "more than 2 MiB" in lost.value.message
    assert max(sent) < 20 * limits.MIB


def test_what_is_small_on_the_wire_is_counted_as_it_unfolds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MOST", limits.MIB)
    packed = gzip.compress(b" " * (8 * limits.MIB) + ANSWER)
    answer = head("200 OK", "Content-Encoding: gzip", f"Content-Length: {len(packed)}") + packed
    with raw_server(lambda: [answer]) as (place, _sent), pytest.raises(TransportError, match="more than 1 MiB"):
        cloudstack(place)


def test_a_compressed_answer_is_read() -> None:
    packed = gzip.compress(ANSWER)
    answer = head("200 OK", "Content-Encoding: gzip", f"Content-Length: {len(packed)}") + packed
    with raw_server(lambda: [answer]) as (place, _sent):
        assert cloudstack(place) == (200, json.loads(ANSWER))


@pytest.mark.parametrize("ask", [xapi, vcenter])
def test_a_compressed_answer_that_nobody_asked_for_is_none(ask: Callable[[str], Any]) -> None:
    packed = gzip.compress(b" " * limits.MIB)
    answer = head("200 OK", "Content-Encoding: gzip", f"Content-Length: {len(packed)}") + packed
    with raw_server(lambda: [answer]) as (place, _sent), pytest.raises(TransportError):
        ask(place)


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "304 Not Modified"]
)
def test_a_redirect_is_no_answer_even_with_the_right_body(status: str) -> None:
    answer = head(status, "Location: https://evil.example/", f"Content-Length: {len(ANSWER)}") + ANSWER
    with raw_server(lambda: [answer]) as (place, _sent), pytest.raises(TransportError, match="api_url") as lost:
        cloudstack(place)
    assert (lost.value.http_status, lost.value.passing) == (int(status[:3]), False)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"listzonesresponse": {"count": ' + b"9" * 100_000 + b"}}",
    ],
    ids=["lists", "objects", "digits"],
)
def test_json_that_is_deep_or_has_endless_numbers_is_told_or_read(body: bytes) -> None:
    with raw_server(lambda: [head("200 OK", f"Content-Length: {len(body)}") + body]) as (place, _sent):
        if b"9" in body:
            assert cloudstack(place)[0] == 200
        else:
            with pytest.raises(TransportError, match="instead of CloudStack's JSON"):
                cloudstack(place)


def test_a_listing_that_promises_a_billion_items_ends() -> None:
    page = [{"id": str(number)} for number in range(500)]
    http = ScriptedHttp(lambda command, form: ok(count=10**9, host=page))
    with pytest.raises(TransportError, match="has not ended after") as lost:
        Client(http, clock=FakeClock()).listing("listHosts", "host")
    assert not lost.value.passing
    assert len(http.sent) <= client_file.MOST_ITEMS / 500 + 2


def test_a_listing_that_takes_for_ever_ends() -> None:
    clock = FakeClock()

    def slow(_command: str, _form: Any) -> Any:
        clock.sleep(20)
        return ok(count=10**9, host=[{"id": "1"}] * 500)

    http = ScriptedHttp(slow)
    with pytest.raises(TransportError, match="has not ended after"):
        Client(http, clock=clock).listing("listHosts", "host")
    assert len(http.sent) * 20 <= client_file.LONGEST_LISTING + 40


def test_a_console_that_drips_does_not_answer() -> None:
    """The greeting of RFB has 12 bytes, one kind 1, and there may be 255 of them."""
    with raw_server(dripping(b"RFB 003.008\n\xff", b"\x01"), pause=PAUSE) as (place, _sent):
        address, _colon, port = place.rpartition(":")
        assert console_certificate(address, int(port), SHORT) == (None, None)


XML = {
    "no XML": b"<html>login",
    "deep": b"<?xml version='1.0'?><methodResponse>" + b"<array>" * 50_000,
    "a fault of nothing": b"<?xml version='1.0'?><methodResponse><fault></fault></methodResponse>",
    "a number that is none": b"<?xml version='1.0'?><methodResponse><params><param><value><int>x</int></value></param>"
    b"</params></methodResponse>",
    "another envelope": b"<?xml version='1.0'?><a xmlns='urn:vim25'><b type='Nothing'>x</b></a>",
}


@pytest.mark.parametrize("ask", [xapi, vcenter])
@pytest.mark.parametrize("body", XML.values(), ids=XML)
def test_what_is_no_answer_of_a_hypervisor_is_told(ask: Callable[[str], Any], body: bytes) -> None:
    answer = head("200 OK", "Content-Type: text/xml", f"Content-Length: {len(body)}") + body
    with raw_server(lambda: [answer]) as (place, _sent), pytest.raises(TransportError):
        ask(place)
