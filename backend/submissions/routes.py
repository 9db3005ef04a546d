"""Bringing batches, and following them."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Query, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection

from backend import clock
from backend.dependencies import Reader, Reading, TheService, Writer, Writing
from backend.errors import ServiceError, problem
from backend.identity.actor import Actor
from backend.service import Service
from backend.submissions import commands, queries
from backend.submissions.batches import check_batch
from backend.submissions.models import State
from backend.submissions.schemas import (
    BatchIn,
    ResultOut,
    ResultsOut,
    SubmissionDetailOut,
    SubmissionPageOut,
    SubmissionsIn,
)
from backend.submissions.stream import Position, follow
from backend.wire import Hash, to_hex

router = APIRouter(prefix="/v1", tags=["submissions"])


@router.post("/submissions", status_code=202)
def submit(
    connection: Writing, actor: Writer, service: TheService, asked: SubmissionsIn, after: BackgroundTasks
) -> ResultsOut:
    """Bring one or many signed batches to the chain.

    A single batch that is refused answers with its problem. Of several, each has its result: those accepted are in
    the outbox when this answers, whatever became of the others; if none was, the answer is `nothing_accepted`.
    """
    if len(asked.batches) == 1:
        results = [_accept(connection, service, actor, asked.batches[0], index=0)]
    else:
        results = [
            _accept_or_explain(connection, service, actor, batch, index=index)
            for index, batch in enumerate(asked.batches)
        ]
    accepted = [result.submission.id for result in results if result.submission]
    if not accepted:
        raise ServiceError("nothing_accepted", results=[result.model_dump(mode="json") for result in results])
    # After the COMMIT: background tasks run when the answer is out. Lost, it costs the relayer's next look, a second.
    after.add_task(service.nudge, accepted)
    return ResultsOut(results=results)


@router.get("/submissions")
def list_submissions(
    connection: Reading,
    actor: Reader,
    state: State | None = None,
    before: Annotated[int | None, Query(ge=0, description="`next_before` of the page before.")] = None,
) -> SubmissionPageOut:
    """What the caller's organisation signed or brought, newest first."""
    return queries.submissions(connection, actor, state=state, before=before)


@router.get("/submissions/{submission_id}")
def get_submission(connection: Reading, actor: Reader, service: TheService, submission_id: Hash) -> SubmissionDetailOut:
    """Where a batch is, what became of each action, and the receipt."""
    return queries.submission(connection, actor, submission_id, service.receipts)


@router.get("/stream", response_class=StreamingResponse)
async def stream(request: Request, actor: Reader, service: TheService) -> StreamingResponse:
    """Server-sent events: `submission` for each change of state, `mirror` for each block mirrored.

    `Last-Event-ID` goes on where a broken connection ended; without it the stream begins now.
    """
    position = Position.read(request.headers.get("last-event-id"))
    return StreamingResponse(
        follow(request.app.state.followers, service.engine, actor, position),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _accept(connection: Connection, service: Service, actor: Actor, batch: BatchIn, *, index: int) -> ResultOut:
    checked = check_batch(batch, service.ledgers, at=clock.now())
    commands.accept(
        connection,
        actor,
        checked,
        ledgers=service.ledgers,
        sender=service.sender,
        ring=service.ring,
        objections=service.objections,
    )
    return ResultOut(
        index=index,
        status_url=f"/v1/submissions/{to_hex(checked.digest)}",
        submission=queries.submission_in_hand(connection, checked.digest, service.receipts),
    )


def _accept_or_explain(
    connection: Connection, service: Service, actor: Actor, batch: BatchIn, *, index: int
) -> ResultOut:
    try:
        with connection.begin_nested():
            return _accept(connection, service, actor, batch, index=index)
    except ServiceError as error:
        return ResultOut(index=index, problem=problem(error.code, error.params))
