"""Bringing a stream of signed batches to the service: in order, so many under way at once, and no faster."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from backend.demo.park import Park
from backend.member.client import Client
from backend.member.signer import Member

MOST_UNDER_WAY = 128
"""Batches; twice what the relayer has on its way to the chain."""

_MOST_A_REQUEST = 8
_SAY_EACH_SECONDS = 5


class Delivery:
    """Each member brings its own batches, with its own token; a batch is brought behind all that came before it."""

    def __init__(self, park: Park, clients: Mapping[str, Client], say: Callable[[str], None], most_events: int) -> None:
        """Args:
        most_events: how many actions are expected, for the time that is left.
        """
        self._park = park
        self._clients = clients
        self._say = say
        self._most_events = most_events
        self._waiting: list[Mapping[str, Any]] = []
        self._bringer = ""
        self._under_way: deque[tuple[Client, str]] = deque()
        self._actions = 0
        self._began = self._said = time.monotonic()

    def bring(self, signer: Member, batch: Mapping[str, Any]) -> None:
        """Hand over one batch, now or with the next ones of its member.

        Raises:
            Failure: a batch, this or an earlier one, was refused; its code.
        """
        bringer = self._park.name_of(signer)
        if bringer != self._bringer or len(self._waiting) >= _MOST_A_REQUEST:
            self._submit()
            self._bringer = bringer
        self._waiting.append(batch)
        self._actions += len(batch["actions"])

    def finish(self) -> None:
        """Until all that was brought is mirrored.

        Raises:
            Failure: a batch was refused; its code.
        """
        self._submit()
        while self._under_way:
            self._wait_for_oldest()

    def _submit(self) -> None:
        if not self._waiting:
            return
        client = self._clients[self._bringer]
        while len(self._under_way) + len(self._waiting) > MOST_UNDER_WAY:
            self._wait_for_oldest()
        self._under_way.extend((client, url) for url in client.submit(*self._waiting))
        self._waiting = []
        self._say_how_far()

    def _wait_for_oldest(self) -> None:
        client, url = self._under_way.popleft()
        client.wait([url])

    def _say_how_far(self) -> None:
        now = time.monotonic()
        if now - self._said < _SAY_EACH_SECONDS:
            return
        self._said = now
        rate = self._actions / (now - self._began)
        left = max(0, self._most_events - self._actions) / rate
        self._say(f"{self._actions:,} of {self._most_events:,} events, {rate:,.0f}/s, {left:,.0f} s left")
