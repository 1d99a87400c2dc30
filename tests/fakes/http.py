"""A small threaded HTTP server on loopback around a handler function, for the fakes.

It records every request, so that tests count on the server's side, and has two hooks where faults come in: `before`
decides ahead of the handler (nothing is committed when it answers), `after` once the handler has committed. It knows
nothing of any service.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class Request:
    """`path` is decoded and without the query; `query` holds every value; `headers` have lower-case names."""

    method: str
    path: str
    query: Mapping[str, tuple[str, ...]]
    headers: Mapping[str, str]
    body: bytes
    target: str

    def arg(self, name: str, default: str = "") -> str:
        """The last value of a query parameter."""
        return self.query.get(name, (default,))[-1]

    def json(self) -> Any:
        """The body as JSON, None where it is empty; raises ValueError."""
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True)
class Response:
    """`body` is bytes as they are, None for an empty answer, and anything else is sent as JSON."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def payload(self) -> bytes:
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Drop:
    """Close the connection and send nothing."""


@dataclass(frozen=True)
class Truncate:
    """Promise the whole answer and send only its first `size` bytes."""

    size: int = 20


@dataclass(frozen=True)
class Delay:
    """Wait (real seconds) and go on; ends early when the server stops."""

    seconds: float


Before = Callable[[Request], Response | Drop | Delay | None]
After = Callable[[Request, Response], Response | Drop | Delay | Truncate | None]


@dataclass(frozen=True)
class Record:
    """One request as the server saw it; `status` is what the handler said, None where it was never asked."""

    request: Request
    status: int | None

    @property
    def line(self) -> str:
        return f"{self.request.method} {self.request.target}"


class Server:
    """Serve `handler` from `start` to `stop`, or as a context manager. The handler runs one request at a time."""

    def __init__(self, handler: Callable[[Request], Response], *, before: Before | None = None) -> None:
        self.handler = handler
        self.before: Before | None = before
        self.after: After | None = None
        self.log: list[Record] = []
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._http: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        self.url = ""

    def start(self, port: int = 0) -> Self:
        connection = type("Connection", (_Connection,), {"fake": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", port), connection)
        self._http.daemon_threads = True
        self._http.block_on_close = False
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        if self._http is None or self._thread is None:
            return
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
        for open_socket in list(self._sockets):
            with suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)
        self._http = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def count(self, *methods: str, path: str = "") -> int:
        """How many requests came in: with one of these methods (any where none is named) and `path` in their path."""
        return sum(
            (not methods or record.request.method in methods) and path in record.request.path for record in self.log
        )

    def answer(self, request: Request) -> tuple[Response | Drop, Truncate | None]:
        """What goes back for a request, with the hooks asked on the way."""
        fault = self._wait(self.before(request) if self.before else None)
        if fault is not None:
            self.log.append(Record(request, None))
            return fault, None
        with self._lock:
            response = self.handler(request)
            self.log.append(Record(request, response.status))
        fault = self._wait(self.after(request, response) if self.after else None)
        if isinstance(fault, Truncate):
            return response, fault
        return fault or response, None

    def _wait(self, fault: Any) -> Any:
        if not isinstance(fault, Delay):
            return fault
        self.stopping.wait(fault.seconds)
        return None


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: Server

    def setup(self) -> None:
        super().setup()
        self.fake._sockets.add(self.connection)

    def finish(self) -> None:
        self.fake._sockets.discard(self.connection)
        with suppress(OSError):
            super().finish()

    def handle(self) -> None:
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Keep quiet: tests read `Server.log`."""

    def _serve(self) -> None:
        response, cut = self.fake.answer(self._request())
        if isinstance(response, Drop):
            self.close_connection = True
            return
        payload = response.payload()
        lines = [f"HTTP/1.1 {response.status} {_phrase(response.status)}"]
        headers = {"Content-Type": "application/json; charset=utf-8"} | dict(response.headers)
        if response.status != 304 and response.status != 204:
            headers["Content-Length"] = str(len(payload))
        lines += [f"{name}: {value}" for name, value in headers.items()]
        # One write: two would wait for each other's acknowledgement, 40 ms for every request.
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        self.wfile.write(head + (payload[: cut.size] if cut else payload))
        self.close_connection = self.close_connection or cut is not None

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815

    def _request(self) -> Request:
        size = int(self.headers.get("Content-Length") or 0)
        parts = urlsplit(self.path)
        return Request(
            method=self.command,
            path=unquote(parts.path),
            query={name: tuple(values) for name, values in parse_qs(parts.query, keep_blank_values=True).items()},
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(size) if size else b"",
            target=self.path,
        )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
