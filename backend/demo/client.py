"""A member's connection to the service, over HTTP."""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from backend.failures import Failure

_SECONDS_FOR_AN_ANSWER = 60
_LOOK_EACH_SECONDS = 0.2
_UNDER_WAY = ("accepted", "relayed", "mined")


class Client:
    """Asks one service as one member."""

    def __init__(self, api_url: str, token: str) -> None:
        self._address = urlsplit(api_url).netloc
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def get(self, path: str, **query: str | int) -> Any:
        """The JSON at a path.

        Raises:
            Failure: the service refuses; its own code.
        """
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path)

    def submit(self, *batches: Mapping[str, Any]) -> list[str]:
        """Bring signed batches, in order; where to follow each.

        Raises:
            Failure: one of them was refused; its code.
        """
        results = self._ask("POST", "/v1/submissions", {"batches": batches})["results"]
        for result in results:
            if result["problem"] is not None:
                raise _failure(result["problem"])
        return [result["status_url"] for result in results]

    def wait(self, status_urls: Sequence[str], *, within_seconds: float = 120) -> None:
        """Until every submission is mirrored.

        Raises:
            Failure: one was refused (its code), or `not_mirrored_in_time`.
        """
        deadline = time.monotonic() + within_seconds
        for url in status_urls:
            while (status := self.get(url))["state"] in _UNDER_WAY:
                if time.monotonic() > deadline:
                    raise Failure(
                        "not_mirrored_in_time",
                        f"{url} is {status['state']}",
                        "see the logs of worker and indexer",
                    )
                time.sleep(_LOOK_EACH_SECONDS)
            if status["state"] == "refused":
                raise Failure(status["reason"], f"{url} was refused", "docs/errors.md has the code")

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        with closing(HTTPConnection(self._address, timeout=_SECONDS_FOR_AN_ANSWER)) as connection:
            connection.request(method, path, None if body is None else json.dumps(body), self._headers)
            answer = connection.getresponse()
            content = json.load(answer)
        if answer.status >= 400:
            raise _failure(content)
        return content


def _failure(problem: Mapping[str, Any]) -> Failure:
    if problem["code"] == "nothing_accepted":
        return _failure(problem["params"]["results"][0]["problem"])
    return Failure(problem["code"], f"{problem['title']} {problem['params']}", problem["next_step"])
