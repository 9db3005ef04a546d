"""`suyuan faults`: a lying node, dying processes and a bad minute, a million times if you like, from one seed."""

from __future__ import annotations

import json
import logging
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from backend.failures import Failure, UsageFailure
from backend.faults.ground import Ground, founded
from backend.faults.lies import LIES
from backend.faults.life import DEATHS
from backend.faults.rules import Chapter
from backend.faults.walk import Tally, replay, walk
from backend.logs import configure_logs
from backend.sandbox.cli import terminated_like_interrupted
from backend.sandbox.process import Reaper

_REORGANISATIONS = ("reorganisation", "shortening", "broken_finality")
_LOSING = frozenset({"lost", "stuck", "refused"})
_MIRRORING = frozenset({"different", "changed", "halted"})


def faults(
    *,
    seed: Annotated[int, typer.Option(min=0, help="Decides what happens and when.")] = 1,
    steps: Annotated[
        int,
        typer.Option(min=1, help="How many questions to the node and statements to the database to go through."),
    ] = 10_000,
    again: Annotated[
        Path | None,
        typer.Option(
            "--replay", exists=True, dir_okay=False, help="Run a chapter again that --json printed, instead of walking."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer in JSON, with the chapter where a law broke.")
    ] = False,
) -> None:
    """Put indexer and relayer through lies, deaths and reorganisations, and hold them to the laws.

    Starts a chain and a database of its own; nothing of yours is touched. Ends with 1 where a record was lost or
    doubled or the mirror is not the chain's; docs/reliability.md says what the figures mean.
    """
    # What the processes complain of is what is done to them.
    configure_logs(level=logging.CRITICAL)
    chapters = None if again is None else [_read(again)]
    with terminated_like_interrupted(), _ground() as ground:
        if chapters is not None:
            tally = replay(ground, chapters)
        else:
            tally = walk(ground, seed, steps, progress=lambda so_far: _report(so_far, steps, as_json=as_json))
    fields = outcome(tally) if chapters is not None else {"seed": seed, **outcome(tally)}
    typer.echo(json.dumps(fields) if as_json else _table(fields))
    if tally.broken is not None:
        raise Failure(
            "law_broken",
            str(tally.broken),
            "keep what `--json` prints: `suyuan faults --replay FILE` runs that chapter again, shortened as you like",
        )


def outcome(tally: Tally) -> dict[str, Any]:
    """What a walk came to, for people and programs."""
    law = None if tally.broken is None else tally.broken.law
    told = Counter({name: times for name, times in tally.faults.items() if name in LIES})
    deaths = sum(tally.faults[name] for name in DEATHS)
    reorganisations = sum(tally.faults[name] for name in _REORGANISATIONS)
    others = {name for name in tally.faults if name not in LIES and name not in (*DEATHS, *_REORGANISATIONS)}
    return {
        "steps": tally.steps,
        "quiet_steps": tally.quiet_steps,
        "acts": tally.acts.total(),
        "chapters": tally.chapters,
        "lies": dict(sorted(told.items())),
        "deaths": deaths,
        "reorganisations": reorganisations,
        "accidents": {name: tally.faults[name] for name in sorted(others)},
        "halts": dict(sorted(tally.halts.items())),
        "settlings": tally.settlings,
        "acknowledged": tally.acknowledged,
        "lost": int(law in _LOSING),
        "doubled": int(law == "doubled"),
        "rows_verified": tally.rows_verified,
        "verify": "different" if law in _MIRRORING else "identical",
        "cpu_seconds": round(tally.cpu_seconds, 1),
        "broken": None if tally.broken is None else str(tally.broken),
        "chapter": None if tally.broken_in is None else tally.broken_in.as_json(),
    }


@contextmanager
def _ground() -> Iterator[Ground]:
    reaper = Reaper()
    try:
        with tempfile.TemporaryDirectory(prefix="suyuan-faults-") as name:
            folder = Path(name)
            # `nobody`, who runs PostgreSQL when we are root, has to get in.
            folder.chmod(0o711)
            reaper.remove_later(folder)
            with founded(folder, reaper) as ground:
                yield ground
    finally:
        reaper.close()


def _read(file: Path) -> Chapter:
    """A chapter from a file: the whole answer of an earlier run, or the chapter alone."""
    try:
        written = json.loads(file.read_text(encoding="utf-8"))
        return Chapter.from_json(written.get("chapter") or written)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageFailure(
            "chapter_unreadable",
            f"{file} holds no chapter of this release: {type(error).__name__} {error}",
            "give the file that `suyuan faults --json` printed when a law broke",
        ) from error


def _report(tally: Tally, steps: int, *, as_json: bool) -> None:
    if not as_json:
        typer.echo(f"{tally.steps:,} of {steps:,} steps, {tally.acknowledged:,} records acknowledged", err=True)


def _table(fields: dict[str, Any]) -> str:
    shown = {name: value for name, value in fields.items() if name != "chapter" and value is not None}
    width = max(map(len, shown))
    return "\n".join(f"{name:<{width}}  {_plain(value)}" for name, value in shown.items())


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {times}" for name, times in value.items()) or "-"
    return f"{value:,}" if isinstance(value, int) else str(value)
