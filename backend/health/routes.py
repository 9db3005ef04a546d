"""Alive, ready, about, typed data."""

from fastapi import APIRouter, Response

from backend.dependencies import Reading, TheService
from backend.health.probes import probe_all
from backend.health.schemas import AboutOut, AliveOut, LedgerOut, PartOut, ReadyOut, TypedDataOut
from backend.limits import LONGEST_BODY
from backend.submissions.batches import MOST_ACTIONS
from contracts.typed_data import definitions

router = APIRouter(tags=["service"])


@router.get("/health")
def alive() -> AliveOut:
    """The process runs and answers; nothing else is looked at."""
    return AliveOut(alive=True)


@router.get("/health/ready", responses={503: {"model": ReadyOut}})
def ready(connection: Reading, service: TheService, response: Response) -> ReadyOut:
    """Whether database, chain, broker and mirror are there; 503 and what is missing if not."""
    parts = probe_all(connection, service)
    is_ready = all(part.ok for part in parts.values())
    response.status_code = 200 if is_ready else 503
    return ReadyOut(ready=is_ready, parts={name: PartOut(ok=part.ok, says=part.says) for name, part in parts.items()})


@router.get("/v1/about")
def about(service: TheService) -> AboutOut:
    """Chain, contracts and limits."""
    ledgers = service.ledgers
    return AboutOut(
        chain_id=ledgers.chain_id,
        genesis_hash=ledgers.genesis_hash,
        contracts={
            name: LedgerOut(address=address, code_hash=bytes.fromhex(ledgers.code_hashes[name][2:]))
            for name, address in ledgers.addresses.items()
        },
        receipt_signer=service.receipts.address,
        most_actions=MOST_ACTIONS,
        longest_body=LONGEST_BODY,
    )


@router.get("/v1/typed-data")
def typed_data() -> TypedDataOut:
    """What a client needs to build and sign any action offline."""
    return TypedDataOut(**definitions())
