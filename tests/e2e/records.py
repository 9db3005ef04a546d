"""Records that flow into a whole stack, and what the chain and the mirror say of them afterwards."""

from __future__ import annotations

import json
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any

from backend.db import open_engine
from backend.identity.actor import ALL_RIGHTS, Role
from backend.identity.commands import create_token
from backend.member.client import Client
from backend.member.signer import ADD, MADE, OBJECT, SUBJECT, Member, Place, admission
from backend.sandbox.service import SUYUAN
from backend.sandbox.stack import Stack
from backend.settings import surrounding_variables
from backend.submissions.settlement import AUTHORISED_TOPIC
from contracts.deployer import Deployment
from contracts.signatures import keccak

RECORDS_A_BATCH = 10
SUPPLIER = 3


def admitted(stack: Stack) -> Member:
    """A supplier who has been admitted."""
    deployment = Deployment.load(stack.deployment_path)
    place = Place(deployment.chain_id, {name: each.address for name, each in deployment.contracts.items()})
    operator = Member(1, stack.keys.key("operator"), place, b"e2e")
    authority = Member(2, stack.keys.key("authority"), place, b"e2e")
    supplier = Member(SUPPLIER, keccak(b"e2e supplier"), place, b"e2e")
    proposals, confirmations, enrolments = admission(operator, authority, {supplier: int(Role.SUPPLIER)})
    client = client_of(stack, 1)
    client.wait(client.submit(proposals, confirmations, *enrolments))
    return supplier


def client_of(stack: Stack, organisation: int) -> Client:
    engine = open_engine(stack.database_url, pool=1)
    with engine.begin() as connection:
        _, token = create_token(connection, organisation=organisation, rights=ALL_RIGHTS, label="e2e", days=1)
    engine.dispose()
    return Client(stack.api_url, token)


def persist(ask: Callable[[], Any]) -> Any:
    """Ask until somebody answers: what a client does while the service is being killed."""
    for _ in range(600):
        try:
            return ask()
        except (OSError, HTTPException, json.JSONDecodeError):
            threading.Event().wait(0.1)
    raise TimeoutError("nobody answered for a minute")


def a_batch(member: Member) -> Mapping[str, Any]:
    events = [member.lot_event(OBJECT, ADD, {member.new_holding(): (SUBJECT, MADE)}) for _ in range(RECORDS_A_BATCH)]
    return member.batch("RecordLotEvent", *events)


def times_authorised(stack: Stack, digests: list[str]) -> dict[str, int]:
    """How often the chain says that it recorded each batch."""
    logs = _logs(stack, [[f"0x{AUTHORISED_TOPIC.hex()}"]])
    counted = Counter(log["topics"][1] for log in logs)
    return {digest: counted[digest] for digest in digests}


def records_by_batch(stack: Stack) -> Counter[str]:
    """How many lot events the chain has of each batch."""
    return Counter(log["topics"][1] for log in _logs(stack, []) if len(log["topics"]) == 3 and not _authorises(log))


def suyuan(stack: Stack, *words: str) -> dict[str, Any]:
    """What a command answers that ends well."""
    outcome = subprocess.run(
        [*SUYUAN, *words, "--json"],
        env={**surrounding_variables(), **stack.environment},
        stdout=subprocess.PIPE,
        check=True,
    )
    answer: dict[str, Any] = json.loads(outcome.stdout)
    return answer


def verify(stack: Stack) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*SUYUAN, "index", "verify", "--json"],
        env={**surrounding_variables(), **stack.environment},
        stdout=subprocess.PIPE,
        check=False,
    )


def verified(stack: Stack) -> str:
    return str(json.loads(verify(stack).stdout)["verify"])


def _authorises(log: Mapping[str, Any]) -> bool:
    return bool(log["topics"][0] == f"0x{AUTHORISED_TOPIC.hex()}")


def _logs(stack: Stack, topics: list[list[str]]) -> list[dict[str, Any]]:
    address = Deployment.load(stack.deployment_path).contracts["Traceability"].address
    logs = stack.anvil.ask("eth_getLogs", {"fromBlock": "0x0", "address": address, "topics": topics})
    assert isinstance(logs, list)
    return logs
