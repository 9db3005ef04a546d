"""From an EPCIS event to the actions that record it.

Every event becomes one `RecordLotEvent` of its kind. What it speaks of must be there: an identifier that was never
seen, or whose holdings cannot take the act (used up, packed elsewhere, on their way), is brought in first, out of a
history outside this ledger. Four kinds of event have no arrow of their own and are mapped here and nowhere else:

- an event that its document declares erroneous changes nothing: it is recorded as a transaction that observes what it
  speaks of, with the declaration in its details;
- an event that names no object is about its business document, which is brought in and observed;
- an event of a type that others defined is recorded like an erroneous one: what it speaks of is observed;
- an aggregation that lets go what we never saw packed packs it first.

Of a class with a quantity, what is used up is split off first, unless it is all there is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from backend.capture.shelf import Held, Shelf
from backend.epcis import gs1
from backend.errors import ServiceError

Json = Mapping[str, Any]
Amounts = dict[str, Decimal | None]

_KINDS: Final = ("ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent")
OBJECT, AGGREGATION, TRANSACTION, TRANSFORMATION, _ASSOCIATION = range(5)
_ACTIONS: Final = {"ADD": 1, "OBSERVE": 2, "DELETE": 3}
ADD, OBSERVE, DELETE = 1, 2, 3
NO_ACTION = 0
SUBJECT, PARENT, CHILD, INPUT, OUTPUT, SOURCE = range(6)
EXISTING, MADE, SPLIT, BROUGHT_IN = range(4)

MOST_ITEMS = 200
"""Of one event: what a transaction can still carry."""


@dataclass(frozen=True, slots=True)
class Item:
    """What one holding is to an event."""

    held: Held
    role: int
    origin: int = EXISTING


@dataclass(frozen=True, slots=True)
class Planned:
    """A `RecordLotEvent` to be: its items in the order the ledger wants; `event` is None for what only prepares."""

    kind: int
    action: int
    items: tuple[Item, ...]
    event: Json | None


def plan(event: Json, shelf: Shelf, *, name: str) -> list[Planned]:
    """The actions that record an event, in order; the shelf is as it will be afterwards.

    Args:
        event: as it stands in its document, with at least what `check` asks for.
        name: what the event itself is called where it names nothing else: its hash.

    Raises:
        ServiceError: `event_too_large`.
    """
    planner = _Planner(shelf, event)
    if "errorDeclaration" in event or event["type"] not in _KINDS:
        planner.observe_everything(name)
    else:
        planner.by_type(name)
    if any(len(planned.items) > MOST_ITEMS for planned in planner.planned):
        raise ServiceError("event_too_large", items=max(len(each.items) for each in planner.planned), most=MOST_ITEMS)
    return planner.planned


class _Planner:
    """One event on its way to the ledger."""

    def __init__(self, shelf: Shelf, event: Json) -> None:
        self.planned: list[Planned] = []
        self._shelf = shelf
        self._event = event
        # A type that others defined has no arrows here: what it speaks of is observed.
        self._kind = _KINDS.index(event["type"]) if event["type"] in _KINDS else TRANSACTION

    def by_type(self, name: str) -> None:
        action = _ACTIONS.get(str(self._event.get("action", "")), NO_ACTION)
        if self._kind == TRANSFORMATION:
            self._transform(name)
        elif self._kind == AGGREGATION and action != OBSERVE:
            (self._pack if action == ADD else self._unpack)()
        elif self._kind == OBJECT and action == ADD:
            created = self._amounts("epcList", "quantityList")
            self._create(created) if created else self._observe([name], OBSERVE)
        elif self._kind == OBJECT and action == DELETE:
            used = self._amounts("epcList", "quantityList")
            self._use_up(used) if used else self._observe([name], OBSERVE)
        else:
            self._look(action, name)

    def observe_everything(self, name: str) -> None:
        """An erroneous event: what it speaks of is observed, nothing else happens to it."""
        spoken = self._identifiers(
            "parentID",
            "epcList",
            "quantityList",
            "childEPCs",
            "childQuantityList",
            "inputEPCList",
            "inputQuantityList",
            "outputEPCList",
            "outputQuantityList",
        )
        items = [Item(held, SUBJECT) for held in self._there(spoken or [self._document(name)], _is_open)]
        self._record(TRANSACTION, OBSERVE, items)

    # --- what each kind does ------------------------------------------------------------------------------------

    def _create(self, amounts: Amounts) -> None:
        items = [Item(self._shelf.new(each, made=True, amount=much), SUBJECT, MADE) for each, much in amounts.items()]
        self._record(OBJECT, ADD, items)

    def _use_up(self, amounts: Amounts) -> None:
        items = [Item(held, SUBJECT) for held in self._portions(amounts)]
        self._record(OBJECT, DELETE, items, is_free=False, is_open=False)

    def _look(self, action: int, name: str) -> None:
        """Observing: objects, documents, associations, and aggregations that stay as they are."""
        parents = self._identifiers("parentID")
        others = self._identifiers("epcList", "quantityList", "childEPCs", "childQuantityList")
        if not parents and self._kind in (AGGREGATION, _ASSOCIATION):
            parents = [self._document(name)]
        if not parents and not others:
            others = [self._document(name)]
        role = CHILD if self._kind in (AGGREGATION, _ASSOCIATION) else SUBJECT
        held = self._there([*parents, *(each for each in others if each not in parents)], _is_open)
        items = [Item(each, PARENT if at < len(parents) else role) for at, each in enumerate(held)]
        self._record(self._kind, action, items)

    def _observe(self, identifiers: Sequence[str], action: int) -> None:
        (document,) = self._there([self._document(identifiers[0])], _is_open)
        self._record(TRANSACTION, action, [Item(document, SUBJECT)])

    def _pack(self) -> None:
        (parent,) = self._there(self._identifiers("parentID"), _is_free)
        children = [each for each in self._children() if each != parent.identifier]
        # What holds the parent, however deep, cannot be put into it.
        held = self._there(children, lambda each: _is_free(each) and each.id != parent.id)
        self._record_packing(parent, held, self._event)

    def _unpack(self) -> None:
        (identifier,) = self._identifiers("parentID")
        named = [each for each in self._children() if each != identifier]
        parent = self._shelf.find(identifier, lambda held: held.is_open and bool(self._shelf.inside(held.id)))
        if parent is None:
            (parent,) = self._there([identifier], _is_free)
        inside = {held.identifier: held for held in self._shelf.inside(parent.id)}
        strangers = [each for each in named if each not in inside]
        if strangers:
            packed = self._there(strangers, _is_free)
            self._record_packing(parent, packed, None)
            (parent,) = [held for held in self._shelf.all_of(identifier) if held.id == parent.id]
            inside |= {held.identifier: held for held in self._shelf.inside(parent.id)}
        children = [inside[each] for each in named] if named else list(inside.values())
        self._append(
            AGGREGATION, DELETE, [Item(parent, PARENT), *(Item(held, CHILD) for held in children)], self._event
        )
        self._shelf.recorded(parent)
        for held in children:
            self._shelf.recorded(held, is_free=True, packed_in=None)

    def _transform(self, name: str) -> None:
        used = self._amounts("inputEPCList", "inputQuantityList")
        made = self._amounts("outputEPCList", "outputQuantityList")
        if not used and not made:
            self._observe([name], OBSERVE)
            return
        inputs = [Item(held, INPUT) for held in self._portions(used)]
        outputs = [Item(self._shelf.new(each, made=True, amount=much), OUTPUT, MADE) for each, much in made.items()]
        self._append(TRANSFORMATION, NO_ACTION, [*inputs, *outputs], self._event)
        for item in inputs:
            self._shelf.recorded(item.held, is_free=False, is_open=False)
        for item in outputs:
            self._shelf.recorded(item.held)

    # --- what it speaks of --------------------------------------------------------------------------------------

    def _identifiers(self, *properties: str) -> list[str]:
        """What some properties name, each once, in their canonical form."""
        return list(self._amounts(*properties))

    def _amounts(self, *properties: str) -> Amounts:
        """The same, with how much of each; None where none is said, as of things that are counted one by one."""
        found: Amounts = {}
        for name in properties:
            value = self._event.get(name)
            for each in value if isinstance(value, list) else [] if value is None else [value]:
                element = each if isinstance(each, Mapping) else {"epcClass": each}
                text = str(element["epcClass"])
                identifier = gs1.canonical(text) or text
                much = Decimal(str(element["quantity"])) if "quantity" in element else None
                before = found.get(identifier)
                found[identifier] = much if before is None else before if much is None else before + much
        return found

    def _children(self) -> list[str]:
        return self._identifiers("childEPCs", "childQuantityList")

    def _document(self, name: str) -> str:
        """What an event without objects is about: the first business document it names, or itself."""
        for transaction in self._event.get("bizTransactionList", ()):
            text = str(transaction["bizTransaction"])
            return gs1.canonical(text) or text
        return name

    def _portions(self, amounts: Amounts) -> list[Held]:
        """What is to be used up: a part, where more is there than is used, or nobody said how much."""
        whole = self._there(list(amounts), _is_free, amounts)
        return [self._portion(held, amounts[held.identifier]) for held in whole]

    def _portion(self, source: Held, much: Decimal | None) -> Held:
        if much is None or (source.amount is not None and source.amount <= much):
            return source
        part = self._shelf.part(source, much)
        self._append(OBJECT, ADD, [Item(source, SOURCE), Item(part, SUBJECT, SPLIT)], None)
        self._shelf.recorded(source, amount=None if source.amount is None else source.amount - much)
        self._shelf.recorded(part)
        (split,) = [held for held in self._shelf.all_of(source.identifier) if held.id == part.id]
        return split

    def _there(
        self, identifiers: Sequence[str], suits: Callable[[Held], bool], amounts: Amounts | None = None
    ) -> list[Held]:
        """A holding of each that suits; those without one are brought in, by an event before this one."""
        found = {each: self._shelf.find(each, suits) for each in identifiers}
        absent = [each for each, held in found.items() if held is None]
        if absent:
            brought = [self._shelf.new(each, made=False, amount=(amounts or {}).get(each)) for each in absent]
            self._append(OBJECT, ADD, [Item(held, SUBJECT, BROUGHT_IN) for held in brought], None)
            for held in brought:
                self._shelf.recorded(held)
        return [self._shelf.find(each, suits) or _impossible(each) for each in identifiers]

    # --- what is planned ----------------------------------------------------------------------------------------

    def _record(self, kind: int, action: int, items: Sequence[Item], **changed: Any) -> None:
        self._append(kind, action, items, self._event)
        for item in items:
            self._shelf.recorded(item.held, **changed)

    def _record_packing(self, parent: Held, children: Sequence[Held], event: Json | None) -> None:
        self._append(AGGREGATION, ADD, [Item(parent, PARENT), *(Item(held, CHILD) for held in children)], event)
        self._shelf.recorded(parent)
        for held in children:
            self._shelf.recorded(held, is_free=False, packed_in=parent.id)

    def _append(self, kind: int, action: int, items: Sequence[Item], event: Json | None) -> None:
        # The ledger wants a parent first and the others by their ids: none comes twice, and one event has one form.
        ordered = sorted(items, key=lambda item: (item.role not in (PARENT, SOURCE), item.held.id))
        self.planned.append(Planned(kind, action, tuple(ordered), event))


def _is_open(held: Held) -> bool:
    return held.is_open


def _is_free(held: Held) -> bool:
    return held.is_free and held.is_open


def _impossible(identifier: str) -> Held:
    raise AssertionError(f"{identifier} was brought in and is not there")
