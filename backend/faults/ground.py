"""What a walk stands on: one chain with the ledgers and two members on it, one database server, one true past.

Founded once. Each chapter of a walk begins from there again: a copy of the founded database, and the chain taken back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from eth_account import Account
from eth_account.signers.local import LocalAccount
from sqlalchemy import create_engine

from backend import clock
from backend.db import driver_url
from backend.details.sealing import Ring
from backend.identity.actor import Role
from backend.ledgers import Ledgers
from backend.member.signer import Member, Place, admission
from backend.sandbox.anvil import Anvil
from backend.sandbox.database import create_database
from backend.sandbox.postgres import Postgres
from backend.sandbox.process import Reaper
from backend.tables_commands import migrate_database
from contracts import wire
from contracts.action_json import parse
from contracts.deployer import Deployment, Founders, deploy
from contracts.signatures import keccak
from contracts.typed_data import Batch
from indexer.follow import Follower
from indexer.rpc import Node
from indexer.source import Charter, Source
from indexer.store import Store

OPERATOR, AUTHORITY, SUPPLIER, TENANT = 1, 2, 3, 4
_ROLES = {SUPPLIER: Role.SUPPLIER, TENANT: Role.TENANT}
_BLOCK_SECONDS = 1
RING = Ring({1: keccak(b"ring of the faults")})


@dataclass(frozen=True, slots=True)
class Ground:
    """A founded park, and the machines it is on."""

    anvil: Anvil
    postgres: Postgres
    deployment: Deployment
    relayer: LocalAccount
    template: str

    @property
    def ledgers(self) -> Ledgers:
        return Ledgers.of(self.deployment)

    def member(self, organisation: int, seed: bytes) -> Member:
        """A member whose identifiers and nonces follow from `seed`."""
        return Member(organisation, _key(organisation), _place(self.deployment), seed)

    @property
    def source(self) -> Source:
        """The chain, read without a liar in between."""
        return Source(Node(self.anvil.url), Charter.of(self.deployment))

    def mirror(self, database_url: str) -> None:
        """Have the chain as it is now mirrored into a database."""
        source = self.source
        engine = create_engine(driver_url(database_url))
        # Final is only what every walk will find there again.
        with Follower(source, Store(engine, source.fingerprint), finality_depth=0) as follower:
            follower.prepare()
            follower.step()
        engine.dispose()

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The chain and a database as they were when the park was founded; gives the database's address."""
        snapshot = self.anvil.ask("evm_snapshot")
        self.anvil.ask("evm_setAutomine", *(False,))
        newest = self.anvil.ask("eth_getBlockByNumber", "latest", *(False,))
        assert isinstance(newest, dict)
        # Going back takes the chain's clock back too, and what members sign now would lie in its future.
        self.anvil.ask("evm_setNextBlockTimestamp", max(clock.now(), int(newest["timestamp"], 16) + 1))
        self.anvil.ask("evm_mine")
        self.anvil.ask("anvil_setBlockTimestampInterval", _BLOCK_SECONDS)
        try:
            with create_database(self.postgres.url, template=self.template) as url:
                yield url
        finally:
            self.anvil.ask("anvil_dropAllTransactions")
            self.anvil.ask("evm_revert", snapshot)


@contextmanager
def founded(folder: Path, reaper: Reaper) -> Iterator[Ground]:
    """Start an Anvil and a PostgreSQL, deploy, admit a supplier and a tenant.

    Args:
        folder: one that `nobody`, who runs PostgreSQL when we are root, may enter.
    """
    with ExitStack() as ending:
        anvil = Anvil(folder / "anvil", reaper)
        postgres = Postgres(folder / "postgres", reaper, durable=False)
        for part in (anvil, postgres):
            part.start()
            ending.callback(part.stop)
        operator, authority = (Account.from_key(_key(each)).address for each in (OPERATOR, AUTHORITY))
        deployment = deploy(anvil.url, anvil.funded_keys[0], Founders(operator=operator, authority=authority))
        _admit(anvil, deployment)
        template = ending.enter_context(create_database(postgres.url))
        migrate_database(template)
        ground = Ground(
            anvil=anvil,
            postgres=postgres,
            deployment=deployment,
            relayer=Account.from_key(anvil.funded_keys[1]),
            template=template.rsplit("/", 1)[1],
        )
        ground.mirror(template)
        yield ground


def _admit(anvil: Anvil, deployment: Deployment) -> None:
    """Have the newcomers' admission recorded, relayed by nobody in particular."""
    operator, authority, *newcomers = (
        Member(each, _key(each), _place(deployment), b"founding") for each in (OPERATOR, AUTHORITY, *_ROLES)
    )
    roles = {member: int(_ROLES[member.organisation]) for member in newcomers}
    proposals, confirmations, enrolments = admission(operator, authority, roles)
    accounts = anvil.ask("eth_accounts")
    assert isinstance(accounts, list)
    for batch in (proposals, confirmations, *enrolments):
        terms = batch["authorisation"]
        actions = tuple(parse(batch["action"], action) for action in batch["actions"])
        signed = wire.SignedBatch(
            Batch(batch["action"], actions, int(terms["nonce"]), terms["deadline"], terms["mode"]),
            terms["signer"],
            bytes.fromhex(terms["signature"][2:]),
        )
        call = {"from": accounts[2], "to": batch["contract"], "gas": "0x1000000"}
        anvil.ask("eth_sendTransaction", {**call, "data": "0x" + wire.calldata(signed).hex()})


def _place(deployment: Deployment) -> Place:
    return Place(deployment.chain_id, {name: each.address for name, each in deployment.contracts.items()})


def _key(organisation: int) -> bytes:
    return keccak(b"faults: key of organisation %d" % organisation)
