"""Asking each part the service needs whether it is there. A probe says, it never raises."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from backend.service import Service
from backend.submissions.sender import ChainRefusal, ChainUnavailable
from indexer.status import read_status

_BROKER_SECONDS = 2
_DEFAULT_PORTS = {"redis": 6379, "rediss": 6379, "amqp": 5672, "amqps": 5671}

# A mirror further behind than this answers questions about another time.
_LAGGING_BLOCKS = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """How one part is."""

    ok: bool
    says: str


def probe_all(connection: Connection, service: Service) -> dict[str, Finding]:
    """How every part is, by name."""
    return {
        "database": _said(lambda: _database(connection)),
        "chain": _said(lambda: _chain(service)),
        "broker": _said(lambda: _broker(service.broker_url)),
        "mirror": _said(lambda: _mirror(connection, service)),
    }


def _said(probe: Callable[[], Finding]) -> Finding:
    try:
        return probe()
    except (SQLAlchemyError, ChainUnavailable, ChainRefusal, OSError) as error:
        # The kind of error and no more: its text can hold addresses.
        return Finding(ok=False, says=type(error).__name__)


def _database(connection: Connection) -> Finding:
    revision = connection.scalar(text("SELECT to_regclass('service.submission') IS NOT NULL"))
    return Finding(ok=True, says="migrated") if revision else Finding(ok=False, says="run `suyuan db migrate`")


def _chain(service: Service) -> Finding:
    if service.sender.chain_id() != service.ledgers.chain_id:
        return Finding(ok=False, says="the node is on another chain than the deployment record")
    if service.sender.genesis_hash() != service.ledgers.genesis_hash:
        return Finding(ok=False, says="the node's chain has another genesis than the deployment record")
    return Finding(ok=True, says=f"block {service.sender.head()}")


def _broker(url: str) -> Finding:
    # A connection is enough: the broker only hurries what the relayer would find by itself.
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme])
    with socket.create_connection(address, timeout=_BROKER_SECONDS):
        return Finding(ok=True, says="reachable")


def _mirror(connection: Connection, service: Service) -> Finding:
    status = read_status(connection)
    if status is None:
        return Finding(ok=False, says="run `suyuan index run`")
    lag = status.lag(service.sender.head())
    return Finding(ok=lag <= _LAGGING_BLOCKS, says=f"block {status.block}, {lag} behind")
