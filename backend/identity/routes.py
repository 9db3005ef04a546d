"""Members and keys."""

from fastapi import APIRouter

from backend.dependencies import Reader, Reading
from backend.identity import queries
from backend.identity.actor import Right, Role, names
from backend.identity.schemas import KeyOut, KeysOut, OrganisationOut, OrganisationsOut

router = APIRouter(prefix="/v1", tags=["participants"])


@router.get("/organisations")
def list_organisations(connection: Reading, actor: Reader) -> OrganisationsOut:
    """Every organisation of the park, with its roles."""
    return OrganisationsOut(
        organisations=[
            OrganisationOut(
                organisation=organisation,
                roles=names(Role(roles)),
                status=queries.ORGANISATION_STATUS[status],
            )
            for organisation, roles, status in queries.organisations(connection, actor)
        ]
    )


@router.get("/keys")
def list_keys(connection: Reading, actor: Reader) -> KeysOut:
    """The keys of the caller's own organisation."""
    return KeysOut(
        organisation=actor.organisation,
        keys=[
            KeyOut(
                address=address,
                rights=names(Right(rights)),
                valid_from=valid_from,
                valid_until=valid_until,
                revoked_at=revoked_at or None,
                status=queries.KEY_STATUS[status],
            )
            for address, rights, valid_from, valid_until, revoked_at, status in queries.keys(connection, actor)
        ],
    )
