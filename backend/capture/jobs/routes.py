"""For whoever signs in the organisation's name: what waits, its documents, the last word on them."""

from uuid import UUID

from fastapi import APIRouter

from backend.capture.jobs import commands, drafts, queries
from backend.capture.jobs.schemas import DocumentOut, DraftOut, JobOut, ReportIn, WaitingOut
from backend.capture.verdicts import Fault
from backend.dependencies import Reader, Reading, TheService, Writer, Writing, need_one_of
from backend.identity.actor import Right

router = APIRouter(prefix="/v1/captures", tags=["capture"])


@router.get("/waiting")
def list_waiting(connection: Reading, actor: Reader) -> WaitingOut:
    """The documents of the caller's organisation that wait to be signed, in the order they came."""
    return queries.waiting(connection, actor)


@router.get("/jobs/{job_id}/document")
def get_document(connection: Reading, actor: Reader, service: TheService, job_id: UUID) -> DocumentOut:
    """What waits, character for character: look at it before you sign it. It is gone when its job has ended."""
    return queries.document(connection, service.ring, actor, job_id)


@router.get("/jobs/{job_id}/actions")
def get_actions(connection: Reading, actor: Reader, service: TheService, job_id: UUID) -> DraftOut:
    """What would record it, unsigned, with its details: for who signs in a browser. Drafted anew each time.

    When the batches are brought to /v1/submissions, the job ends by itself; what cannot be recorded is reported.
    """
    return drafts.draft(connection, service.ring, actor, job_id, service.ledgers)


@router.post("/jobs/{job_id}/report", response_model_exclude_unset=True)
def report(connection: Writing, actor: Writer, service: TheService, job_id: UUID, asked: ReportIn) -> JobOut:
    """Say which events could not be recorded, and why; the job ends when the others are mirrored.

    What is recorded the service knows by itself, whatever is said here; a job that has ended stays as it is.
    """
    need_one_of(actor, Right.STOCK)
    refusals = {refusal.event: Fault(refusal.code, refusal.params) for refusal in asked.refusals}
    commands.report(connection, service.ring, actor, job_id, refusals)
    return queries.job(connection, service.ring, actor, job_id)


@router.post("/jobs/{job_id}/withdraw", response_model_exclude_unset=True)
def withdraw(connection: Writing, actor: Writer, service: TheService, job_id: UUID) -> JobOut:
    """Give a document up that nobody is going to sign. What is under way of it is recorded all the same."""
    need_one_of(actor, Right.STOCK)
    commands.withdraw(connection, service.ring, actor, job_id)
    return queries.job(connection, service.ring, actor, job_id)
