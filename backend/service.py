"""What a process of the service is made of: built once from the settings, passed on as an argument."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eth_account import Account
from eth_account.signers.local import LocalAccount
from sqlalchemy import Engine

from backend.capture.commands import object_to_duplicates
from backend.db import open_engine
from backend.details.ring import open_ring
from backend.details.sealing import Ring
from backend.keyring import unlock
from backend.ledgers import Ledgers
from backend.quality.release import object_to_release
from backend.settings import Settings
from backend.submissions.commands import Objection
from backend.submissions.receipts import ReceiptSigner
from backend.submissions.sender import Sender
from contracts.deployer import Deployment
from indexer.proofs import ProvingNode

# What other domains have against batches, before those are taken.
_OBJECTIONS: tuple[Objection, ...] = (object_to_release, object_to_duplicates)

# A request waits for it, and holds a connection meanwhile.
_SECONDS_FOR_A_PROOF = 10.0

Nudge = Callable[[Sequence[bytes]], None]
"""Tells the relayer of submissions that wait. May fail or be lost: the relayer looks for itself each second."""


@dataclass(frozen=True, slots=True)
class Service:
    """Everything a request or a task may need."""

    engine: Engine
    ledgers: Ledgers
    sender: Sender
    node: ProvingNode
    receipts: ReceiptSigner
    ring: Ring
    finality_depth: int
    database_url: str
    broker_url: str
    nudge: Nudge
    objections: tuple[Objection, ...] = _OBJECTIONS


def open_service(settings: Settings, *, nudge: Nudge, process: str = "suyuan") -> Service:
    """Unlock the account, read the deployment, open the pool. Nothing is asked of database or chain yet.

    Raises:
        Failure: the keystore or the deployment record cannot be used; it says what to do.
    """
    ledgers = Ledgers.of(Deployment.load(settings.deployment))
    key = unlock(settings.relayer_keystore, settings.relayer_password().get_secret_value())
    account: LocalAccount = Account.from_key(key)
    return Service(
        engine=open_engine(settings.database_url.get_secret_value(), process=process),
        ledgers=ledgers,
        sender=Sender(settings.rpc_url, account, ledgers.chain_id),
        node=ProvingNode(settings.rpc_url, timeout_seconds=_SECONDS_FOR_A_PROOF),
        receipts=ReceiptSigner(key, ledgers.chain_id),
        ring=open_ring(settings.details_ring, settings.details_password().get_secret_value()),
        finality_depth=settings.finality_depth,
        database_url=settings.database_url.get_secret_value(),
        broker_url=settings.broker_url.get_secret_value(),
        nudge=nudge,
    )
