"""What the routes of the domain answer."""

from pydantic import BaseModel, ConfigDict, Field

from backend.wire import Address


class OrganisationOut(BaseModel):
    """A member, as far as the chain knows it: a number, no name."""

    model_config = ConfigDict(frozen=True)

    organisation: int
    roles: list[str] = Field(description="supplier, tenant, ...; see the glossary.")
    status: str = Field(description="offered, active, suspended or ended.")


class OrganisationsOut(BaseModel):
    """Every member."""

    organisations: list[OrganisationOut]


class KeyOut(BaseModel):
    """A key of the caller's organisation. Times are Unix seconds."""

    model_config = ConfigDict(frozen=True)

    address: Address
    rights: list[str]
    valid_from: int
    valid_until: int
    revoked_at: int | None
    status: str = Field(description="offered, active or closed.")


class KeysOut(BaseModel):
    """The keys of the caller's organisation, oldest first."""

    organisation: int
    keys: list[KeyOut]
