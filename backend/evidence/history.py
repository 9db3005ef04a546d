"""What was done to subjects up to one block, as the parts of an evidence file, out of the mirror."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import Connection, select

from backend.db import among
from backend.errors import ServiceError
from backend.evidence.values import EventRow, MirrorIncomplete, action_of, values
from backend.ledgers import Ledgers
from contracts.details import Opening
from contracts.signatures import checksum
from contracts.typed_data import Value, struct_hash
from indexer import schema as mirror
from verifier.evidence import Batch, SignedAction, Subject

Openings = Callable[[Sequence[EventRow]], Mapping[int, Opening]]
"""What is shown of the details of some events, by their numbers."""


class History:
    """The mirror as it stood after one block. Everything is read once."""

    def __init__(
        self, connection: Connection, ledgers: Ledgers, block: int, open_details: Openings, *, most: int
    ) -> None:
        """`most`: how many records one step may read; beyond it a file would be too large."""
        self._connection = connection
        self._ledgers = ledgers
        self._block = block
        self._open_details = open_details
        self._most = most
        self._actions: dict[int, SignedAction] = {}
        self._batches: dict[bytes, Batch] = {}

    @property
    def size(self) -> int:
        """How many actions have been read so far."""
        return len(self._actions)

    def subjects(self, kind: tuple[str, str], keys: Collection[Value]) -> list[Subject]:
        """Those of some subjects of a kind (ledger, struct of the key) that there were by then, in the order given."""
        ledger, struct = kind
        by_id = {struct_hash(struct, key): key for key in keys}
        trails = self._trails(self._ledgers.addresses[ledger], by_id)
        return [Subject(ledger, struct, key, id_, trails[id_], "") for id_, key in by_id.items() if trails.get(id_)]

    def _trails(self, contract: bytes, ids: Collection[bytes]) -> dict[bytes, tuple[SignedAction, ...]]:
        record = mirror.record.c
        numbers: dict[bytes, list[int]] = defaultdict(list)
        rows = self._connection.execute(
            select(record.id, mirror.event_of(record.number).label("event"))
            .where(
                among(record.id, ids),
                record.contract == contract,
                record.number < mirror.first_number_above(mirror.record, self._block),
            )
            .order_by(record.number)
            .limit(self._most + 1)
        )
        for row in rows:
            numbers[row.id].append(row.event)
        if sum(map(len, numbers.values())) > self._most:
            raise ServiceError("evidence_too_large", most=self._most)
        self._read({number for trail in numbers.values() for number in trail})
        return {id_: tuple(self._actions[number] for number in trail) for id_, trail in numbers.items()}

    def _read(self, numbers: set[int]) -> None:
        event = mirror.event.c
        rows: Sequence[EventRow] = self._connection.execute(
            select(mirror.event, event.index.label("place"))
            .where(among(event.number, numbers - self._actions.keys()))
            .order_by(event.number)
        ).all()
        self._read_batches({row.batch for row in rows} - self._batches.keys())
        signed = values(self._connection, rows)
        shown = self._open_details(rows)
        for row in rows:
            self._actions[row.number] = SignedAction(
                batch=self._batches[row.batch],
                index=row.place,
                value=signed[row.number],
                hash=row.action_hash,
                opening=shown.get(row.number),
                place="",
            )

    def _read_batches(self, digests: Collection[bytes]) -> None:
        """Batches with the hashes of all their actions: those that were recorded, and those that were refused."""
        event, refusal, batch = mirror.event.c, mirror.refusal.c, mirror.batch.c
        hashes: dict[bytes, dict[int, bytes]] = defaultdict(dict)
        kinds: dict[bytes, str] = {}
        recorded = select(event.batch, event.index, event.action_hash, event.kind).where(among(event.batch, digests))
        for digest, index, action_hash, kind in self._connection.execute(recorded):
            hashes[digest][index] = action_hash
            kinds[digest] = kind
        refused = select(refusal.batch, refusal.index, refusal.action_hash).where(among(refusal.batch, digests))
        for digest, index, action_hash in self._connection.execute(refused):
            hashes[digest][index] = action_hash
        for row in self._connection.execute(select(mirror.batch).where(among(batch.digest, digests))):
            in_order = hashes[row.digest]
            if sorted(in_order) != list(range(len(in_order))):
                raise MirrorIncomplete(f"batch 0x{row.digest.hex()} has holes in its actions")
            self._batches[row.digest] = Batch(
                action=action_of(kinds[row.digest]),
                signer=checksum(row.signer),
                nonce=row.nonce,
                deadline=row.deadline,
                mode=row.mode,
                signature=row.signature,
                hashes=tuple(in_order[index] for index in range(len(in_order))),
            )
