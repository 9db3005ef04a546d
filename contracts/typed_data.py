"""The one Python definition of every action: its EIP-712 type, its ids, its digest, its fold.

house rule: long because the table of all actions is one list, read top to bottom.

A value of a struct is a mapping from field name to value: ``int`` for ``uintN``, ``bool``, ``bytes`` for ``bytesN``, a
checksummed or lower-case ``0x`` string for ``address``, a mapping for a nested struct, a sequence for an array.
:mod:`contracts.action_json` makes such values out of JSON. Hashes are 32 bytes, heads 24, signatures 65: r ‖ s ‖ v
with a low s.

Everything here works offline. The same numbers come out of Solidity (``contracts/src/libraries``) and TypeScript
(``frontend/src/signing``); shared vectors and property tests hold them equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final, TypeAlias

from contracts.signatures import TypedDataError, address_bytes, keccak

Value: TypeAlias = Mapping[str, Any]

DOMAIN_NAME: Final = "Suyuan"
DOMAIN_VERSION: Final = "1"
MODE_EACH: Final = 0
MODE_ALL: Final = 1


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a struct: its Solidity type and its name."""

    type: str
    name: str


@dataclass(frozen=True, slots=True)
class Action:
    """One kind of action: which ledger takes it, by which function, and the event it leaves.

    ``proof`` names an unsigned argument that goes between the actions and the authorisation.
    """

    name: str
    ledger: str
    function: str
    event: str
    proof: str | None = None

    @property
    def batch(self) -> str:
        """Name of the struct that is signed."""
        return f"{self.name}Batch"


def _fields(text: str) -> tuple[Field, ...]:
    return tuple(Field(*part.split()) for part in text.split(",")) if text else ()


# Every signed action ends with these: when it happened by the signer's account, and the commitment to its details.
_STATEMENT = "uint64 occurredAt,uint32 schema,bytes32 root"

_KEY_STRUCTS: Final = {
    "OrganisationKey": _fields("uint24 organisation"),
    "SignerKey": _fields("uint24 organisation,address key"),
    "PlatformKey": (),
    "LotKey": _fields("uint24 maker,bytes32 handle"),
    "HoldingKey": _fields("uint24 maker,bytes32 handle,uint24 creator,uint32 serial"),
    "CorrectionKey": _fields("address ledger,bytes32 subject,bytes32 corrects"),
    "OrderKey": _fields("uint24 buyer,uint24 supplier,bytes32 handle"),
    "MilestoneKey": _fields("OrderKey order,uint8 line,uint8 number"),
    "ConsignmentKey": _fields("uint24 from,uint24 to,bytes32 handle"),
    "ReceiptKey": _fields("bytes32 receipt"),
    "SheetKey": _fields("uint24 organisation,uint32 day"),
}

_PART_STRUCTS: Final = {
    "LotItem": _fields("uint8 role,uint8 origin,HoldingKey holding,uint24 seq"),
    "Founder": _fields("uint24 organisation,uint16 roles,address key,bytes32 root"),
    "CancelNonces": _fields("uint256 word,uint256 mask,uint64 deadline"),
}

