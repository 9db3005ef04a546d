"""The mirror as a file, and back: another installation begins at its block instead of the chain's first.

A zip archive: `header.json`, and each journal as PostgreSQL's binary COPY. Only what is final goes in, and what follows
from journals is derived again, so there is little in it to believe. The header's digest is the one that `suyuan index
digest` gives of the same blocks: whoever restores may ask somebody else for it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine, Table, insert, select, text
from sqlalchemy.schema import CreateSchema

from indexer import derive, indexes
from indexer.chain import Link
from indexer.digest import digest
from indexer.errors import Halt, Retryable
from indexer.progress import UNSEEN, Display
from indexer.schema import JOURNALS, LATESTS, SCHEMA, cursor, first_number_above, recent_block
from indexer.source import Charter, Source
from indexer.status import Status, read_status
from indexer.store import Store, psycopg_of, swap

FORMAT = 1
_HEADER = "header.json"
_RESTORED = "mirror_restored"
_LONGEST_HEADER = 1 << 16
_CHUNK = 1 << 18
# Rows of hashes hardly get smaller; the fastest level takes off what there is.
_LEVEL = 1
# What zipfile raises about an archive that is not whole, or not one of ours (RuntimeError: it wants a password).
_DAMAGED = (KeyError, BadZipFile, zlib.error, EOFError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Header:
    """What a snapshot is of. Hashes, fingerprint and digest as 0x hex; `block` is the last one in it, and was final."""

    format: int
    chain_id: int
    genesis_hash: str
    fingerprint: str
    block: int
    hash: str
    parent_hash: str
    digest: str

    @property
    def link(self) -> Link:
        return Link(self.block, bytes.fromhex(self.hash[2:]), bytes.fromhex(self.parent_hash[2:]))


def export(engine: Engine, charter: Charter, path: Path, shown_by: Display = UNSEEN) -> Header:
    """Writes the mirror's final blocks to a file: whole, or not at all. An indexer may run meanwhile.

    Raises:
        Halt: there is no mirror.
    """
    beside = path.with_name(f"{path.name}.writing")
    try:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            status = read_status(connection)
            if status is None:
                raise Halt("mirror_missing", "there is no mirror to export", "run `suyuan index run` first")
            header = _header(connection, charter, status)
            with ZipFile(beside, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
                shown_by.begin("exporting", 0, len(JOURNALS), "tables")
                for written, table in enumerate(JOURNALS):
                    shown_by.show(written, len(JOURNALS))
                    _copy_out(connection, archive, table, header.block)
                archive.writestr(_HEADER, json.dumps(asdict(header), indent=2))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return header


def restore(
    engine: Engine,
    source: Source,
    charter: Charter,
    path: Path,
    *,
    expected: bytes | None = None,
    shown_by: Display = UNSEEN,
) -> Header:
    """Puts a snapshot in the mirror's place, in one transaction: until it is committed, the old mirror serves.

    Args:
        expected: the digest it must have, from somebody who is believed.
    Raises:
        Halt: it is of another chain or another release, is damaged, is not what its header says, or not on the chain.
        Retryable: node or database were away.
    """
    store = Store(engine, source.fingerprint, _RESTORED)
    with _opened(path) as archive:
        header = _read_header(archive)
        _check_header(header, source, charter, expected)
        _check_chain(header, source)
        with store.transaction() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {_RESTORED} CASCADE"))
            connection.execute(CreateSchema(_RESTORED))
            indexes.create_tables(connection)
            shown_by.begin("restoring", 0, len(JOURNALS), "tables")
            for done, table in enumerate(JOURNALS):
                shown_by.show(done, len(JOURNALS))
                _copy_in(connection, archive, table)
            for latest in LATESTS:
                connection.execute(derive.LATESTS_FROM_NEW_ROWS[latest.name], {"first": 0})
            _set_cursor(connection, header, source.fingerprint)
            _check_digest(connection, header)
            indexes.create_missing(connection, _RESTORED)
            swap(connection, _RESTORED)
    return header


def _header(connection: Connection, charter: Charter, status: Status) -> Header:
    final = connection.execute(select(recent_block).where(recent_block.c.number == status.finalised)).one()
    return Header(
        format=FORMAT,
        chain_id=charter.chain_id,
        genesis_hash=_hex(charter.genesis_hash),
        fingerprint=_hex(status.fingerprint),
        block=final.number,
        hash=_hex(final.hash),
        parent_hash=_hex(final.parent_hash),
        digest=_hex(digest(connection, 0, final.number).digest),
    )


def _copy_out(connection: Connection, archive: ZipFile, table: Table, block: int) -> None:
    statement = sql.SQL("COPY (SELECT {} FROM {} WHERE {} < {} ORDER BY {}) TO STDOUT (FORMAT BINARY)").format(
        _columns(table),
        sql.Identifier(SCHEMA, table.name),
        sql.Identifier(table.info["journal"]),
        sql.Literal(first_number_above(table, block)),
        sql.SQL(", ").join(sql.Identifier(column.name) for column in table.primary_key),
    )
    with (
        archive.open(_member(table), "w", force_zip64=True) as member,
        psycopg_of(connection).cursor() as copying,
        copying.copy(statement) as rows,
    ):
        for chunk in rows:
            member.write(chunk)


def _copy_in(connection: Connection, archive: ZipFile, table: Table) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(_RESTORED, table.name), _columns(table)
    )
    try:
        with (
            archive.open(_member(table)) as member,
            psycopg_of(connection).cursor() as copying,
            copying.copy(statement) as rows,
        ):
            while chunk := member.read(_CHUNK):
                rows.write(chunk)
    except (*_DAMAGED, psycopg.DataError, psycopg.IntegrityError) as error:
        raise _unreadable(f"{_member(table)}: {' '.join(str(error).split())}") from error


def _set_cursor(connection: Connection, header: Header, fingerprint: bytes) -> None:
    link = header.link
    connection.execute(
        insert(cursor).values(
            one=True, block=link.number, hash=link.hash, finalised=link.number, fingerprint=fingerprint, reorgs=0
        )
    )
    connection.execute(insert(recent_block).values(number=link.number, hash=link.hash, parent_hash=link.parent_hash))


@contextmanager
def _opened(path: Path) -> Iterator[ZipFile]:
    try:
        archive = ZipFile(path)
    except OSError as error:
        raise Halt("snapshot_unreadable", f"{path}: {error.strerror}", "check the path") from error
    except BadZipFile as error:
        raise _unreadable(f"{path}: {error}") from error
    with archive:
        yield archive


def _read_header(archive: ZipFile) -> Header:
    try:
        if archive.getinfo(_HEADER).file_size > _LONGEST_HEADER:
            raise _unreadable(f"{_HEADER} is longer than any")
        told: dict[str, Any] = json.loads(archive.read(_HEADER))
        header = Header(**told)
        if header.format != FORMAT:
            raise _unreadable(f"it is of form {header.format}, this release reads form {FORMAT}")
        if not isinstance(told["block"], int) or header.block < 0:
            raise _unreadable(f"{_HEADER}: block {header.block}")
        _ = header.link, bytes.fromhex(header.digest[2:])
    except (*_DAMAGED, ValueError, TypeError) as error:
        raise _unreadable(f"{_HEADER}: {error}") from error
    return header


def _check_header(header: Header, source: Source, charter: Charter, expected: bytes | None) -> None:
    if (header.chain_id, header.genesis_hash) != (charter.chain_id, _hex(charter.genesis_hash)):
        raise Halt(
            "snapshot_of_another_chain",
            f"it is of chain {header.chain_id} from {header.genesis_hash},"
            f" the deployment of chain {charter.chain_id} from {_hex(charter.genesis_hash)}",
            "take a snapshot of this chain, or correct SUYUAN_DEPLOYMENT",
        )
    if header.fingerprint != _hex(source.fingerprint):
        raise Halt(
            "snapshot_of_another_release",
            f"it has fingerprint {header.fingerprint}, this release over this deployment {_hex(source.fingerprint)}",
            "take one that the same release made, or run `suyuan index rebuild`",
        )
    if expected is not None and header.digest != _hex(expected):
        raise Halt(
            "snapshot_not_expected",
            f"its header says digest {header.digest}, {_hex(expected)} was expected",
            f"ask for `suyuan index digest --from 0 --to {header.block}`; if that is the one expected, the file is not"
            " what you were promised",
        )


def _check_chain(header: Header, source: Source) -> None:
    source.check_identity()
    if source.head().number < header.block:
        raise Retryable(
            "node_behind",
            f"the node has not reached the snapshot's block {header.block}",
            "wait until it has synchronised, then restore again",
        )
    (here,) = source.headers(header.block, header.block)
    if here.hash != header.link.hash:
        raise Halt(
            "snapshot_not_on_chain",
            f"block {header.block} is {header.hash} in the snapshot and {_hex(here.hash)} on the node's chain",
            "ask a second node: either the snapshot or the node is of a fork",
        )


def _check_digest(connection: Connection, header: Header) -> None:
    found = _hex(digest(connection, 0, header.block).digest)
    if found != header.digest:
        raise Halt(
            "snapshot_digest_differs",
            f"its rows have digest {found}, its header says {header.digest}",
            "somebody changed it: take another, and ask who had this one",
        )


def _unreadable(what: str) -> Halt:
    return Halt("snapshot_unreadable", what, "the file is damaged or no snapshot: copy it again, or take another")


def _columns(table: Table) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)


def _member(table: Table) -> str:
    return f"{table.name}.copy"


def _hex(value: bytes) -> str:
    return f"0x{value.hex()}"
