"""Rows as PostgreSQL's binary COPY takes them: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".

psycopg would look up, for every value of every row, how its type is written. The types are the tables', so one function
a table is written out when this module is loaded: it packs a whole row by one `struct`, chosen by how long the row's
byte strings are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from struct import Struct, error, pack
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, SmallInteger, Table, Text

from indexer.columns import Natural
from indexer.derive import SOURCE_ROLES
from indexer.errors import Halt
from indexer.project import Row, Rows
from indexer.schema import JOURNALS, lot_event_item

Encoder = Callable[[Iterable[Row]], list[bytes]]

_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_NULL = -1

# In the order of most special first: SmallInteger and BigInteger are Integers too.
_FIXED: tuple[tuple[type[Any], str], ...] = ((SmallInteger, "h"), (BigInteger, "q"), (Integer, "i"), (Boolean, "?"))


@dataclass(frozen=True, slots=True)
class Load:
    """The rows of a window, ready to be copied: by the names of their tables, without those that gain none.

    `rows` counts them, `sources` those among them that name a holding which must be there already.
    """

    copies: Mapping[str, bytes]
    rows: int
    sources: int


def load(rows: Rows) -> Load:
    """
    Raises:
        Halt: a value does not fit its column.
    """
    copies = {table.name: encode(table, rows[table.name]) for table in JOURNALS if rows.get(table.name)}
    role = list(lot_event_item.columns).index(lot_event_item.c.role)
    return Load(
        copies,
        rows=sum(map(len, rows.values())),
        sources=sum(row[role] in SOURCE_ROLES for row in rows.get(lot_event_item.name, ())),
    )


def encode(table: Table, rows: Iterable[Row]) -> bytes:
    """The content of a whole COPY of all columns of a journal, in their order.

    Raises:
        Halt: a value does not fit its column.
    """
    try:
        return b"".join([_SIGNATURE, *_ENCODERS[table.name](rows), _TRAILER])
    except (error, TypeError, OverflowError, AttributeError) as mismatch:
        raise Halt(
            "rows_contradict",
            f"the chain gave rows that do not fit mirror.{table.name}: {mismatch}",
            "report it: a column is too narrow for its field, see indexer/columns.py",
        ) from mismatch


def _encoder(table: Table) -> Encoder:
    """A row is the number of its columns, then for each its length in bytes (-1: null) and as many bytes."""
    names = [f"v{at}" for at in range(len(table.columns))]
    form, lengths, values, prepared = ">h", [], [str(len(names))], []
    for name, column in zip(names, table.columns, strict=True):
        code = None if column.nullable else _code(column)
        if code is not None:
            form += f"i{code}"
            values += [str(Struct(f">{code}").size), name]
            continue
        form += "i{}s"
        prepare = _preparation(column)
        if prepare:
            prepared.append(f"{name} = {prepare.format(name)}")
        if column.nullable:
            prepared.append(f"{name}, n{name} = (b'', {_NULL}) if {name} is None else ({name}, len({name}))")
        else:
            prepared.append(f"n{name} = len({name})")
        lengths.append(f"len({name})" if column.nullable else f"n{name}")
        values += [f"n{name}", name]
    source = "\n".join(
        (
            "def encode(rows):",
            "    encoded = []",
            f"    for {''.join(f'{name}, ' for name in names)} in rows:",
            *(f"        {line}" for line in prepared),
            f"        encoded.append(packer({', '.join(lengths)})({', '.join(values)}))",
            "    return encoded",
        )
    )

    @lru_cache(maxsize=1024)
    def packer(*lengths: int) -> Callable[..., bytes]:
        return Struct(form.format(*lengths)).pack

    names_in_source: dict[str, Any] = {"packer": packer, "numeric": _numeric}
    exec(source, names_in_source)  # noqa: S102 (the source is the lines above; of the tables it has only their types)
    encode_rows: Encoder = names_in_source["encode"]
    return encode_rows


def _code(column: Column[Any]) -> str | None:
    """How `struct` writes a column's values, if all of them are of one length."""
    return next((code for kind, code in _FIXED if isinstance(column.type, kind)), None)


def _preparation(column: Column[Any]) -> str:
    """The expression that makes bytes of a value of a column; empty if it is bytes already."""
    if isinstance(column.type, LargeBinary):
        return ""
    code = _code(column)
    if code is not None:
        expression = f"{{0}}.to_bytes({Struct('>' + code).size}, signed=True)"
    elif isinstance(column.type, Text):
        expression = "{0}.encode()"
    elif isinstance(column.type, Natural):
        expression = "numeric({0})"
    else:
        raise TypeError(f"{column.type!r} of {column}: teach indexer/copying.py to write it")
    return f"None if {{0}} is None else {expression}" if column.nullable else expression


def _numeric(value: int) -> bytes:
    """A natural number as NUMERIC: how many digits to the base of 10,000 are written, the power of the first, no sign
    and no decimals, then they, without zeros at the end."""
    if value < 0:
        raise OverflowError(f"{value} is below zero")
    digits: list[int] = []
    while value:
        value, digit = divmod(value, 10_000)
        digits.append(digit)
    power = max(0, len(digits) - 1)
    while digits and not digits[0]:
        del digits[0]
    return pack(f">HhHH{len(digits)}H", len(digits), power, 0, 0, *reversed(digits))


_ENCODERS: Mapping[str, Encoder] = {table.name: _encoder(table) for table in JOURNALS}
