"""The liar: an HTTP JSON-RPC server in front of a real node, true but for the lies it is told to tell.

Each process of ours asks it under an address of its own, so that it knows whom it lies to; a request is a step of that
process's life.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import orjson

from backend.faults.exchange import HANG_UP, Answer, Call, Exchange, Reply
from backend.faults.lies import LIES, Memory, stick_to
from backend.faults.life import Life


class Liar:
    """Serves on a free port of loopback while it is entered.

    Args:
        node_url: of the true node.
        patience_seconds: how long a silence lasts at most; its askers should give up sooner.
    """

    def __init__(self, node_url: str, patience_seconds: float = 30.0) -> None:
        self._node_address = urlsplit(node_url).netloc
        self._patience_seconds = patience_seconds
        self._listeners: dict[str, tuple[Life, Memory]] = {}
        self._upstream: HTTPConnection | None = None
        self._one_at_a_time = Lock()
        self._leaving = Event()
        self.broken: list[Exception] = []
        """What went wrong while a request was answered, and was not meant to; whoever runs the walk looks."""
        self._server = _Server(self)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="liar")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        if self._upstream is not None:
            self._upstream.close()

    def address_for(self, name: str, life: Life) -> str:
        """The address under which a process, from now on in this life, asks the node."""
        self._listeners[name] = (life, Memory())
        return f"http://127.0.0.1:{self._server.server_port}/{name}"

    def answer(self, name: str, body: bytes) -> Reply:
        """What a request gets: nothing for the dead, a lie if one is due and fits, else the truth."""
        life, memory = self._listeners[name]
        try:
            if not life.question():
                return HANG_UP
            asked = orjson.loads(body)
            exchange = Exchange(asked if isinstance(asked, list) else [asked], isinstance(asked, list), self._forward)
            reply = self._lie(exchange, life, memory) or stick_to(exchange, memory)
        except Exception as error:  # noqa: BLE001 (in a thread of the server nobody would see it)
            self.broken.append(error)
            return HANG_UP
        return reply if life.answer() else HANG_UP

    def be_silent(self) -> None:
        """Let an asker wait."""
        self._leaving.wait(self._patience_seconds)

    def _lie(self, exchange: Exchange, life: Life, memory: Memory) -> Reply | None:
        for name in life.lies_due():
            reply = LIES[name](exchange, memory)
            if reply is not None and life.tells(name):
                return reply
        return None

    def _forward(self, calls: Sequence[Call]) -> list[Answer]:
        """The node's answers in the order of the calls; it may give those of a batch in any."""
        with self._one_at_a_time:
            answers: Any = self._post(orjson.dumps(list(calls)))
        by_id: Mapping[Any, Answer] = {answer["id"]: answer for answer in answers}
        return [by_id[call["id"]] for call in calls]

    def _post(self, body: bytes) -> Any:
        for fresh in (False, True):
            if self._upstream is None or fresh:
                self._upstream = HTTPConnection(self._node_address, timeout=30)
            try:
                self._upstream.request("POST", "/", body, {"Content-Type": "application/json"})
                return orjson.loads(self._upstream.getresponse().read())
            except (OSError, ValueError):
                self._upstream.close()
                if fresh:
                    raise
        raise AssertionError("unreachable")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, liar: Liar) -> None:
        self.liar = liar
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Askers go away in the middle of an answer; that is what this server is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Of a connection nobody uses any more.
    timeout = 20
    # An answer goes out in one piece, and at once: Nagle's algorithm would hold it back for 40 ms.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        reply = self.server.liar.answer(self.path.removeprefix("/"), body)
        if reply.body is None:
            self.server.liar.be_silent()
        if reply.body is None or reply.cut_at == 0:
            self.close_connection = True
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[: reply.cut_at])
        self.wfile.flush()
        self.close_connection = reply.cut_at is not None

    def log_message(self, format: str, *args: Any) -> None: ...  # noqa: A002 (the name http.server uses)
