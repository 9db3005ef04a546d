"""A made-up past of a park: records in the shape the contracts log them, on a real chain, through loudspeakers."""

from __future__ import annotations

from dataclasses import dataclass, field

from eth_hash.auto import keccak

from backend.sandbox.anvil import Anvil
from indexer.source import Charter
from tests.indexer.loudspeaker import Loudspeaker

OBJECT, AGGREGATION, TRANSFORMATION = 0, 1, 3
NONE, ADD, OBSERVE, DELETE = 0, 1, 2, 3
SUBJECT, PARENT, CHILD, INPUT, OUTPUT, SOURCE = range(6)
EXISTING, MADE, SPLIT = 0, 1, 2

MAKER = 7
SCHEMA = 5
OCCURRED_AT = 1_700_000_000


@dataclass(frozen=True, slots=True)
class Item:
    """A holding in an event: its serial is its name, its lot is `lot`."""

    role: int
    origin: int
    serial: int
    lot: int = 1

    @property
    def handle(self) -> bytes:
        return keccak(b"lot%d" % self.lot)

    @property
    def id(self) -> bytes:
        return keccak(b"holding%d" % self.serial)

    @property
    def facts(self) -> int:
        return self.role | self.origin << 8 | MAKER << 16 | MAKER << 40 | self.serial << 64 | 3 << 96


@dataclass
class History:
    """Appends to the chain, and remembers which holdings each block created."""

    anvil: Anvil
    created: list[tuple[int, int]] = field(default_factory=list)
    """(block, serial), in order."""

    def __post_init__(self) -> None:
        self.genesis = self._header(0)["hash"]
        self.participants = Loudspeaker(self.anvil, "Participants")
        self.traceability = Loudspeaker(self.anvil, "Traceability")
        self._batches = 0
        self._serials = 0

    @property
    def charter(self) -> Charter:
        speakers = (self.participants, self.traceability)
        return Charter(
            chain_id=int(str(self.anvil.ask("eth_chainId")), 16),
            genesis_hash=bytes.fromhex(self.genesis[2:]),
            contracts={speaker.address: speaker.contract for speaker in speakers},
            code_hashes={},
            first_block=self.participants.block,
        )

    @property
    def height(self) -> int:
        return int(self._header("latest")["number"], 16)

    def found(self, organisation: int = MAKER, roles: int = 3) -> None:
        """An organisation with its first key, as a deployment starts with."""
        key = bytes(19) + bytes([organisation])
        touched = [(keccak(b"o%d" % organisation), self._record(1)), (keccak(b"k%d" % organisation), self._record(1))]
        packed = organisation | 0x3FF << 24 | 100 << 40 | ((1 << 40) - 1) << 80 | 50 << 200
        founder = (organisation, roles, key, keccak(b"root"))
        self.participants.say("OrganisationFounded", organisation, keccak(b"founder"), founder, touched, packed)

    def make(self, lot: int = 1) -> int:
        """A new holding of a lot; its serial."""
        serial = self._next_serial()
        self.lot_event(OBJECT, ADD, [Item(SUBJECT, MADE, serial, lot)])
        return serial

    def transform(self, inputs: list[int], outputs: int = 1) -> list[int]:
        made = [self._next_serial() for _ in range(outputs)]
        items = [Item(INPUT, EXISTING, serial) for serial in inputs] + [Item(OUTPUT, MADE, serial) for serial in made]
        self.lot_event(TRANSFORMATION, NONE, items)
        return made

    def split(self, source: int, parts: int = 2) -> list[int]:
        made = [self._next_serial() for _ in range(parts)]
        items = [Item(SOURCE, EXISTING, source)] + [Item(SUBJECT, SPLIT, serial) for serial in made]
        self.lot_event(OBJECT, ADD, items)
        return made

    def pack(self, parent: int, children: list[int], action: int = ADD) -> None:
        items = [Item(PARENT, EXISTING, parent)] + [Item(CHILD, EXISTING, serial) for serial in children]
        self.lot_event(AGGREGATION, action, items)

    def offer(self, serial: int, lapses_at: int = 2**64 - 1) -> None:
        item = Item(SUBJECT, EXISTING, serial)
        action = ((MAKER, item.handle, MAKER, serial), 2, 9, lapses_at, OCCURRED_AT, SCHEMA, keccak(b"root"))
        batch = self._authorise()
        self.traceability.say(
            "CustodyOffered", batch, keccak(b"a" + batch), 0, action, [(item.id, self._record(serial))]
        )

    def lot_event(self, kind: int, action: int, items: list[Item], breaches: int = 0) -> None:
        batch = self._authorise()
        ordered = sorted(items, key=lambda item: item.id)
        self.traceability.say(
            "LotEventRecorded",
            batch,
            keccak(b"a" + batch),
            0,
            kind | action << 8 | SCHEMA << 16 | OCCURRED_AT << 48,
            keccak(b"root" + batch),
            [(item.handle, item.facts) for item in ordered],
            [(item.id, self._record(item.serial)) for item in ordered],
            breaches,
        )
        self.created += [(self.height, item.serial) for item in items if item.origin != EXISTING]

    def reorganise(self, depth: int) -> None:
        """Replaces the last `depth` blocks by as many empty ones."""
        self.anvil.ask("anvil_reorg", depth, [])
        kept = self.height - depth
        self.created = [(block, serial) for block, serial in self.created if block <= kept]

    def holdings(self) -> list[int]:
        return [serial for _, serial in self.created]

    def _authorise(self) -> bytes:
        self._batches += 1
        batch = keccak(b"batch%d" % self._batches)
        signer = bytes(19) + bytes([MAKER])
        self.traceability.say("Authorised", batch, signer, 2**256 - self._batches, 2**64 - 1, 1, bytes(range(65)))
        return batch

    def _next_serial(self) -> int:
        self._serials += 1
        return self._serials

    def _record(self, serial: int) -> bytes:
        head = keccak(b"head%d.%d" % (self._batches, serial))[:24]
        return head + MAKER.to_bytes(3) + self._batches.to_bytes(3) + bytes([1, 0])

    def _header(self, block: int | str) -> dict[str, str]:
        answer = self.anvil.ask("eth_getBlockByNumber", hex(block) if isinstance(block, int) else block, False)
        assert isinstance(answer, dict)
        return answer
