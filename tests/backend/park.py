"""A park for tests: real chain, real database, the service in this process; time moves when a test says so."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from eth_account import Account
from fastapi import FastAPI
from sqlalchemy import Engine, func, select

from backend import clock
from backend.app import create_app
from backend.db import open_engine
from backend.details.sealing import Ring
from backend.identity.actor import ALL_RIGHTS, Right, Role
from backend.identity.commands import create_token
from backend.ledgers import Ledgers
from backend.member.signer import (
    ADD,
    INPUT,
    MADE,
    NONE,
    OBJECT,
    OUTPUT,
    SOURCE,
    SPLIT,
    SUBJECT,
    TRANSFORMATION,
    Holding,
    Member,
    Place,
    admission,
)
from backend.sandbox.anvil import Anvil
from backend.service import Service
from backend.service_commands import relayer_of
from backend.submissions.models import RELAYED_TRANSACTION
from backend.submissions.receipts import ReceiptSigner
from backend.submissions.relay import Relayer
from backend.submissions.sender import Sender
from contracts.deployer import Deployment, Founders, deploy
from contracts.signatures import keccak
from indexer.follow import Follower
from indexer.proofs import ProvingNode
from indexer.rpc import Node
from indexer.source import Charter, Source
from indexer.store import Store
from tests.backend.server import Server

# Nothing stands on a block that counts: a test's chain has one block a transaction, and no next one to wait for.
FINALITY_DEPTH = 0

ORGANISATIONS: Mapping[str, tuple[int, Role]] = {
    "operator": (1, Role.OPERATOR),
    "authority": (2, Role.AUTHORITY),
    "supplier": (3, Role.SUPPLIER),
    "upstream": (4, Role.SUPPLIER),
    "tenant": (5, Role.TENANT),
    "rival": (6, Role.TENANT),
    "stranger": (7, Role.TENANT),
    "regulator": (8, Role.REGULATOR),
}
_FOUNDERS = ("operator", "authority")


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain with the ledgers on it."""

    anvil: Anvil
    deployment: Deployment
    relayer_key: bytes

    @property
    def place(self) -> Place:
        """Where signatures count on it."""
        contracts = {name: contract.address for name, contract in self.deployment.contracts.items()}
        return Place(self.deployment.chain_id, contracts)


