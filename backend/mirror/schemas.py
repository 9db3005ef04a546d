"""What mirrors tell each other: digests of ranges of blocks, over HTTP and in files."""

from typing import Annotated

from pydantic import BaseModel, Field

from backend.wire import Hash
from indexer.digest import Digest, RowDigest, TableDigest

BlockNumber = Annotated[int, Field(ge=0, lt=1 << 31)]


class TableOut(BaseModel):
    """One table's part of a range."""

    table: str
    rows: int = Field(ge=0)
    digest: Hash


class RangeOut(BaseModel):
    """What a mirror holds of blocks `first` to `last`, both included."""

    first: BlockNumber
    last: BlockNumber
    final: bool = Field(description="Whether nothing of it can change any more.")
    digest: Hash
    tables: list[TableOut] = Field(
        default=[], description="Of the tables with rows; files have them, the API does not."
    )

    @classmethod
    def told(cls, digest: Digest) -> "RangeOut":
        """With its tables: among parties that agreed to show how many rows of what there are."""
        tables = [TableOut(table=each.table, rows=each.rows, digest=each.digest) for each in digest.tables if each.rows]
        return cls(first=digest.first, last=digest.last, final=digest.final, digest=digest.digest, tables=tables)

    @classmethod
    def sealed(cls, digest: Digest) -> "RangeOut":
        """Without them: nobody learns from it how much of what was done when."""
        return cls(first=digest.first, last=digest.last, final=digest.final, digest=digest.digest)

    def read(self) -> Digest:
        """As the comparison takes it."""
        tables = tuple(TableDigest(each.table, each.rows, each.digest) for each in self.tables)
        return Digest(self.first, self.last, self.final, self.digest, tables)


class RowOut(BaseModel):
    """One row: where it stands, and a digest of it."""

    table: str
    key: dict[str, int | str]
    digest: Hash

    @classmethod
    def told(cls, row: RowDigest) -> "RowOut":
        """With bytes of its key as 0x hex."""
        key = {name: f"0x{value.hex()}" if isinstance(value, bytes) else value for name, value in row.key.items()}
        return cls(table=row.table, key=key, digest=row.digest)

    def read(self) -> RowDigest:
        """As the comparison takes it."""
        return RowDigest(self.table, dict(self.key), self.digest)


class DigestsOut(BaseModel):
    """Ranges of one mirror at one moment. Two are comparable if chain, genesis and fingerprint are the same."""

    chain_id: int
    genesis_hash: Hash
    fingerprint: Hash = Field(description="Of the code that built it, and the contracts it listens to.")
    finalised: BlockNumber = Field(description="The highest block that will not change.")
    ranges: list[RangeOut]
    rows: list[RowOut] | None = Field(default=None, description="In files that were asked for them.")
    next: BlockNumber | None = Field(default=None, description="Where to go on; null if this is all that was asked.")


class RowsIn(BaseModel):
    """The rows that the caller's mirror has of one block."""

    block: BlockNumber
    digests: list[Hash] = Field(max_length=50_000, description="One a row, as `suyuan index digest --rows` has them.")


class RowsOut(BaseModel):
    """What of it is the same here."""

    unknown: int | None = Field(description="Place in `digests` of the first that is of no row here; null: of none.")
    more: bool = Field(description="Whether there are rows here that are not in `digests`.")
