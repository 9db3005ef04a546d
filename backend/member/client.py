"""A member's connection to the service, over HTTP."""

import json
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from http.client import HTTPConnection, HTTPMessage, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from backend.failures import Failure

_SECONDS_FOR_AN_ANSWER = 60
_LOOK_EACH_SECONDS = 0.2
_UNDER_WAY = ("accepted", "relayed", "mined")


class Refusal(Failure):
    """The service, or the chain, refuses: its own code, with its parameters."""

    def __init__(self, code: str, message: str, next_step: str, params: Mapping[str, Any]) -> None:
        super().__init__(code, message, next_step)
        self.params = params


class Client:
    """Asks one service as one member."""

    def __init__(self, api_url: str, token: str) -> None:
        address = urlsplit(api_url)
        self._address = address.netloc
        self._connection = HTTPSConnection if address.scheme == "https" else HTTPConnection
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def get(self, path: str, **query: str | int) -> Any:
        """The JSON at a path.

        Raises:
            Refusal: the service refuses; its own code.
        """
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path)

    def page(self, path: str, **query: str | int) -> tuple[Any, str | None]:
        """The JSON at a path, and where the next page is, if the answer names one (RFC 8288).

        Raises:
            Refusal: the service refuses; its own code.
        """
        content, headers = self._answer("GET", f"{path}?{urlencode(query)}" if query else path)
        return json.loads(content), _next_page(headers["Link"])

    def post(self, path: str, body: object) -> Any:
        """What the service answers to a body.

        Raises:
            Refusal: the service refuses; its own code.
        """
        return self._ask("POST", path, body)

    def bring(self, path: str, content: bytes, headers: Mapping[str, str]) -> str:
        """POST a document byte for byte; where to follow it, as the answer says in `Location`.

        Raises:
            Refusal: the service refuses; its own code.
        """
        _, answered = self._answer("POST", path, content, headers)
        return str(answered["Location"])

    def submit(self, *batches: Mapping[str, Any]) -> list[str]:
        """Bring signed batches, in order; where to follow each.

        Raises:
            Refusal: one of them was refused; its code.
        """
        results = self.post("/v1/submissions", {"batches": batches})["results"]
        for result in results:
            if result["problem"] is not None:
                raise _failure(result["problem"])
        return [result["status_url"] for result in results]

    def wait(self, status_urls: Sequence[str], *, until: str = "mirrored", within_seconds: float = 120) -> None:
        """Until every submission is mirrored; or until it is `mined`, in a block that may still be taken back.

        Raises:
            Refusal: one was refused; its code.
            Failure: `not_mirrored_in_time`.
        """
        deadline = time.monotonic() + within_seconds
        under_way = _UNDER_WAY[: _UNDER_WAY.index("mined")] if until == "mined" else _UNDER_WAY
        for url in status_urls:
            while (status := self.get(url))["state"] in under_way:
                if time.monotonic() > deadline:
                    raise Failure(
                        "not_mirrored_in_time",
                        f"{url} is {status['state']}",
                        "see the logs of worker and indexer",
                    )
                time.sleep(_LOOK_EACH_SECONDS)
            if status["state"] == "refused":
                code, params = status["reason"], status["reason_params"] or {}
                raise Refusal(code, f"{url} was refused", "docs/errors.md has the code", params)

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        content, _ = self._answer(method, path, None if body is None else _written(body))
        return json.loads(content)

    def _answer(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[bytes, HTTPMessage]:
        with closing(self._connection(self._address, timeout=_SECONDS_FOR_AN_ANSWER)) as connection:
            connection.request(method, path, body, {**self._headers, **(headers or {})})
            answer = connection.getresponse()
            content = answer.read()
        if answer.status >= 400:
            raise _failure(json.loads(content))
        return content, answer.headers


def _written(body: object) -> bytes:
    """JSON in UTF-8: escaped, Chinese would be twice as long, and what is measured before would not fit a request."""
    # Half a surrogate pair is written as it is; whoever reads it finds that it is not UTF-8.
    return json.dumps(body, ensure_ascii=False).encode(errors="surrogatepass")


def _next_page(link: str | None) -> str | None:
    found = re.fullmatch(r'<([^>]*)>; rel="next"', link or "")
    return None if found is None else found[1]


def _failure(problem: Mapping[str, Any]) -> Refusal:
    if problem["code"] == "nothing_accepted":
        return _failure(problem["params"]["results"][0]["problem"])
    message = f"{problem['title']} {problem['params']}"
    return Refusal(problem["code"], message, problem["next_step"], problem["params"])
