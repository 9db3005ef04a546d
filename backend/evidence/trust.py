"""The trust file, as this service would write it. A reader compares it with what others say before relying on it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from backend import clock
from backend.evidence import queries
from backend.evidence.blocks import anchor_at
from backend.identity.actor import Actor, Role
from backend.identity.queries import KEY_STATUS
from backend.ledgers import Ledgers
from contracts.signatures import checksum
from indexer import schema as mirror
from indexer.proofs import ProvingNode
from indexer.status import read_status
from verifier.trust import FORMAT, Ledger, Seals, Trust

_ACTIVE = KEY_STATUS.index("active")


def trust_file(connection: Connection, _actor: Actor, ledgers: Ledgers, node: ProvingNode) -> dict[str, Any]:
    """Chain, contracts and code from the deployment; as witnesses one key of each organisation that vouches for blocks
    lately, more than half of them asked for, or while there is none the authority's keys; seals if the chain has those
    of QBFT.

    Raises:
        Retryable: the node does not answer.
    """
    panel = queries.panel(connection, at=clock.now())
    witnesses = panel.addresses or tuple(checksum(key) for key in _keys_of_authorities(connection))
    status = read_status(connection)
    seals = anchor_at(node, 0 if status is None else status.finalised).seals
    return {
        "format": FORMAT,
        "chain": {"id": ledgers.chain_id, "genesis": "0x" + ledgers.genesis_hash.hex()},
        "ledgers": {
            name: {"address": checksum(address), "code_hash": ledgers.code_hashes[name]}
            for name, address in ledgers.addresses.items()
        },
        "witnesses": {"threshold": len(witnesses) // 2 + 1, "addresses": witnesses},
        "seals": None if seals is None else {"kind": seals.kind, "validators": sorted(seals.validators)},
        "not_before": 0,
        "names": {},
    }


def own_trust(ledgers: Ledgers, seals: Seals | None) -> Trust:
    """What a file is held against before it is handed out: our own contracts, and no witness but the node."""
    return Trust(
        chain_id=ledgers.chain_id,
        genesis=ledgers.genesis_hash,
        ledgers={
            name: Ledger(checksum(address), bytes.fromhex(ledgers.code_hashes[name][2:]))
            for name, address in ledgers.addresses.items()
        },
        threshold=0,
        witnesses=frozenset(),
        seals=seals,
        not_before=0,
        names={},
    )


def _keys_of_authorities(connection: Connection) -> list[bytes]:
    key, organisation, record = mirror.key_latest.c, mirror.organisation_latest.c, mirror.record_latest.c
    return list(
        connection.scalars(
            select(key.address)
            .join(mirror.organisation_latest, organisation.organisation == key.organisation)
            .join(mirror.record_latest, record.id == key.id)
            .where(organisation.roles.bitwise_and(int(Role.AUTHORITY)) != 0, record.status == _ACTIVE)
            .order_by(key.address)
        )
    )
