"""What the routes of the domain answer."""

from typing import Any

from pydantic import BaseModel, Field

from backend.wire import Address, Hash


class AliveOut(BaseModel):
    """The process runs."""

    alive: bool


class PartOut(BaseModel):
    """One part the service needs."""

    ok: bool
    says: str = Field(description="What is wrong, or how it is, in one line.")


class ReadyOut(BaseModel):
    """Whether the service can do all its work; 503 if not."""

    ready: bool
    parts: dict[str, PartOut] = Field(description="database, chain, broker, mirror.")


class LedgerOut(BaseModel):
    """One contract."""

    address: Address
    code_hash: Hash


class AboutOut(BaseModel):
    """What this service stands on, to be compared with what others say."""

    chain_id: int
    genesis_hash: Hash
    contracts: dict[str, LedgerOut]
    receipt_signer: Address = Field(description="The account that signs receipts, and pays for transactions.")
    most_actions: int = Field(description="How many actions a batch may have.")
    longest_body: int = Field(description="How many bytes a request may have.")


class TypedDataOut(BaseModel):
    """EIP-712 definitions of every action. The domain's chainId and verifyingContract are in /v1/about."""

    domain: dict[str, str]
    structs: dict[str, list[dict[str, str]]]
    actions: dict[str, dict[str, Any]]
