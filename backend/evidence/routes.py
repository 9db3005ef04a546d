"""Evidence files, the trust file to hold them against, and checkpoints."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from backend.dependencies import Reader, Reading, TheService, Writer, Writing
from backend.errors import ServiceError
from backend.evidence import commands, queries
from backend.evidence.exporting import Asked, Exporter
from backend.evidence.schemas import CheckpointIn, CheckpointsOut, EvidenceIn, PublishedOut
from backend.evidence.trust import trust_file
from indexer.errors import Retryable

router = APIRouter(prefix="/v1", tags=["evidence"])


@router.post("/evidence", response_class=Response, responses={200: {"content": {"application/json": {}}}})
def make_evidence(connection: Reading, actor: Reader, service: TheService, asked: EvidenceIn) -> Response:
    """A file that proves the records of a holding, a lot's holdings or an order without us. Reads only.

    It shows whole trails: every signer, every clear field of what was signed. docs/evidence.md has its form.
    """
    exporter = Exporter(connection, service.ledgers, service.node, service.ring)
    made = exporter.export(actor, Asked(asked.subject, asked.depth, asked.fields, asked.at))
    headers = {
        "Content-Disposition": 'attachment; filename="evidence.json"',
        "Suyuan-Block": str(made.block),
        "Suyuan-Records": str(made.records),
        "Suyuan-Subjects": str(made.subjects),
        "Suyuan-Witnesses": str(made.witnesses),
    }
    return Response(made.content, media_type="application/json", headers=headers)


@router.get("/evidence/trust")
def get_trust(connection: Reading, actor: Reader, service: TheService) -> dict[str, Any]:
    """The trust file as this service would write it. Whoever relies on it compares it with what others say first."""
    try:
        return trust_file(connection, actor, service.ledgers, service.node)
    except Retryable as error:
        raise ServiceError("node_unavailable") from error


@router.post("/checkpoints")
def publish_checkpoint(connection: Writing, actor: Writer, service: TheService, given: CheckpointIn) -> PublishedOut:
    """Publish what witnesses signed of a block. Doing it twice changes nothing."""
    return commands.publish(connection, actor, service.ledgers, service.node, given)


@router.get("/checkpoints")
def list_checkpoints(
    connection: Reading,
    actor: Reader,
    service: TheService,
    before: Annotated[int | None, Query(ge=0, lt=1 << 40, description="`next_before` of the page before.")] = None,
) -> CheckpointsOut:
    """What witnesses signed, the newest block first: to be held against one's own node."""
    return queries.checkpoints(connection, actor, service.ledgers, before=before)
