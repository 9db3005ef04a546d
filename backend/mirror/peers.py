"""Other mirrors to hold ours against: one that gave a file of digests, one whose service is asked."""

from collections.abc import Iterator, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from backend.failures import Failure, UsageFailure
from backend.member.client import Client, Refusal
from backend.mirror.schemas import DigestsOut, RowsOut
from indexer.compare import RowParting, first_differing_row
from indexer.digest import Digest, RowDigest

_Answer = TypeVar("_Answer", bound=BaseModel)

# A range that differs is asked for again in so many parts.
_PARTS = 16
_RANGES_AT_FIRST = 64


class FilePeer:
    """What `suyuan index digest --every N --json` of another mirror said."""

    def __init__(self, path: Path) -> None:
        """
        Raises:
            UsageFailure: `file_unreadable`, `digests_unreadable`.
        """
        try:
            self.about = DigestsOut.model_validate_json(path.read_bytes())
        except OSError as error:
            raise UsageFailure("file_unreadable", f"{path}: {error.strerror}", "check the path") from error
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise UsageFailure(
                "digests_unreadable",
                f"{path}: {place} {first['msg']}".replace(":  ", ": "),
                "give what `suyuan index digest --every N --json` wrote",
            ) from error

    def offered(self, last: int) -> Iterator[Digest]:
        for each in sorted(self.about.ranges, key=lambda each: each.first):
            if each.final and each.last <= last:
                yield each.read()

    def narrower(self, within: Digest) -> Sequence[Digest]:  # noqa: ARG002 (a file says what it says)
        return ()

    def row_at(self, block: int, ours: Sequence[RowDigest]) -> RowParting | None:
        told = self.about.rows
        if told is None or [(each.first, each.last) for each in self.about.ranges] != [(block, block)]:
            return None
        return first_differing_row(ours, [each.read() for each in told])


class ServicePeer:
    """The service of another party, asked as one of its members."""

    def __init__(self, client: Client) -> None:
        """
        Raises:
            Failure: `service_unreachable`, `peer_contradicts`; Refusal: its own code.
        """
        self._client = client
        self.about = self._ask(0, 0, 1)

    def offered(self, last: int) -> Iterator[Digest]:
        every = max(1, -(-(last + 1) // _RANGES_AT_FIRST))
        at: int | None = 0
        while at is not None and at <= last:
            try:
                told = self._ask(at, last, every)
            except Refusal as refusal:
                if refusal.code != "range_too_wide" or every == 1:
                    raise
                every = max(1, every // 4)
                continue
            yield from (each.read() for each in told.ranges)
            if told.next is not None and told.next <= at:
                raise _contradiction(f"goes on from block {told.next} after block {at}")
            at = told.next

    def narrower(self, within: Digest) -> Sequence[Digest]:
        every = -(-(within.last + 1 - within.first) // _PARTS)
        return [each.read() for each in self._ask(within.first, within.last, every).ranges]

    def row_at(self, block: int, ours: Sequence[RowDigest]) -> RowParting | None:
        digests = [f"0x{each.digest.hex()}" for each in ours]
        said = _understood(RowsOut, self._asked("POST", "/v1/mirror/rows", {"block": block, "digests": digests}))
        if said.unknown is not None and 0 <= said.unknown < len(ours):
            row = ours[said.unknown]
            return RowParting(row.table, row.key, "differs or missing there")
        return RowParting(None, {}, "missing here") if said.more else None

    def _ask(self, first: int, last: int, every: int) -> DigestsOut:
        """Ranges in the order of the chain, beginning with `first`, none beyond `last`."""
        asked = {"from": first, "to": last, "every": every}
        told = _understood(DigestsOut, self._asked("GET", "/v1/mirror/digests", asked))
        expected = first
        for each in told.ranges:
            if each.first != expected or not each.first <= each.last <= last or each.last - each.first >= every:
                raise _contradiction(f"was asked for blocks {first} to {last} and told of {each.first} to {each.last}")
            expected = each.last + 1
        return told

    def _asked(self, method: str, path: str, content: dict[str, Any]) -> Any:
        try:
            return self._client.get(path, **content) if method == "GET" else self._client.post(path, content)
        except (OSError, HTTPException, ValueError, LookupError, TypeError) as error:
            # Whatever stands at that address, it may answer with anything.
            raise Failure(
                "service_unreachable", f"the other service: {type(error).__name__} {error}", "check the address"
            ) from error


def _understood(kind: type[_Answer], content: Any) -> _Answer:
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise _contradiction(f"answers in another form: {error.errors(include_input=False)[0]['msg']}") from error


def _contradiction(what: str) -> Failure:
    return Failure(
        "peer_contradicts", f"the other service {what}", "it is no Suyuan, or a broken one: tell its operator"
    )
