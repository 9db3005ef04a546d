"""Who gives evidence to a command: a service over HTTP, in a member's name, or the one whose settings are around us."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection

from backend.db import open_engine
from backend.details.ring import open_ring
from backend.errors import ServiceError
from backend.evidence import commands, queries
from backend.evidence.exporting import Asked, Exporter
from backend.evidence.schemas import CheckpointIn
from backend.evidence.sight import holdings_named
from backend.evidence.trust import trust_file
from backend.evidence.witnessing import FORMAT
from backend.failures import Failure, UsageFailure
from backend.identity.actor import ALL_RIGHTS, Actor
from backend.identity.queries import roles_of
from backend.ledgers import Ledgers
from backend.logs import configure_logs
from backend.member.client import Client, Refusal
from backend.member.credentials import client_of
from backend.procurement import orders
from backend.settings import Settings, load
from backend.traceability import trace, visibility
from backend.traceability.lineage import Direction
from backend.traceability.trace import Reach
from backend.wire import from_hex
from contracts.deployer import OPERATOR, Deployment
from indexer.proofs import ProvingNode
from verifier.canonical import dump

_REACH = Reach(Direction.BOTH, depth=1_000, limit=2_000)


class Giver(Protocol):
    """What the commands ask. Every method raises Failure with a code."""

    def evidence(self, asked: Asked) -> bytes:
        """A file."""

    def trust(self) -> dict[str, Any]:
        """The trust file the service would write."""

    def trace(self, subject: str) -> dict[str, Any]:
        """What led to a holding or lot, and what became of it; of an order, its history."""

    def example(self) -> dict[str, Any]:
        """A lot to try evidence on."""

    def checkpoints(self) -> Iterator[dict[str, Any]]:
        """Every checkpoint it holds, the newest block first, as `CheckpointIn` has them."""

    def publish(self, checkpoint: CheckpointIn) -> int:
        """Publish one; how many of its signatures were new."""


@contextmanager
def giver(api: str | None, token_file: Path | None, organisation: int | None) -> Iterator[Giver]:
    """The service at an address, or without one that of the settings.

    Raises:
        UsageFailure: `token_missing`, `setting_missing` and what else is wrong with either.
        Failure: `service_unreachable`, or what the service refuses by its own code.
    """
    if api is not None:
        if token_file is None:
            raise UsageFailure("token_missing", "--api needs a token", "give --token-file")
        try:
            yield _OverHttp(client_of(api, token_file))
        except (OSError, HTTPException, ValueError) as error:
            raise Failure("service_unreachable", f"{api}: {error}", "check the address, and try again") from error
        return
    configure_logs()
    settings = load(Settings)
    engine = open_engine(settings.database_url.get_secret_value(), pool=1)
    try:
        with engine.connect() as connection:
            connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield _InPlace(connection, settings, OPERATOR if organisation is None else organisation)
    except ServiceError as error:
        message = f"{error.kind.title} {dict(error.params)}" if error.params else error.kind.title
        raise Failure(error.code, message, error.kind.next_step) from error
    finally:
        engine.dispose()


class _OverHttp:
    """A service somewhere, asked in a member's name."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def evidence(self, asked: Asked) -> bytes:
        body = {"subject": asked.subject, "depth": asked.depth, "fields": list(asked.fields), "at": asked.at}
        # One content has one form: written again it is the file that was sent.
        return dump(self._client.post("/v1/evidence", body))

    def trust(self) -> dict[str, Any]:
        return dict(self._client.get("/v1/evidence/trust"))

    def trace(self, subject: str) -> dict[str, Any]:
        if not _is_id(subject):
            held = self._client.post("/v1/books/resolve", {"identifiers": [subject]})["holdings"]
            subject = held[0]["id"] if held else subject
        if not _is_id(subject):
            raise _nothing_found(subject)
        for path in (f"/v1/holdings/{subject}/trace", f"/v1/lots/{subject}/trace"):
            try:
                return dict(self._client.get(path))
            except Refusal as refusal:
                if refusal.code != "not_found":
                    raise
        return dict(self._client.get(f"/v1/orders/{subject}/history"))

    def example(self) -> dict[str, Any]:
        raise UsageFailure("any_needs_settings", "--any looks into the mirror itself", "leave --api out where it runs")

    def checkpoints(self) -> Iterator[dict[str, Any]]:
        query: dict[str, int] = {}
        while True:
            page = self._client.get("/v1/checkpoints", **query)
            yield from (_as_published(page, each) for each in page["checkpoints"])
            if page["next_before"] is None:
                return
            query = {"before": page["next_before"]}

    def publish(self, checkpoint: CheckpointIn) -> int:
        return int(self._client.post("/v1/checkpoints", checkpoint.model_dump(mode="json"))["new"])


