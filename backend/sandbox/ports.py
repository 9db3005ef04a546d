"""Free ports on loopback."""

import random
import socket

from backend.failures import Failure

# Below Linux's ephemeral range (32768 and up), so that no outgoing connection can take the port between
# our finding it free and the server binding it.
_PORTS = range(20_000, 32_000)
_TRIES = 200


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on now.

    Raises:
        Failure: `no_free_port`, when none of 200 random ports could be bound.
    """
    chooser = random.SystemRandom()
    for _ in range(_TRIES):
        port = chooser.choice(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Failure(
        "no_free_port",
        f"none of {_TRIES} ports between {_PORTS.start} and {_PORTS.stop} on 127.0.0.1 is free",
        "stop other sandboxes and try again",
    )
