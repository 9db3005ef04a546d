"""What a Solidity type becomes in SQL. No value that fits the one may fail to fit the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Numeric, SmallInteger, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from indexer.layout import Field


class Natural(TypeDecorator[int]):
    """An unsigned integer too wide for BIGINT: NUMERIC in SQL, `int` in Python."""

    impl = Numeric
    cache_ok = True

    def __init__(self, digits: int) -> None:
        super().__init__(digits, 0)
        self.digits = digits

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:  # noqa: ARG002 (SQLAlchemy's signature)
        return None if value is None else int(value)


# A signer may put any 64 bits into a deadline, and into a time that no contract bounds: they get room for all of
# them, because one signature must not be able to stop the mirror.
UINT64 = Natural(20)
UINT256 = Natural(78)

# By size in bytes; PostgreSQL has signed integers only.
_INTEGERS: Mapping[int, TypeEngine[Any]] = {
    1: SmallInteger(),
    2: Integer(),
    3: Integer(),
    4: BigInteger(),
    5: BigInteger(),
    8: UINT64,
    32: UINT256,
}


def type_of(field: Field) -> TypeEngine[Any]:
    """The SQL type of an event's field."""
    if field.type == "bool":
        return Boolean()
    return _INTEGERS[field.size] if field.is_integer else LargeBinary()


def column(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]], *, nullable: bool = False) -> Column[Any]:
    """A column that is NOT NULL unless it says otherwise."""
    return Column(name, kind, nullable=nullable)
