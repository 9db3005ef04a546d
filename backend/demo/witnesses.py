"""The park's witnesses: the authority and a tenant vouch for what was recorded, so that evidence of it can be made."""

import time
from collections.abc import Mapping

from sqlalchemy import Connection, Engine, func, select

from backend.db import open_engine
from backend.demo.park import TENANTS, Park
from backend.evidence.witnessing import NO_MIRROR, checkpoint_over
from backend.failures import Failure
from backend.member.client import Client
from indexer import schema as mirror
from indexer.digest import digest
from indexer.proofs import ProvingNode
from indexer.status import read_status

WITNESSES = ("authority", TENANTS[0])

_LOOK_EACH_SECONDS = 0.2
_SECONDS_TO_BECOME_FINAL = 60
# Beyond it a digest takes longer than what it is to be seen for.
_MOST_EVENTS_TO_DIGEST = 10_000


class Witnesses:
    """They sign as often as they are asked to, each for itself, and bring it to the service."""

    def __init__(self, park: Park, clients: Mapping[str, Client], database_url: str, rpc_url: str) -> None:
        self._signers = {park.members[name].address: park.members[name].sign for name in WITNESSES}
        self._client = clients[WITNESSES[0]]
        self._database_url = database_url
        self._node = ProvingNode(rpc_url)

    def vouch(self) -> int:
        """Vouch for everything that is mirrored now; how many signed.

        Raises:
            Failure: `not_final_in_time`, or what the service refuses it for.
        """
        engine = open_engine(self._database_url, pool=1)
        try:
            number, found = _final(engine)
        finally:
            engine.dispose()
        checkpoint = checkpoint_over(self._node, number, found, self._signers)
        self._client.post("/v1/checkpoints", checkpoint)
        return len(checkpoint["signatures"])


def _final(engine: Engine) -> tuple[int, bytes]:
    """The last final block, once all that is mirrored now is; and the digest of the mirror up to it."""
    deadline = time.monotonic() + _SECONDS_TO_BECOME_FINAL
    with engine.connect() as connection:
        last = connection.scalar(select(func.max(mirror.block.c.number))) or 0
    while time.monotonic() < deadline:
        with engine.connect() as connection:
            snapshot = connection.execution_options(isolation_level="REPEATABLE READ")
            status = read_status(snapshot)
            if status is not None and status.finalised >= last:
                return status.finalised, _digest(snapshot, status.finalised)
        time.sleep(_LOOK_EACH_SECONDS)
    raise Failure("not_final_in_time", f"block {last} is not final yet", "see the indexer's log")


def _digest(connection: Connection, number: int) -> bytes:
    events = select(mirror.event.c.number).limit(_MOST_EVENTS_TO_DIGEST + 1).subquery()
    if (connection.scalar(select(func.count()).select_from(events)) or 0) > _MOST_EVENTS_TO_DIGEST:
        return NO_MIRROR
    return digest(connection, 0, number).digest
