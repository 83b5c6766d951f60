"""A gunicorn worker that gives a thread to whole requests alone.

gunicorn's `gthread` reads a request in the thread that answers it, so as many half-sent requests as
there are threads stop a site. Here:
1. the worker's loop collects what comes of each request, a long body in a file;
2. a request that is whole gets a thread, which reads what was collected and waits for nobody;
3. who sends too slowly is closed; where too many send at once, the one that began first is;
4. a connection that ends is drained by the loop too, and not, as in gunicorn 27, while all wait.
"""

import re
import socket
import struct
import time
from contextlib import suppress
from functools import partial
from io import BytesIO
from selectors import EVENT_READ
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from gunicorn import http, util
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn, ThreadWorker

HEAD_SECONDS, BODY_SECONDS = 10.0, 30.0
LEAST_RATE = 4096
"""Bytes a second that a body has to bring on the average, after its first half a minute."""
LONGEST_HEAD = 64 * 1024
LARGEST_BODY = 66 * 1024 * 1024
"""A little over what the application takes: it refuses what is larger itself, in its own words."""
IN_MEMORY = 128 * 1024
MOST_UNFINISHED = 400
"""So many requests may be on their way to one process; threads are not concerned."""
MOST_KEPT = 1024 * 1024 * 1024
"""Bytes that unfinished requests may fill the disk with."""
SEND_SECONDS, SENT_AT_ONCE = 20, 1024 * 1024
"""How long a client may take nothing of an answer, and what the kernel keeps of it meanwhile."""
LINGER_SECONDS = 2.0

_LENGTH = re.compile(rb"\r\ncontent-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding[ \t]*:[^\r\n]*chunked", re.IGNORECASE)
_CONTINUE = re.compile(rb"\r\nexpect[ \t]*:[ \t]*100-continue", re.IGNORECASE)


class Chunks:
    """Counts its way to the end of a chunked body; whether it is well-formed, the parser says."""

    def __init__(self) -> None:
        self._left = 0
        self._line = b""
        self._in_trailer = False

    def is_over(self, data: bytes) -> bool:
        """Tell whether the body ends within the bytes that came next."""
        at = 0
        while at < len(data):
            if self._left:
                step = min(self._left, len(data) - at)
                self._left, at = self._left - step, at + step
                continue
            end = data.find(b"\n", at)
            self._line += data[at:] if end < 0 else data[at:end]
            if len(self._line) > LONGEST_HEAD:
                return True
            if end < 0:
                return False
            if self._ends(self._line.strip()):
                return True
            at = end + 1
        return False

    def _ends(self, line: bytes) -> bool:
        self._line = b""
        if self._in_trailer:
            return not line
        try:
            size = int(line.partition(b";")[0], 16)
        except ValueError:
            return True
        self._in_trailer = size == 0
        self._left = size + len(b"\r\n") if size > 0 else 0
        return size < 0


class Connection(TConn):  # type: ignore[misc] # gunicorn has no types
    """A connection with what came of its request; its parser reads that and nothing else."""

    parser: Any

    def __init__(self, worker: "BufferingWorker", sock: socket.socket, *rest: Any) -> None:
        super().__init__(worker.cfg, sock, *rest)
        self._leave = worker.see_off
        self._kept: IO[bytes] = BytesIO()
        self.begin()

    def begin(self) -> bytes:
        """Be ready for the next request; return what came behind the one before."""
        rest: bytes = self.parser.unreader.take_buffered() if self.parser else b""
        self.parser, self.begun, self.size = None, time.monotonic(), 0
        self.wanted_more = False
        self._head: bytearray | None = bytearray()
        self._needed: int | None = None
        self._chunks: Chunks | None = None
        self._kept.close()
        self._kept = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (lives as long as a request)
        return rest

    @property
    def deadline(self) -> float:
        """The moment until which the request has to be whole, or to have brought more."""
        if self._head is not None:
            return self.begun + HEAD_SECONDS
        return self.begun + BODY_SECONDS + self.size / LEAST_RATE

    def take(self, data: bytes) -> bool:
        """Keep what came; tell whether the request is whole, or nothing more is asked for."""
        self._kept.write(data)
        self.size += len(data)
        if self._head is not None:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return len(self._head) > LONGEST_HEAD
            head, data = bytes(self._head[: end + 2]), bytes(self._head[end + 4 :])
            self._head = None
            self._expect(head, end + 4)
        if self._chunks:
            return self._chunks.is_over(data) or self.size > LARGEST_BODY
        return self._needed is None or self.size >= self._needed

    def _expect(self, head: bytes, length: int) -> None:
        """Read from the head how long the body is."""
        found = _LENGTH.search(head)
        if _CHUNKED.search(head):
            self._chunks = Chunks()
        elif found and int(found[1]) <= LARGEST_BODY:
            self._needed = length + int(found[1])
        if _CONTINUE.search(head):
            with suppress(OSError):
                self.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def be_read(self) -> None:
        """Let a parser read what was kept."""
        self._kept.seek(0)
        self.parser = http.get_parser(self.cfg, self, self.client)
        self.initialized = self.data_ready = True

    def recv(self, size: int) -> bytes:
        """Return the next bytes of the request, none at its end: a thread never waits for them."""
        data = self._kept.read(size)
        self.wanted_more = self.wanted_more or not data
        return data

    def behind(self) -> bytes:
        """Return what was kept and not read: the beginning of the next request."""
        return self._kept.read()

    def close(self, graceful: bool = False) -> None:  # noqa: FBT001, FBT002 (gunicorn's signature)
        """Close, or see the client off first: bytes nobody read would cost him the answer."""
        self._kept.close()
        if graceful:
            self._leave(self.sock)
        else:
            util.close(self.sock)


