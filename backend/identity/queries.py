"""Who a token speaks for, and what the mirror says of organisations and keys."""

from dataclasses import dataclass

from sqlalchemy import Connection, Row, func, select

from backend.errors import ServiceError
from backend.identity.actor import ALL_RIGHTS, Actor, Right, Role
from backend.identity.models import API_TOKEN
from backend.identity.tokens import hash_token
from indexer import schema as mirror

# Statuses of the records of organisations and keys (IParticipants.sol).
ORGANISATION_STATUS = ("none", "offered", "active", "suspended", "ended")
KEY_STATUS = ("none", "offered", "active", "closed")
_CONFIRMED = (ORGANISATION_STATUS.index("active"), ORGANISATION_STATUS.index("suspended"))
_KEY_ACTIVE = KEY_STATUS.index("active")


@dataclass(frozen=True, slots=True)
class Standing:
    """What the mirror knows of a signer."""

    organisation: int
    is_valid: bool
    """Enrolled, in its period, not closed, and its organisation confirmed."""


def actor_of_token(connection: Connection, token: str, *, at: int) -> Actor:
    """The actor a bearer token stands for: its own rights cut down to what the chain grants the organisation now.

    Raises:
        ServiceError: `token_not_valid`, also when the chain does not know the organisation.
    """
    row = connection.execute(
        select(API_TOKEN.c.organisation, API_TOKEN.c.rights, API_TOKEN.c.person).where(
            API_TOKEN.c.token_hash == hash_token(token),
            API_TOKEN.c.revoked_at.is_(None),
            API_TOKEN.c.expires_at > at,
        )
    ).one_or_none()
    if row is None:
        raise ServiceError("token_not_valid")
    roles = roles_of(connection, row.organisation)
    if roles is None:
        raise ServiceError("token_not_valid")
    granted = _rights_of(connection, row.organisation, at=_moment(connection, at))
    return Actor(organisation=row.organisation, roles=roles, rights=Right(row.rights) & granted, person=row.person)


def standing_of(connection: Connection, signer: bytes, *, at: int) -> Standing | None:
    """What the mirror knows of a signer; None if it was never granted to an organisation."""
    row = connection.execute(
        select(
            mirror.key_latest.c.organisation,
            mirror.key_latest.c.valid_from,
            mirror.key_latest.c.valid_until,
            mirror.key_latest.c.revoked_at,
            mirror.record_latest.c.status,
        )
        .join(mirror.record_latest, mirror.record_latest.c.id == mirror.key_latest.c.id)
        .where(mirror.key_latest.c.address == signer)
        # Offered by several organisations, an address is the one's that it enrolled with.
        .order_by((mirror.record_latest.c.status == _KEY_ACTIVE).desc(), mirror.key_latest.c.number)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    covers = row.valid_from <= _moment(connection, at) < row.valid_until and row.revoked_at == 0
    is_valid = row.status == _KEY_ACTIVE and covers and roles_of(connection, row.organisation) is not None
    return Standing(organisation=row.organisation, is_valid=is_valid)


def organisations(connection: Connection, actor: Actor) -> list[Row[int, int, int]]:
    """(number, roles, status) of every organisation that was ever offered admission, by number. The same for all."""
    del actor
    return list(
        connection.execute(
            select(
                mirror.organisation_latest.c.organisation,
                mirror.organisation_latest.c.roles,
                mirror.record_latest.c.status,
            )
            .join(mirror.record_latest, mirror.record_latest.c.id == mirror.organisation_latest.c.id)
            .order_by(mirror.organisation_latest.c.organisation)
        )
    )


def keys(connection: Connection, actor: Actor) -> list[Row[bytes, int, int, int, int, int]]:
    """The actor's own organisation's keys: address, rights, valid from, valid until, revoked at, status."""
    return list(
        connection.execute(
            select(
                mirror.key_latest.c.address,
                mirror.key_latest.c.rights,
                mirror.key_latest.c.valid_from,
                mirror.key_latest.c.valid_until,
                mirror.key_latest.c.revoked_at,
                mirror.record_latest.c.status,
            )
            .join(mirror.record_latest, mirror.record_latest.c.id == mirror.key_latest.c.id)
            .where(mirror.key_latest.c.organisation == actor.organisation)
            .order_by(mirror.key_latest.c.number)
        )
    )


def _moment(connection: Connection, at: int) -> int:
    """Now, as keys count it: by the chain's clock, which may be ahead of ours."""
    newest = connection.scalar(select(mirror.block.c.recorded_at).order_by(mirror.block.c.number.desc()).limit(1))
    return max(at, newest or 0)


def roles_of(connection: Connection, organisation: int) -> Role | None:
    """The roles of a confirmed organisation, suspended or not: suspension stops new subjects, never reading."""
    roles = connection.scalar(
        select(mirror.organisation_latest.c.roles)
        .join(mirror.record_latest, mirror.record_latest.c.id == mirror.organisation_latest.c.id)
        .where(
            mirror.organisation_latest.c.organisation == organisation,
            mirror.record_latest.c.status.in_(_CONFIRMED),
        )
    )
    return None if roles is None else Role(roles)


def _rights_of(connection: Connection, organisation: int, *, at: int) -> Right:
    """Every right that some valid key of the organisation has now."""
    granted = connection.scalar(
        select(func.bit_or(mirror.key_latest.c.rights))
        .join(mirror.record_latest, mirror.record_latest.c.id == mirror.key_latest.c.id)
        .where(
            mirror.key_latest.c.organisation == organisation,
            mirror.record_latest.c.status == _KEY_ACTIVE,
            mirror.key_latest.c.valid_from <= at,
            mirror.key_latest.c.valid_until > at,
            mirror.key_latest.c.revoked_at == 0,
        )
    )
    return Right(granted or 0) & ALL_RIGHTS
