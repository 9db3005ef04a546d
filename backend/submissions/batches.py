"""Reading a batch: form, place, time and signature, all without database or chain."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.details import fields
from backend.details.fields import Details
from backend.details.schemas import DetailsIn
from backend.errors import ServiceError
from backend.ledgers import Ledgers
from backend.submissions.schemas import BatchIn
from contracts import action_json, wire
from contracts.signatures import TypedDataError, checksum, recover
from contracts.typed_data import ACTIONS, MODE_ALL, Batch, Domain, Value

MOST_ACTIONS = 200
"""At this size a batch of lot events comes near the gas a transaction may use."""

LONGEST_CALLDATA = 120_000
"""Bytes; nodes take transactions of at most 128 KiB."""

FURTHEST_DEADLINE_SECONDS = 366 * 86_400

_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


@dataclass(frozen=True, slots=True)
class CheckedBatch:
    """A batch that says what it should, signed by the one it names."""

    digest: bytes
    contract: str
    action: str
    signer: bytes
    nonce: int
    deadline: int
    mode: int
    actions: tuple[Value, ...]
    action_hashes: tuple[bytes, ...]
    calldata: bytes
    details: tuple[Details | None, ...]
    """One for each action, None where they were not presented; each has its action's root."""
    signing_organisation: int | None
    """For an enrolment, which a key signs before it is valid: the organisation it names. Else None."""


def check_batch(batch: BatchIn, ledgers: Ledgers, *, at: int) -> CheckedBatch:
    """Everything about a batch that needs neither database nor chain.

    Args:
        at: the time, in Unix seconds.

    Raises:
        ServiceError: `chain_mismatch`, `contract_unknown`, `kind_unknown`, `batch_empty`, `batch_too_large`,
            `action_invalid`, `details_invalid`, `details_of_another_root`, `mode_unknown`, `deadline_expired`,
            `deadline_out_of_range`, `signature_malformed`, `signature_not_low`, `signature_invalid`.
    """
    contract = _contract_of(batch, ledgers)
    _check_size(batch)
    _check_terms(batch, at)
    try:
        signed = _read(batch)
        domain = Domain(ledgers.chain_id, checksum(batch.contract))
        digest = signed.batch.digest(domain)
        calldata = wire.calldata(signed)
    except TypedDataError as error:
        raise ServiceError("action_invalid", problem=error.code, at=error.path, detail=error.message) from error
    if len(calldata) > LONGEST_CALLDATA:
        raise ServiceError("batch_too_large", bytes=len(calldata), most_bytes=LONGEST_CALLDATA)
    _check_signature(digest, batch)
    enrols = batch.action == "EnrolKey"
    return CheckedBatch(
        digest=digest,
        contract=contract,
        action=batch.action,
        signer=batch.authorisation.signer,
        nonce=batch.authorisation.nonce,
        deadline=batch.authorisation.deadline,
        mode=batch.authorisation.mode,
        actions=signed.batch.actions,
        action_hashes=signed.batch.action_hashes(),
        calldata=calldata,
        details=_read_details(batch, signed.batch.actions),
        signing_organisation=int(signed.batch.actions[0]["organisation"]) if enrols else None,
    )


def _contract_of(batch: BatchIn, ledgers: Ledgers) -> str:
    if batch.chain_id != ledgers.chain_id:
        raise ServiceError("chain_mismatch", chain_id=batch.chain_id, expected=ledgers.chain_id)
    name = ledgers.name_at(batch.contract)
    if name is None:
        raise ServiceError("contract_unknown", contract=checksum(batch.contract))
    if batch.action not in ACTIONS or ACTIONS[batch.action].ledger != name:
        raise ServiceError("kind_unknown", action=batch.action, contract=name)
    return name


def _check_size(batch: BatchIn) -> None:
    if not batch.actions:
        raise ServiceError("batch_empty")
    if len(batch.actions) > MOST_ACTIONS:
        raise ServiceError("batch_too_large", actions=len(batch.actions), most_actions=MOST_ACTIONS)


def _check_terms(batch: BatchIn, at: int) -> None:
    terms = batch.authorisation
    if terms.mode > MODE_ALL:
        raise ServiceError("mode_unknown", mode=terms.mode)
    if terms.deadline < at:
        raise ServiceError("deadline_expired", deadline=terms.deadline)
    if terms.deadline > at + FURTHEST_DEADLINE_SECONDS:
        raise ServiceError("deadline_out_of_range", latest=at + FURTHEST_DEADLINE_SECONDS)


def _read(batch: BatchIn) -> wire.SignedBatch:
    terms = batch.authorisation
    actions = tuple(
        action_json.parse(batch.action, value, f"actions[{index}]") for index, value in enumerate(batch.actions)
    )
    return wire.SignedBatch(
        Batch(batch.action, actions, terms.nonce, terms.deadline, terms.mode),
        checksum(terms.signer),
        terms.signature,
        tuple(
            wire.Trail(proof.head_before, tuple((step.action_hash, checksum(step.signer)) for step in proof.steps))
            for proof in batch.trails
        ),
    )


def _read_details(batch: BatchIn, actions: Sequence[Value]) -> tuple[Details | None, ...]:
    if not batch.details:
        return (None,) * len(actions)
    if len(batch.details) != len(actions):
        raise ServiceError("details_invalid", at="details", problem="details_mismatch", detail="one for each action")
    return tuple(
        None if given is None else _details_of(action, given, index)
        for index, (action, given) in enumerate(zip(actions, batch.details, strict=True))
    )


def _details_of(action: Value, given: DetailsIn, index: int) -> Details:
    found = fields.parse(given.schema_id, given.fields, given.event_key)
    if (found.schema.id, found.root) != (action["schema"], action["root"]):
        raise ServiceError("details_of_another_root", index=index, root="0x" + found.root.hex())
    return found


def _check_signature(digest: bytes, batch: BatchIn) -> None:
    signature = batch.authorisation.signature
    if signature[64] not in (27, 28):
        raise ServiceError("signature_malformed", v=signature[64])
    if int.from_bytes(signature[32:64]) > _HALF_ORDER:
        raise ServiceError("signature_not_low")
    try:
        signer = recover(digest, signature)
    except TypedDataError as error:
        raise ServiceError("signature_invalid", detail=error.message) from error
    if signer != checksum(batch.authorisation.signer):
        raise ServiceError("signature_invalid", signer=checksum(batch.authorisation.signer), recovered=signer)