def _came(sock: socket.socket) -> bytes:
    """Return what came on a socket that is said to have something; nothing is its end."""
    try:
        return sock.recv(64 * 1024)
    except OSError:
        return b""


class BufferingWorker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """`gthread` behind a loop that collects whole requests."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._unfinished: dict[Connection, None] = {}
        self._leaving: dict[socket.socket, float] = {}
        self._looked_at = 0.0

    def accept(self, listener: socket.socket) -> None:
        """Accept a connection; an answer nobody takes holds its thread for a while only."""
        try:
            sock, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_SECONDS, 0))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SENT_AT_ONCE)
        self.enqueue_req(Connection(self, sock, client, listener.getsockname()))

    def enqueue_req(self, conn: Connection) -> None:
        """Collect a request; it gets its thread when it is whole."""
        rest = conn.begin()
        if rest and conn.take(rest):
            self._hand_over(conn)
            return
        if len(self._unfinished) >= MOST_UNFINISHED:
            self._give_up(next(iter(self._unfinished)))
        self._unfinished[conn] = None
        conn.sock.setblocking(False)
        self.poller.register(conn.sock, EVENT_READ, partial(self._receive, conn))

    def _receive(self, conn: Connection, sock: socket.socket) -> None:
        data = _came(sock)
        if not data:
            self._forget(conn)
            self.nr_conns -= 1
            conn.close()
        elif conn.take(data):
            self._forget(conn)
            self._hand_over(conn)

    def _hand_over(self, conn: Connection) -> None:
        conn.be_read()
        super().enqueue_req(conn)

    def _forget(self, conn: Connection) -> None:
        del self._unfinished[conn]
        self.poller.unregister(conn.sock)

    def _give_up(self, conn: Connection) -> None:
        """Close a request that did not become whole."""
        self._forget(conn)
        self.nr_conns -= 1
        if conn.size:
            with suppress(OSError):
                util.write_error(conn.sock, 408, "Request Timeout", "")
        conn.close(graceful=True)

    def handle(self, conn: Connection) -> Any:
        """Answer a request; what came behind it goes where gunicorn looks for the next one.

        Where the parser wanted more than was kept, nobody knows where the next request begins.
        """
        keeps = super().handle(conn) and not conn.wanted_more
        if keeps and (rest := conn.behind()):
            conn.parser.unreader.unread(conn.parser.unreader.take_buffered() + rest)
        return keeps

    def see_off(self, sock: socket.socket) -> None:
        """Tell a client that no more comes, and read on until he leaves or a moment has passed."""
        try:
            sock.shutdown(socket.SHUT_WR)
            sock.setblocking(False)
            self.poller.register(sock, EVENT_READ, self._drain)
        except (OSError, ValueError, KeyError):
            util.close(sock)
            return
        self._leaving[sock] = time.monotonic() + LINGER_SECONDS

    def _drain(self, sock: socket.socket) -> None:
        if not _came(sock):
            self._part(sock)

    def _part(self, sock: socket.socket) -> None:
        del self._leaving[sock]
        self.poller.unregister(sock)
        util.close(sock)

    def murder_pending(self) -> None:
        """Once a second, close what is late; a worker that stops waits for nobody long."""
        now = time.monotonic()
        if now - self._looked_at < 1:
            return
        self._looked_at = now
        for sock in [one for one, until in self._leaving.items() if until <= now]:
            self._part(sock)
        kept = sum(conn.size for conn in self._unfinished)
        for conn in list(self._unfinished):
            is_late = now > conn.deadline or kept > MOST_KEPT
            if is_late or (not self.alive and now > conn.begun + STOP_KEEPALIVE_LINGER):
                kept -= conn.size
                self._give_up(conn)
