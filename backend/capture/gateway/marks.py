"""Marks: how a gateway knows a document that came through it when the service hands it back.

Between the two the document lies on somebody else's machine. A key that signed whatever lay there would sign what the
service's operator, or a thief of a token, had put there; so the gateway signs what bears its mark. It keeps nothing for
that: the mark is made of the document by the member's own key, and any gateway with that key knows it.
"""

import hashlib
import hmac
import os
from typing import Final

from backend import clock
from backend.capture.jobs.models import LAPSES_AFTER_DAYS, Behaviour

PURPOSE: Final = "gateway"
"""What the member's secret is for (`backend.member.signer`)."""

_NONCE: Final = 16
_MOMENT: Final = 8
_LONGEST_WAIT: Final = LAPSES_AFTER_DAYS * 86_400


class Marks:
    """Makes marks, and knows its own."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def make(self, content: bytes, behaviour: Behaviour) -> bytes:
        """The mark of a document that comes in now: 16 random bytes, 8 of the time, 32 that only the key makes."""
        front = os.urandom(_NONCE) + clock.now().to_bytes(_MOMENT)
        return front + self._tag(front, content, behaviour)

    def holds(self, mark: bytes, content: bytes, behaviour: Behaviour) -> bool:
        """Whether a document came through a gateway with this key, to be captured so, not longer ago than jobs live."""
        front, tag = mark[: _NONCE + _MOMENT], mark[_NONCE + _MOMENT :]
        is_own = hmac.compare_digest(tag, self._tag(front, content, behaviour))
        return is_own and clock.now() - int.from_bytes(front[_NONCE:]) <= _LONGEST_WAIT

    def _tag(self, front: bytes, content: bytes, behaviour: Behaviour) -> bytes:
        told = front + behaviour.encode() + b" " + hashlib.sha256(content).digest()
        return hmac.digest(self._secret, told, "sha256")