class _InPlace:
    """The service of our own settings, without going through its API: for whoever runs it."""

    def __init__(self, connection: Connection, settings: Settings, organisation: int) -> None:
        roles = roles_of(connection, organisation)
        if roles is None:
            raise UsageFailure(
                "organisation_unknown", f"the chain knows no organisation {organisation}", "give --as another number"
            )
        self._connection = connection
        self._settings = settings
        self._actor = Actor(organisation=organisation, roles=roles, rights=ALL_RIGHTS)
        self._ledgers = Ledgers.of(Deployment.load(settings.deployment))
        self._node = ProvingNode(settings.rpc_url)

    def evidence(self, asked: Asked) -> bytes:
        password = self._settings.details_password().get_secret_value()
        ring = open_ring(self._settings.details_ring, password)
        return Exporter(self._connection, self._ledgers, self._node, ring).export(self._actor, asked).content

    def trust(self) -> dict[str, Any]:
        return trust_file(self._connection, self._actor, self._ledgers, self._node)

    def trace(self, subject: str) -> dict[str, Any]:
        if not _is_id(subject):
            numbers = holdings_named(self._connection, self._actor, subject)
            if not numbers:
                raise _nothing_found(subject)
            (first,) = visibility.holding_ids(self._connection, numbers[:1]).values()
            return trace.trace_holding(self._connection, self._actor, first, _REACH)
        id_ = from_hex(subject, 32)
        for traced in (trace.trace_holding, trace.trace_lot):
            try:
                return traced(self._connection, self._actor, id_, _REACH)
            except ServiceError as error:
                if error.code != "not_found":
                    raise
        return orders.order_history(self._connection, self._actor, id_, after=0).model_dump(mode="json")

    def example(self) -> dict[str, Any]:
        found = queries.example(self._connection, self._actor)
        if found is None:
            raise Failure(
                "nothing_recorded", "there is no holding yet", "load a park: `suyuan demo --once --keep FOLDER`"
            )
        return found

    def checkpoints(self) -> Iterator[dict[str, Any]]:
        before: int | None = None
        while True:
            page = queries.checkpoints(self._connection, self._actor, self._ledgers, before=before)
            content = page.model_dump(mode="json")
            yield from (_as_published(content, each) for each in content["checkpoints"])
            if page.next_before is None:
                return
            before = page.next_before

    def publish(self, checkpoint: CheckpointIn) -> int:
        return commands.publish(self._connection, self._actor, self._ledgers, self._node, checkpoint).new


def _as_published(page: Mapping[str, Any], held: Mapping[str, Any]) -> dict[str, Any]:
    """One of a page of checkpoints, in the form it was published in."""
    return {
        "format": FORMAT,
        "chain_id": page["chain_id"],
        "genesis": page["genesis"],
        "number": held["number"],
        "hash": held["hash"],
        "mirror": held["mirror"],
        "signatures": [{name: each[name] for name in ("witness", "signature")} for each in held["signatures"]],
    }


def _is_id(subject: str) -> bool:
    try:
        from_hex(subject, 32)
    except ValueError:
        return False
    return True


def _nothing_found(subject: str) -> Failure:
    return Failure("not_found", f"{subject} names nothing that you may see", "check the identifier")
