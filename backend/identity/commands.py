"""Making and revoking API tokens."""

from sqlalchemy import Connection, insert, update

from backend import clock
from backend.identity.actor import Right
from backend.identity.models import API_TOKEN
from backend.identity.tokens import hash_token, new_token

LONGEST_LIFE_DAYS = 366


def create_token(
    connection: Connection,
    *,
    organisation: int,
    rights: Right,
    label: str,
    days: int,
    person: str | None = None,
    at: int | None = None,
) -> tuple[int, str]:
    """Make a token and store its hash: (its number, the token). The token itself is kept nowhere.

    Args:
        organisation: the chain's number of the organisation it speaks for.
        rights: the most it may do.
        person: who of the organisation holds it; None for a machine.
        days: until it expires, 1 to 366.

    Raises:
        ValueError: `days` out of range.
    """
    if not 1 <= days <= LONGEST_LIFE_DAYS:
        raise ValueError(f"a token lives 1 to {LONGEST_LIFE_DAYS} days")
    token = new_token()
    created_at = clock.now() if at is None else at
    number = connection.scalar(
        insert(API_TOKEN)
        .values(
            token_hash=hash_token(token),
            organisation=organisation,
            rights=int(rights),
            person=person,
            label=label,
            created_at=created_at,
            expires_at=created_at + days * 86_400,
        )
        .returning(API_TOKEN.c.number)
    )
    assert number is not None
    return number, token


def revoke_token(connection: Connection, *, number: int) -> bool:
    """Revoke a token at once; False if there is no such token or it was revoked before."""
    done = connection.execute(
        update(API_TOKEN)
        .where(API_TOKEN.c.number == number, API_TOKEN.c.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    return done.rowcount == 1
