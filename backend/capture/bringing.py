"""Signed batches on their way to the ledger, in order, with no more waiting than they need.

The service asks the chain about a batch before it takes it. So a batch that speaks of what an earlier one changed has
to wait until that one is in a block; any other follows at once. That all are final, and mirrored, is waited for at the
end: until then a block may be taken back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from backend.capture.signing import Action, in_batches
from backend.capture.verdicts import Fault
from backend.failures import Failure
from backend.member.client import Refusal
from contracts.typed_data import MODE_ALL

_MOST_ON_THE_WAY: Final = 16
"""Batches that are not known to be in a block. More would only make the relayer's queue longer."""


class Service(Protocol):
    """What bringing asks of a service: `backend.member.client.Client`, in the member's name."""

    def submit(self, *batches: Mapping[str, Any]) -> list[str]: ...

    def wait(self, status_urls: Sequence[str], *, until: str = "mirrored") -> None: ...


class Signatory(Protocol):
    """Whoever signs: `backend.member.signer.Member`."""

    organisation: int

    def batch(self, action: str, *actions: Mapping[str, Any], mode: int, details: list[Any]) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class _OnTheWay:
    batch: Sequence[Action]
    status_urls: Sequence[str]


def bring(
    service: Service, signatory: Signatory, actions: Sequence[Action], recorded: dict[bytes, int]
) -> dict[int, Fault]:
    """Sign and submit, and wait until all is mirrored; which events were refused, if any were.

    What comes after a batch that was refused is not signed any more, unless it was on the way by then. Notes in
    `recorded` which action records which event, batch by batch, before anything can go wrong with the next.

    Raises:
        Failure: the service cannot be asked, or what was submitted is not mirrored in time; `refusal_taken_back`.
    """
    on_the_way, faults = _submitted(service, signatory, actions)
    for each in on_the_way:
        try:
            service.wait(each.status_urls)
        except Refusal as refusal:
            faults |= _faults(each.batch, refusal)
        else:
            recorded |= {action.hash: action.told for action in each.batch if action.is_event}
    if not faults and sum(len(each.batch) for each in on_the_way) < len(actions):
        # Refused when we looked first, and not when we looked again: a reorganisation took the refusal back.
        raise Failure("refusal_taken_back", "the chain changed its mind on the way", "call again: nothing comes twice")
    return faults


def _submitted(
    service: Service, signatory: Signatory, actions: Sequence[Action]
) -> tuple[list[_OnTheWay], dict[int, Fault]]:
    """The batches that the service took, and why it did not take the next, if it did not."""
    on_the_way: list[_OnTheWay] = []
    in_blocks = 0
    # What those that are not known to be in a block speak of.
    touched: set[bytes] = set()
    for batch in in_batches(actions):
        subjects = {each for action in batch for each in action.holdings}
        if subjects & touched or len(on_the_way) - in_blocks == _MOST_ON_THE_WAY:
            try:
                service.wait([url for each in on_the_way[in_blocks:] for url in each.status_urls], until="mined")
            except Refusal:
                # It is told of its own batch by whoever waits for each.
                return on_the_way, {}
            in_blocks, touched = len(on_the_way), set()
        signed = signatory.batch(
            "RecordLotEvent",
            *(action.value for action in batch),
            mode=MODE_ALL,
            details=[action.details.to_json() for action in batch],
        )
        try:
            on_the_way.append(_OnTheWay(batch, service.submit(signed)))
        except Refusal as refusal:
            return on_the_way, _faults(batch, refusal)
        touched |= subjects
    return on_the_way, {}


def _faults(batch: Sequence[Action], refusal: Refusal) -> dict[int, Fault]:
    """Whose fault it was: of the event that the refusal names, else of all of the batch."""
    fault = Fault(refusal.code, refusal.params)
    index = refusal.params.get("index")
    if isinstance(index, int) and index < len(batch):
        return {batch[index].told: fault}
    return {action.told: fault for action in batch}
