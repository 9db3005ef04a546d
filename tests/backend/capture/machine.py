"""A member's machine: its programs run as programs, and are killed."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from backend.keyring import Keyring
from backend.sandbox.service import SUYUAN
from backend.settings import surrounding_variables
from tests.backend.park import Park, member_key


class Machine:
    """A member's folder: its keys, its token, and what it captures."""

    def __init__(self, park: Park, folder: Path) -> None:
        self._park = park
        self._folder = folder
        self._ring = Keyring(folder / "keys")
        for name in ("supplier", "rival"):
            self._ring.ensure(name, member_key(name))
        self._token = folder / "token"
        self._token.write_text(park.token("supplier") + "\n", encoding="utf-8")

    def file(self, name: str, content: Any) -> str:
        path = self._folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    def capture(self, *files: str, api: str | None = None, key: str = "supplier") -> list[str]:
        """The words of the call."""
        return ["capture", *files, *self._keys(key), *self._service(api), "--json"]

    def gateway(self, port: int, *, api: str) -> list[str]:
        """The words of the call."""
        return ["gateway", "--port", str(port), *self._keys("supplier"), *self._service(api)]

    def export(self, output: Path, *words: str) -> list[str]:
        return ["epcis", "export", *self._service(None), "-o", str(output), *words, "--json"]

    def _keys(self, key: str) -> list[str]:
        return ["--keystore", str(self._ring.path(key)), "--password-file", str(self._ring.password_file)]

    def _service(self, api: str | None) -> list[str]:
        return ["--api", api or self._park.server.url, "--token-file", str(self._token)]


def kill_once(reached: threading.Event, call: Sequence[str], do: Callable[[], object] = lambda: None) -> None:
    """Start a program, do something with it, and kill -9 it once it has come to a point."""
    with subprocess.Popen([*SUYUAN, *call], env=surrounding_variables(), stderr=subprocess.DEVNULL) as program:
        try:
            do()
            was_reached = reached.wait(60)
        finally:
            program.kill()
    assert was_reached


@contextmanager
def deaf(park: Park, end: str, *, is_handed_on: bool) -> Iterator[tuple[str, threading.Event]]:
    """An address that hands requests on to the service, and never answers those whose path has a certain end.

    Args:
        is_handed_on: whether the service gets those all the same.

    Yields:
        The address, and what is set once such a request has come.
    """
    reached = threading.Event()
    ended = threading.Event()

    class Between(BaseHTTPRequestHandler):
        def _hand_on(self) -> None:
            is_it = self.path.endswith(end)
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if not is_it or is_handed_on:
                headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                answer = park.client.request(self.command, self.path, content=content, headers=headers)
            if is_it:
                reached.set()
                ended.wait()
                return
            self.send_response(answer.status_code)
            if "location" in answer.headers:
                self.send_header("Location", answer.headers["location"])
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = _hand_on  # noqa: N815 (the names that http.server looks for)

        def log_message(self, *arguments: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Between)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", reached
    finally:
        ended.set()
        server.shutdown()
        thread.join()
        server.server_close()