# action -> (ledger, function, event, fields[, proof])
_ACTIONS: Final[dict[str, tuple[str, ...]]] = {
    "AdmitOrganisation": (
        "Participants",
        "admitOrganisations",
        "OrganisationAdmitted",
        f"uint24 organisation,uint16 roles,address key,uint16 rights,uint64 validUntil,uint64 enrolBy,{_STATEMENT}",
    ),
    "ConfirmAdmission": (
        "Participants",
        "confirmAdmissions",
        "AdmissionConfirmed",
        f"uint24 organisation,bytes24 agreesTo,{_STATEMENT}",
    ),
    "EndAdmission": (
        "Participants",
        "endAdmissions",
        "AdmissionEnded",
        f"uint24 organisation,uint24 seq,{_STATEMENT}",
    ),
    "SuspendOrganisation": (
        "Participants",
        "suspendOrganisations",
        "OrganisationSuspended",
        f"uint24 organisation,{_STATEMENT}",
    ),
    "ReinstateOrganisation": (
        "Participants",
        "reinstateOrganisations",
        "OrganisationReinstated",
        f"uint24 organisation,uint24 seq,{_STATEMENT}",
    ),
    "GrantKey": (
        "Participants",
        "grantKeys",
        "KeyGranted",
        "uint24 organisation,address key,uint16 rights,uint64 validFrom,uint64 validUntil,uint64 enrolBy," + _STATEMENT,
    ),
    "EnrolKey": (
        "Participants",
        "enrolKeys",
        "KeyEnrolled",
        f"uint24 organisation,address key,bytes24 agreesTo,{_STATEMENT}",
    ),
    "CloseKey": (
        "Participants",
        "closeKeys",
        "KeyClosed",
        f"uint24 organisation,address key,uint64 compromisedSince,{_STATEMENT}",
    ),
    "ProposeRecovery": (
        "Participants",
        "proposeRecoveries",
        "RecoveryProposed",
        f"uint24 organisation,address key,uint16 rights,uint64 validUntil,uint64 enrolBy,{_STATEMENT}",
    ),
    "ConfirmRecovery": (
        "Participants",
        "confirmRecoveries",
        "RecoveryConfirmed",
        f"uint24 organisation,address key,bytes24 agreesTo,{_STATEMENT}",
    ),
    "ScheduleMode": (
        "Succession",
        "scheduleModes",
        "ModeScheduled",
        f"uint8 mode,uint64 effectiveAt,uint24 seq,{_STATEMENT}",
    ),
    "ConfirmMode": ("Succession", "confirmModes", "ModeConfirmed", f"bytes24 agreesTo,{_STATEMENT}"),
    "EndModeChange": ("Succession", "endModeChanges", "ModeChangeEnded", f"uint24 seq,{_STATEMENT}"),
    "RecordLotEvent": (
        "Traceability",
        "recordLotEvents",
        "LotEventRecorded",
        f"uint8 kind,uint8 action,LotItem[] items,{_STATEMENT}",
    ),
    "DispatchGoods": (
        "Traceability",
        "dispatchGoods",
        "GoodsDispatched",
        "HoldingKey holding,ConsignmentKey consignment,uint24 seq,bytes32 order,uint8 line,uint64 lapsesAt,"
        + _STATEMENT,
    ),
    "ReceiveGoods": (
        "Traceability",
        "receiveGoods",
        "GoodsReceived",
        "HoldingKey holding,ConsignmentKey consignment,bytes24 agreesTo,uint8 outcome,uint8 cause,bool quarantine,"
        + _STATEMENT,
    ),
    "EndDispatch": (
        "Traceability",
        "endDispatches",
        "DispatchEnded",
        f"HoldingKey holding,ConsignmentKey consignment,uint24 seq,{_STATEMENT}",
    ),
    "ReceiveDirect": (
        "Traceability",
        "receiveDirect",
        "ReceivedDirect",
        f"HoldingKey holding,bytes32 order,uint8 line,bytes32 claim,bool quarantine,{_STATEMENT}",
    ),
    "PlaceHold": ("Traceability", "placeHolds", "HoldPlaced", f"HoldingKey holding,{_STATEMENT}"),
    "JudgeHolding": (
        "Traceability",
        "judgeHoldings",
        "HoldingJudged",
        f"HoldingKey holding,uint24 seq,uint8 verdict,{_STATEMENT}",
    ),
    "RecallLot": ("Recalls", "recallLots", "LotRecalled", f"LotKey lot,{_STATEMENT}"),
    "EndRecall": ("Recalls", "endRecalls", "RecallEnded", f"LotKey lot,uint24 seq,{_STATEMENT}"),
    "IssueOrder": (
        "Procurement",
        "issueOrders",
        "OrderIssued",
        f"OrderKey order,uint16 lines,uint256 services,uint256 quarantines,uint64 lapsesAt,{_STATEMENT}",
    ),
    "ConfirmOrder": (
        "Procurement",
        "confirmOrders",
        "OrderConfirmed",
        f"OrderKey order,bytes24 agreesTo,uint64 promisedAt,{_STATEMENT}",
    ),
    "ProposeChange": (
        "Procurement",
        "proposeChanges",
        "ChangeProposed",
        f"OrderKey order,uint24 seq,uint256 cancelled,uint64 promisedAt,uint64 lapsesAt,{_STATEMENT}",
    ),
    "AgreeChange": (
        "Procurement",
        "agreeChanges",
        "ChangeAgreed",
        f"OrderKey order,bytes24 agreesTo,{_STATEMENT}",
    ),
    "EndProposal": ("Procurement", "endProposals", "ProposalEnded", f"OrderKey order,uint24 seq,{_STATEMENT}"),
    "CloseLines": (
        "Procurement",
        "closeLines",
        "LinesClosed",
        f"OrderKey order,uint24 seq,uint256 lines,{_STATEMENT}",
    ),
    "ReportMilestone": (
        "Procurement",
        "reportMilestones",
        "MilestoneReported",
        f"MilestoneKey milestone,uint24 seq,bool last,bytes32 report,uint64 lapsesAt,{_STATEMENT}",
    ),
    "AcceptMilestone": (
        "Procurement",
        "acceptMilestones",
        "MilestoneAccepted",
        f"MilestoneKey milestone,bytes24 agreesTo,bytes32 report,{_STATEMENT}",
    ),
    "EndReport": ("Procurement", "endReports", "ReportEnded", f"MilestoneKey milestone,uint24 seq,{_STATEMENT}"),
    "SettleDiscrepancy": (
        "Claims",
        "settleDiscrepancies",
        "DiscrepancySettled",
        f"ConsignmentKey consignment,bytes24 agreesTo,{_STATEMENT}",
    ),
    "CountersignReceipt": (
        "Claims",
        "countersignReceipts",
        "ReceiptCountersigned",
        f"ReceiptKey receipt,bytes32 secret,{_STATEMENT}",
    ),
    "SignSheet": ("Sheets", "signSheets", "SheetSigned", f"SheetKey sheet,uint24 seq,{_STATEMENT}"),
    "CorrectDetails": (
        "Corrections",
        "correctDetails",
        "DetailsCorrected",
        f"CorrectionKey correction,uint24 seq,uint64 lapsesAt,{_STATEMENT}",
        "trails",
    ),
    "AgreeCorrection": (
        "Corrections",
        "agreeCorrections",
        "CorrectionAgreed",
        f"CorrectionKey correction,bytes24 agreesTo,{_STATEMENT}",
    ),
    "EndCorrection": (
        "Corrections",
        "endCorrections",
        "CorrectionEnded",
        f"CorrectionKey correction,uint24 seq,{_STATEMENT}",
    ),
}

