"""What the service takes in at once, and the middleware that cuts off more."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST_BODY = 4 * 1024 * 1024
"""Bytes of a request: some forty full batches."""


class BodyLimit:
    """Pure ASGI middleware: a body that says, or turns out, to be longer than the limit is read no further.

    It raises inside the application, where the refusal becomes problem+json like every other; Starlette's own
    middleware answers in plain text.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        received = int(declared) if declared.isdecimal() and int(declared) > LONGEST_BODY else 0

        async def receive_within_limit() -> Message:
            nonlocal received
            if received > LONGEST_BODY:
                raise HTTPException(413)
            message = await receive()
            received += len(message.get("body", b""))
            if received > LONGEST_BODY:
                raise HTTPException(413)
            return message

        await self._app(scope, receive_within_limit, send)