class Park:
    """One test's park. Members are known by the names of `ORGANISATIONS`."""

    def __init__(self, chain: Chain, database_url: str, seed: bytes) -> None:
        self.chain = chain
        self.database_url = database_url
        self.members = {
            name: Member(number, member_key(name), chain.place, seed) for name, (number, _) in ORGANISATIONS.items()
        }
        self.nudged: list[bytes] = []
        self.service = open_test_service(chain, database_url, self.nudged)
        self.engine: Engine = self.service.engine
        self.relayer: Relayer = relayer_of(self.service)
        self._app = _application_of(self.service)
        self.server = Server(self._app)
        self.client = self.server.client
        self._tokens: dict[str, str] = {}
        self._follower: Follower | None = None
        self._kept = ExitStack()
        with self.engine.begin() as connection:
            self.transactions_before = connection.scalar(select(func.count()).select_from(RELAYED_TRANSACTION)) or 0

    def token(self, name: str, rights: Right = ALL_RIGHTS) -> str:
        """A token of a member's machine (`tenant`) or of a person (`ada@tenant`), made when first asked for."""
        if name not in self._tokens:
            person, _, member = name.rpartition("@")
            with self.engine.begin() as connection:
                _, self._tokens[name] = create_token(
                    connection,
                    organisation=ORGANISATIONS[member][0],
                    rights=rights,
                    label="test",
                    days=1,
                    person=person or None,
                )
        return self._tokens[name]

    def get(self, name: str | None, path: str, **query: str | int) -> Any:
        """GET as a member, or as nobody."""
        return self.client.get(path, params=query or None, headers=self._headers(name))

    def ask(self, name: str | None, method: str, path: str, body: Any = None) -> httpx.Response:
        """Any request as a member, as one of its people, or as nobody; a body of bytes is XML."""
        if isinstance(body, bytes):
            headers = self._headers(name) | {"Content-Type": "application/xml"}
            return self.client.request(method, path, content=body, headers=headers)
        return self.client.request(method, path, json=body, headers=self._headers(name))

    def submit(self, name: str | None, *batches: Mapping[str, Any]) -> Any:
        """POST /v1/submissions as a member, or as nobody."""
        return self.client.post("/v1/submissions", json={"batches": batches}, headers=self._headers(name))

    def record(self, name: str, action: str, *actions: Mapping[str, Any], **terms: Any) -> str:
        """Sign, submit and see a batch through to the mirror; its id."""
        answer = self.submit(name, self.members[name].batch(action, *actions, **terms))
        assert 202 == answer.status_code, answer.text
        self.settle()
        (result,) = answer.json()["results"]
        status = self.get(name, result["status_url"]).json()
        assert "mirrored" == status["state"], status
        return str(result["submission"]["id"])

    def settle(self) -> None:
        """Let relayer and indexer do all they can do now."""
        self.relayer.advance()
        self._wait_for_blocks()
        self.relayer.look_at_receipts()
        self.catch_up()
        self.relayer.settle()

    def _wait_for_blocks(self) -> None:
        """Anvil takes a transaction first, and mines it a moment later unless it was told not to."""
        anvil = self.chain.anvil
        for _ in range(1_000):
            pool = anvil.ask("txpool_status")
            assert isinstance(pool, dict)
            if pool["pending"] == "0x0" or not anvil.ask("anvil_getAutomine"):
                return
            threading.Event().wait(0.005)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """What a park opens once and keeps: its indexer, its application."""
        with ExitStack() as self._kept:
            yield
        self._follower = None
        _FREE_APPLICATIONS.append(self._app)

    def catch_up(self) -> None:
        """Let the indexer mirror the chain as it is now."""
        if self._follower is None:
            self._follower = self._kept.enter_context(follower_of(self.chain, self.database_url))
        while self._follower.step():
            pass

    def make(self, name: str, handle: bytes | None = None) -> Holding:
        """A member makes a holding, of a new lot or of one it has made before."""
        made = self.members[name].new_holding(handle)
        return self._event(name, OBJECT, ADD, {made: (SUBJECT, MADE)})[0]

    def transform(self, name: str, inputs: list[Holding], outputs: int = 1) -> list[Holding]:
        """A member uses holdings up and makes others."""
        made = [self.members[name].new_holding() for _ in range(outputs)]
        roles = dict.fromkeys(inputs, (INPUT, NONE)) | dict.fromkeys(made, (OUTPUT, MADE))
        return self._event(name, TRANSFORMATION, NONE, roles)[len(inputs) :]

    def split(self, name: str, source: Holding, parts: int = 2) -> tuple[Holding, list[Holding]]:
        """A member splits parts off a holding; the source afterwards, and the parts."""
        member = self.members[name]
        made = [member.new_holding(source.handle, source.maker) for _ in range(parts)]
        after = self._event(name, OBJECT, ADD, {source: (SOURCE, NONE)} | dict.fromkeys(made, (SUBJECT, SPLIT)))
        return after[0], after[1:]

    def hand_over(self, giver: str, receiver: str, holding: Holding) -> Holding:
        """One dispatches, the other accepts."""
        sent, consignment = self.dispatch(giver, receiver, holding)
        receipt = self.members[receiver].receipt(sent, consignment)
        self.record(receiver, "ReceiveGoods", receipt)
        return sent.after("ReceiveGoods", receipt, self.members[receiver].address)

    def dispatch(self, giver: str, receiver: str, holding: Holding) -> tuple[Holding, dict[str, Any]]:
        """One dispatches a holding, in a consignment of its own; nobody has answered yet."""
        consignment = self.members[giver].consignment(self.members[receiver])
        dispatch = self.members[giver].dispatch(holding, consignment)
        self.record(giver, "DispatchGoods", dispatch)
        return holding.after("DispatchGoods", dispatch, self.members[giver].address), consignment

    def _event(self, name: str, kind: int, action: int, roles: Mapping[Holding, tuple[int, int]]) -> list[Holding]:
        event = self.members[name].lot_event(kind, action, roles)
        self.record(name, "RecordLotEvent", event)
        return [holding.after("RecordLotEvent", event, self.members[name].address) for holding in roles]

    def _headers(self, name: str | None) -> dict[str, str]:
        return {} if name is None else {"Authorization": f"Bearer {self.token(name)}"}


