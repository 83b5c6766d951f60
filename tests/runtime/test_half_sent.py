"""Requests that come slowly, half, or never to their end: everybody else is served meanwhile."""

import http.client
import socket
import statistics
import time
from types import SimpleNamespace

import pytest
from serving import served

from workflow_app.web import buffering
from workflow_app.web.buffering import Chunks, Connection

HELD, VISITS = 200, 20
HEAD = b"POST /sign-in HTTP/1.1\r\nHost: x\r\n"
HALVES = {
    "head": b"GET /sign-in HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    "body": HEAD + b"Content-Length: 1000\r\n\r\nlogin=",
    "chunked body": HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\nlogin=",
    "pipelined": b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /he",
    "parting": b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
}


@pytest.fixture(scope="module")
def site(sqlite_maker, tmp_path_factory):
    district = sqlite_maker.open("2025-08-28")
    url = district.container.database.url
    district.close()
    with served(tmp_path_factory.mktemp("site"), url, CLOCK="2025-08-28") as running:
        ask(running)  # the first page compiles what the others show
        yield running


def ask(site, method="GET", path="/sign-in", body=None, **headers):
    """Return the status of an answer, and how long it took."""
    begun = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, time.monotonic() - begun


def opened(site, sent):
    line = socket.create_connection(("127.0.0.1", site.port), timeout=30)
    line.sendall(sent)
    return line


@pytest.mark.deep
@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_two_hundred_half_sent_requests_hold_nobody_up(site, half):
    lines = [opened(site, half) for _ in range(HELD)]
    for line in lines if b"/health" in half else ():
        assert line.recv(65536).startswith(b"HTTP/1.1 200")
    visits = [ask(site) for _ in range(VISITS)]
    for line in lines:
        line.close()
    assert {status for status, _ in visits} == {200}
    assert statistics.quantiles((taken for _, taken in visits), n=20)[-1] < 1


@pytest.mark.deep
def test_requests_that_follow_each_other_on_one_line_are_answered_in_turn(site):
    with opened(site, b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n" * 3) as line:
        got = b""
        while got.count(b"HTTP/1.1 200 OK") < 3:
            got += line.recv(65536)


@pytest.mark.deep
def test_a_chunked_body_and_a_promised_one_arrive(site):
    pieces = iter([b'{"process":', b'"x"}'])
    assert ask(site, "POST", "/api/v1/instances", pieces)[0] == 401
    file = b"x" * 20 * 1024 * 1024
    assert ask(site, "POST", "/api/v1/files", file, Expect="100-continue")[0] == 401


@pytest.mark.deep
def test_a_body_that_is_too_large_is_not_taken_for_the_next_request(site):
    large = buffering.LARGEST_BODY + 1
    with opened(site, HEAD + b"Content-Length: %d\r\n\r\nlogin=" % large) as line:
        got = line.recv(65536)
        line.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        got += b"".join(iter(lambda: line.recv(65536), b""))
    assert got.startswith(b"HTTP/1.1 413")
    assert got.count(b"HTTP/1.1") == 1


@pytest.mark.deep
def test_a_site_stops_at_once_though_requests_are_half_sent(sqlite_maker, tmp_path):
    district = sqlite_maker.open("2025-08-28")
    with served(tmp_path, district.container.database.url, WEB_WORKERS="1") as site:
        lines = [opened(site, HALVES["head"]) for _ in range(20)]
        begun = time.monotonic()
        assert site.stop() == 0
        assert time.monotonic() - begun < 8
        for line in lines:
            line.close()
    district.close()
    assert "Traceback" not in site.log


# ------------------------------------------------------------------ what the loop decides by


@pytest.fixture
def connection():
    """Return a connection on whose other end nobody reads."""
    ours, theirs = socket.socketpair()
    worker = SimpleNamespace(cfg=None, see_off=lambda _: None)
    made = Connection(worker, ours, "peer", "here")
    yield made
    made.close()
    theirs.close()


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\ntransfer-encoding: br,chunked\r\n\r\n1;x=y\r\na\r\n0\r\nX: y\r\n\r\n",
    ],
)
@pytest.mark.parametrize("step", [1, 7, 1000])
def test_a_request_is_whole_with_its_last_byte(connection, request_, step):
    pieces = [request_[at : at + step] for at in range(0, len(request_), step)]
    taken = [connection.take(piece) for piece in pieces]
    assert taken == [False] * (len(pieces) - 1) + [True]
    connection._kept.seek(0)
    assert connection.recv(10_000) == request_


def test_an_endless_head_is_not_waited_for(connection):
    assert not connection.take(b"GET / HTTP/1.1\r\n")
    assert connection.take(b"X: " + b"y" * buffering.LONGEST_HEAD)


@pytest.mark.parametrize("size", [b"zz\r\n", b"-5\r\n", b"1" * buffering.LONGEST_HEAD + b"1"])
def test_a_chunk_without_a_size_is_left_to_the_parser(size):
    assert Chunks().is_over(size)


def test_a_body_may_come_as_slowly_as_the_slowest_line_and_no_slower(connection):
    connection.take(b"POST / HTTP/1.1\r\n")
    assert connection.deadline == connection.begun + buffering.HEAD_SECONDS
    connection.take(b"Content-Length: 999999\r\n\r\n")
    early = connection.deadline - connection.begun
    connection.take(b"x" * buffering.LEAST_RATE)
    assert early >= buffering.BODY_SECONDS
    assert connection.deadline - connection.begun == pytest.approx(early + 1)
