"""Tables of the domain: API tokens."""

from sqlalchemy import BigInteger, Column, Identity, Integer, LargeBinary, Table, Text

from backend.db import SERVICE

API_TOKEN = Table(
    "api_token",
    SERVICE,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    # SHA-256 of the token. A token is 256 random bits, so a slow hash would guard nothing more.
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("organisation", Integer, nullable=False, index=True),
    # The most the token may do; what it may do now is the chain's to say.
    Column("rights", Integer, nullable=False),
    # Who holds it, as the organisation calls its people; null for a machine.
    Column("person", Text),
    Column("label", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    comment="Bearer tokens of machines and people; times are Unix seconds.",
)