ACTIONS: Final[Mapping[str, Action]] = {
    name: Action(name, row[0], row[1], row[2], row[4] if len(row) > 4 else None) for name, row in _ACTIONS.items()
}

STRUCTS: Final[Mapping[str, tuple[Field, ...]]] = {
    **_KEY_STRUCTS,
    **_PART_STRUCTS,
    **{name: _fields(row[3]) for name, row in _ACTIONS.items()},
    **{f"{name}Batch": _fields(f"{name}[] actions,uint256 nonce,uint64 deadline,uint8 mode") for name in _ACTIONS},
}

LEDGERS: Final = tuple(dict.fromkeys(action.ledger for action in ACTIONS.values()))


# ---------------------------------------------------------------------------------------------------- types


def encode_type(struct: str) -> str:
    """EIP-712 ``encodeType``: the struct, then every struct it refers to, sorted by name."""
    parts: set[str] = set()
    pending = [struct]
    while pending:
        name = pending.pop()
        for field in STRUCTS[name]:
            inner = field.type.removesuffix("[]")
            if inner in STRUCTS and inner not in parts:
                parts.add(inner)
                pending.append(inner)
    return "".join(_type_of(name) for name in [struct, *sorted(parts)])


def _type_of(struct: str) -> str:
    return f"{struct}({','.join(f'{field.type} {field.name}' for field in STRUCTS[struct])})"