_FREE_APPLICATIONS: list[FastAPI] = []


def _application_of(service: Service) -> FastAPI:
    """An application over the service: one that an earlier park had, because building one takes a tenth of a second."""
    if not _FREE_APPLICATIONS:
        return create_app(service)
    app = _FREE_APPLICATIONS.pop()
    app.state.service = service
    return app


def member_key(name: str) -> bytes:
    """The private key of a member of every test park."""
    return keccak(f"test key of {name}".encode())


def deployed_chain(anvil: Anvil) -> Chain:
    """Put the ledgers on a chain."""
    operator, authority = (Account.from_key(member_key(name)).address for name in _FOUNDERS)
    deployment = deploy(anvil.url, anvil.funded_keys[0], Founders(operator=operator, authority=authority))
    return Chain(anvil, deployment, anvil.funded_keys[1])


def open_test_service(
    chain: Chain,
    database_url: str,
    nudged: list[bytes],
    *,
    finality_depth: int = FINALITY_DEPTH,
    rpc_url: str | None = None,
) -> Service:
    """The service over a test's chain and database."""
    ledgers = Ledgers.of(chain.deployment)
    return Service(
        engine=open_engine(database_url),
        ledgers=ledgers,
        sender=Sender(rpc_url or chain.anvil.url, Account.from_key(chain.relayer_key), ledgers.chain_id),
        node=ProvingNode(rpc_url or chain.anvil.url),
        receipts=ReceiptSigner(chain.relayer_key, ledgers.chain_id),
        ring=Ring({1: keccak(b"ring of the tests")}),
        finality_depth=finality_depth,
        database_url=database_url,
        broker_url="redis://127.0.0.1:1",
        nudge=nudged.extend,
    )


@contextmanager
def follower_of(chain: Chain, database_url: str) -> Iterator[Follower]:
    """An indexer over a test's chain and database, in this process."""
    engine = open_engine(database_url, pool=2)
    source = Source(Node(chain.anvil.url), Charter.of(chain.deployment))
    with Follower(source, Store(engine, source.fingerprint), FINALITY_DEPTH) as follower:
        follower.prepare()
        yield follower
    engine.dispose()


@contextmanager
def opened_park(chain: Chain, database_url: str, seed: bytes) -> Iterator[Park]:
    """A park over a copy of the founded park's database; afterwards the chain is as if it had never been."""
    snapshot = chain.anvil.ask("evm_snapshot")
    _set_clock(chain.anvil)
    park = Park(chain, database_url, seed)
    with park.kept():
        park.catch_up()
        with park.server:
            yield park
    chain.anvil.ask("evm_revert", snapshot)


def _set_clock(anvil: Anvil) -> None:
    """Bring the chain to our time: going back to a snapshot takes its clock back too, and by the end of a long session
    what members sign now would lie in its future."""
    newest = anvil.ask("eth_getBlockByNumber", "latest", False)
    assert isinstance(newest, dict)
    anvil.ask("evm_setNextBlockTimestamp", max(clock.now(), int(newest["timestamp"], 16) + 1))
    anvil.ask("evm_mine")


def admit_everybody(park: Park) -> None:
    """Bring the newcomers of `ORGANISATIONS` through admission, by the service itself."""
    newcomers = {park.members[name]: int(roles) for name, (_, roles) in ORGANISATIONS.items() if name not in _FOUNDERS}
    proposals, confirmations, enrolments = admission(park.members["operator"], park.members["authority"], newcomers)
    for batches in ([proposals], [confirmations], enrolments):
        answer = park.submit("operator", *batches)
        assert 202 == answer.status_code, answer.text
        park.settle()
