"""Who lives in the park: two suppliers, two tenants, a regulator, and the keys they sign with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from eth_account import Account

from backend.identity.actor import ALL_RIGHTS, Right, Role
from contracts.deployer import AUTHORITY, OPERATOR
from contracts.signatures import keccak
from tests.properties.life.nouns import Signer

SUPPLIERS: Final = (3, 4)
TENANTS: Final = (5, 6)
REGULATOR: Final = 7
NOBODY: Final = 99
TRADERS: Final = (*SUPPLIERS, *TENANTS)

ROLES: Final[Mapping[int, Role]] = {
    OPERATOR: Role.OPERATOR,
    AUTHORITY: Role.AUTHORITY,
    **dict.fromkeys(SUPPLIERS, Role.SUPPLIER),
    **dict.fromkeys(TENANTS, Role.TENANT),
    REGULATOR: Role.REGULATOR,
}

# Two keys may receive and two may judge, so that whoever received can try to judge and somebody else can do it.
_STORE: Final = Right.STOCK | Right.RECEIVE | Right.QUALITY | Right.ADMIN
_QUALITY: Final = Right.QUALITY | Right.RECEIVE
_OFFICE: Final = Right.ORDER


@cache
def signers(organisation: int) -> tuple[Signer, ...]:
    """The keys of an organisation; the first is the one it was admitted with."""
    if organisation in (OPERATOR, AUTHORITY):
        return (_signer(organisation, ALL_RIGHTS),)
    if organisation == REGULATOR:
        return (_signer(organisation, _STORE),)
    return tuple(_signer(organisation, rights) for rights in (_STORE, _QUALITY, _OFFICE))


def entitled(organisation: int, rights: Right) -> list[Signer]:
    """The keys of an organisation that have one of these rights."""
    return [signer for signer in signers(organisation) if signer.rights & rights]


def everybody() -> list[Signer]:
    """Every key in the park but the founders'."""
    return [signer for organisation in (*TRADERS, REGULATOR) for signer in signers(organisation)]


def _signer(organisation: int, rights: Right) -> Signer:
    key = keccak(b"life of %d with %d" % (organisation, rights))
    return Signer(organisation, ROLES[organisation], rights, key, str(Account.from_key(key).address))