@cache
def typehash(struct: str) -> bytes:
    """EIP-712 ``typeHash`` of a struct."""
    return keccak(encode_type(struct).encode())


@cache
def _encoder(type_: str) -> Callable[[Any], bytes]:
    """A function from a value of a type to its 32-byte EIP-712 word. Made once per type: this is the hot path."""
    if type_.endswith("[]"):
        element = _encoder(type_[:-2])
        return lambda value: keccak(b"".join([element(item) for item in value]))
    if type_ in STRUCTS:
        return _struct_encoder(type_)
    if type_.startswith("uint"):
        bound = 1 << int(type_[4:])

        def encode_uint(value: int) -> bytes:
            if not 0 <= value < bound:
                raise TypedDataError("value_out_of_range", type_, f"{value} does not fit {type_}")
            return value.to_bytes(32, "big")

        return encode_uint
    if type_.startswith("bytes"):
        size = int(type_[5:])
        padding = bytes(32 - size)

        def encode_bytes(value: bytes) -> bytes:
            if len(value) != size:
                raise TypedDataError("value_wrong_length", type_, f"{len(value)} bytes are not {type_}")
            return value + padding

        return encode_bytes
    if type_ == "address":
        return lambda value: bytes(12) + address_bytes(value)
    if type_ == "bool":
        return _encode_bool
    raise KeyError(type_)


def _encode_bool(value: object) -> bytes:
    if not isinstance(value, bool):
        raise TypedDataError("value_wrong_kind", "bool", "true or false is needed")
    return value.to_bytes(32, "big")


def _struct_encoder(struct: str) -> Callable[[Value], bytes]:
    prefix = typehash(struct)
    columns = [(field.name, _encoder(field.type)) for field in STRUCTS[struct]]

    def encode(value: Value) -> bytes:
        return keccak(prefix + b"".join([encode_field(value[name]) for name, encode_field in columns]))

    return encode


def struct_hash(struct: str, value: Value) -> bytes:
    """EIP-712 ``hashStruct``. Raises :class:`TypedDataError` for a value that does not fit, ``KeyError`` for none."""
    return _encoder(struct)(value)


def action_hash(action: str, value: Value) -> bytes:
    """The hash by which the ledger, its events and its heads know an action."""
    if action not in ACTIONS:
        raise TypedDataError("action_unknown", action, f"known are {', '.join(ACTIONS)}")
    return struct_hash(action, value)


# -------------------------------------------------------------------------------------------------- digests


@dataclass(frozen=True, slots=True)
class Domain:
    """Where a signature counts: one contract on one chain."""

    chain_id: int
    verifying_contract: str

    @property
    def separator(self) -> bytes:
        """EIP-712 domain separator."""
        return _separator(self.chain_id, self.verifying_contract)


