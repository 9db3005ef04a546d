"""Who is in the sample park, and the keys they sign by. The same seed gives the same keys.

An organisation's first key has every right: a director's. A tenant has two more, because what a person received
another person releases: one at the dock, one in quality.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backend.identity.actor import Right, Role
from backend.member.signer import FAR, NO_HEAD, Member, Place, admission
from contracts.signatures import keccak
from contracts.typed_data import action_hash, fold

FOUNDERS = {"operator": 1, "authority": 2}

NEWCOMERS: Mapping[str, tuple[int, Role]] = {
    "solvents": (3, Role.SUPPLIER),
    "reagents": (4, Role.SUPPLIER),
    "antibodies": (5, Role.SUPPLIER),
    "vaccines": (6, Role.TENANT),
    "diagnostics": (7, Role.TENANT),
    "cell-therapy": (8, Role.TENANT),
    "ecology-bureau": (9, Role.REGULATOR),
}
SUPPLIERS = ("solvents", "reagents", "antibodies")
TENANTS = ("vaccines", "diagnostics", "cell-therapy")
REGULATOR = "ecology-bureau"

_DESKS = {"dock": Right.RECEIVE | Right.STOCK, "quality": Right.QUALITY}


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant's three keys: its director orders and makes, its dock takes in and sends back, its quality releases."""

    name: str
    director: Member
    dock: Member
    quality: Member


@dataclass(frozen=True, slots=True)
class Park:
    """Every organisation by its name with its first key, and the tenants with all of theirs."""

    members: Mapping[str, Member]
    tenants: tuple[Tenant, ...]

    @property
    def suppliers(self) -> tuple[Member, ...]:
        """Those the tenants order from, in the order of their numbers."""
        return tuple(self.members[name] for name in SUPPLIERS)

    @property
    def regulator(self) -> Member:
        """Who may hold anything of anybody's."""
        return self.members[REGULATOR]

    def name_of(self, member: Member) -> str:
        """The organisation a key signs for."""
        return next(name for name, known in self.members.items() if known.organisation == member.organisation)

    def joining(self) -> Iterator[list[dict[str, Any]]]:
        """The batches by which all come in, in rounds: a round's signers are those that the rounds before let in."""
        operator, authority = (self.members[name] for name in FOUNDERS)
        newcomers = {self.members[name]: int(roles) for name, (_, roles) in NEWCOMERS.items()}
        proposals, confirmations, enrolments = admission(operator, authority, newcomers)
        yield [proposals, confirmations, *enrolments]
        yield [batch for tenant in self.tenants for batch in _desk_keys(tenant)]


def park_of(place: Place, founder_keys: Mapping[str, bytes], seed: int) -> Park:
    """The founders by the keys the contracts were deployed with, the others by keys of the seed."""
    salt = seed.to_bytes(8)
    founders = {name: Member(number, founder_keys[name], place, salt) for name, number in FOUNDERS.items()}
    newcomers = {
        name: Member(number, keccak(salt + name.encode()), place, salt) for name, (number, _) in NEWCOMERS.items()
    }
    tenants = tuple(
        Tenant(
            name,
            newcomers[name],
            **{
                desk: Member(
                    newcomers[name].organisation, keccak(salt + f"{name}/{desk}".encode()), place, salt + desk.encode()
                )
                for desk in _DESKS
            },
        )
        for name in TENANTS
    )
    return Park(founders | newcomers, tenants)


def _desk_keys(tenant: Tenant) -> list[dict[str, Any]]:
    director = tenant.director
    organisation = director.organisation
    keys = {tenant.dock: _DESKS["dock"], tenant.quality: _DESKS["quality"]}
    grants = [
        director.state(
            organisation=organisation,
            key=key.address,
            rights=int(rights),
            validFrom=0,
            validUntil=FAR,
            enrolBy=FAR,
        )
        for key, rights in keys.items()
    ]
    enrolments = [
        key.batch(
            "EnrolKey",
            key.state(
                organisation=organisation,
                key=key.address,
                agreesTo=fold(NO_HEAD, action_hash("GrantKey", grant), director.address),
            ),
        )
        for key, grant in zip(keys, grants, strict=True)
    ]
    return [director.batch("GrantKey", *grants), *enrolments]