@lru_cache(maxsize=64)
def _separator(chain_id: int, verifying_contract: str) -> bytes:
    return keccak(
        keccak(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
        + keccak(DOMAIN_NAME.encode())
        + keccak(DOMAIN_VERSION.encode())
        + chain_id.to_bytes(32, "big")
        + bytes(12)
        + address_bytes(verifying_contract)
    )


@dataclass(frozen=True, slots=True)
class Batch:
    """What one signature covers: actions of one kind, a nonce unused by the signer, a deadline in Unix seconds."""

    action: str
    actions: tuple[Value, ...]
    nonce: int
    deadline: int
    mode: int = MODE_EACH

    def digest(self, domain: Domain) -> bytes:
        """The 32 bytes that are signed; also the batch's name on chain."""
        body = struct_hash(
            f"{self.action}Batch",
            {"actions": self.actions, "nonce": self.nonce, "deadline": self.deadline, "mode": self.mode},
        )
        return digest_of(domain, body)

    def action_hashes(self) -> tuple[bytes, ...]:
        """The hash of each action, in order."""
        return tuple(action_hash(self.action, value) for value in self.actions)


def digest_of(domain: Domain, body: bytes) -> bytes:
    """EIP-712 digest of a struct hash under a domain."""
    return keccak(b"\x19\x01" + domain.separator + body)


def cancel_nonces_digest(domain: Domain, *, word: int, mask: int, deadline: int) -> bytes:
    """Digest to sign for making the nonces ``word * 256 + bit`` of a mask unusable."""
    return digest_of(domain, struct_hash("CancelNonces", {"word": word, "mask": mask, "deadline": deadline}))


# ---------------------------------------------------------------------------------------------- ids and fold


def organisation_id(organisation: int) -> bytes:
    """Subject of an organisation."""
    return struct_hash("OrganisationKey", {"organisation": organisation})


def signer_id(organisation: int, key: str) -> bytes:
    """Subject of a key granted by (or for) an organisation."""
    return struct_hash("SignerKey", {"organisation": organisation, "key": key})


def platform_id() -> bytes:
    """Subject of the mode."""
    return struct_hash("PlatformKey", {})


def lot_id(maker: int, handle: bytes) -> bytes:
    """Subject of a lot: its maker (0 if none is on this ledger) and the salted hash of its trade identifier."""
    return struct_hash("LotKey", {"maker": maker, "handle": handle})


def holding_id(holding: Value) -> bytes:
    """Subject of a holding: ``{maker, handle, creator, serial}``."""
    return struct_hash("HoldingKey", holding)


def order_id(order: Value) -> bytes:
    """Subject of an order: ``{buyer, supplier, handle}``."""
    return struct_hash("OrderKey", order)


def milestone_id(milestone: Value) -> bytes:
    """Subject of a milestone of a service line: ``{order, line, number}``."""
    return struct_hash("MilestoneKey", milestone)


def consignment_id(consignment: Value) -> bytes:
    """Subject of a consignment: ``{from, to, handle}``."""
    return struct_hash("ConsignmentKey", consignment)


def receipt_id(receipt: bytes) -> bytes:
    """Subject of the countersignature of a one-sided receipt, named by its action hash."""
    return struct_hash("ReceiptKey", {"receipt": receipt})


def sheet_id(organisation: int, day: int) -> bytes:
    """Subject of an organisation's daily sheet; ``day`` is yyyymmdd."""
    return struct_hash("SheetKey", {"organisation": organisation, "day": day})


def correction_id(ledger: str, subject: bytes, corrects: bytes) -> bytes:
    """Subject of a correction of one record of one subject of one ledger."""
    return struct_hash("CorrectionKey", {"ledger": ledger, "subject": subject, "corrects": corrects})


def fold(head: bytes, action: bytes, signer: str) -> bytes:
    """The 24-byte head after one more action: ``bytes24(keccak256(head ‖ actionHash ‖ signer))``."""
    return keccak(head + action + address_bytes(signer))[:24]


def definitions() -> dict[str, Any]:
    """All of the above as JSON for other languages: ``contracts/artifacts/typed_data.json``."""
    return {
        "domain": {"name": DOMAIN_NAME, "version": DOMAIN_VERSION},
        "structs": {
            name: [{"name": field.name, "type": field.type} for field in fields] for name, fields in STRUCTS.items()
        },
        "actions": {
            action.name: {
                "ledger": action.ledger,
                "function": action.function,
                "event": action.event,
                **({"proof": action.proof} if action.proof else {}),
            }
            for action in ACTIONS.values()
        },
    }
