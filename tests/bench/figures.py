"""What a bench has to say, and the table it is shown in."""

from __future__ import annotations

import json
import resource
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement beside a peer's.

    ``ours`` and ``peer`` are medians in ``unit``, ``samples`` what ours is the median of; ``ratio`` is ours / peer, so
    below 1 is better than the peer. ``n`` is the size of what was measured, ``cpu_s`` the seconds of processor time all
    of ours took here. What could not be measured has no figures but a reason in ``skipped``.
    """

    name: str
    unit: str
    command: str
    ours: float | None = None
    peer_name: str | None = None
    peer: float | None = None
    samples: tuple[float, ...] = ()
    n: int | None = None
    cpu_s: float | None = None
    skipped: str | None = None

    @property
    def ratio(self) -> float | None:
        return round(self.ours / self.peer, 4) if self.ours and self.peer else None


@dataclass(frozen=True, slots=True)
class Timing:
    """Wall times of several runs and the processor time they took together, in seconds."""

    runs: tuple[float, ...]
    cpu: float

    @property
    def median(self) -> float:
        return median(self.runs)


def take_turns(rounds: int, *measured: Callable[[], object]) -> list[Timing]:
    """Runs each in turn, round by round: what disturbs one round disturbs all of them."""
    runs: list[list[float]] = [[] for _ in measured]
    cpu = [0.0] * len(measured)
    for _ in range(rounds):
        for index, run in enumerate(measured):
            before, cpu_before = perf_counter(), process_time()
            run()
            runs[index].append(perf_counter() - before)
            cpu[index] += process_time() - cpu_before
    return [Timing(tuple(own), total) for own, total in zip(runs, cpu, strict=True)]


def children_cpu_s() -> float:
    """Processor time of every program started from here that has ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def table(figures: Iterable[Figure]) -> str:
    """Figures for a reader, one a line."""
    rows = [("", "ours", "peer", "ours/peer", "unit", "n", "peer is")]
    for figure in figures:
        if figure.skipped is not None:
            rows.append((figure.name, "-", "-", "-", figure.unit, "", f"not measured: {figure.skipped}"))
            continue
        rows.append(
            (
                figure.name,
                _number(figure.ours),
                _number(figure.peer),
                _number(figure.ratio),
                figure.unit,
                _number(figure.n),
                figure.peer_name or "",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell.rjust(width) if 0 < column < 4 or column == 5 else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else f"{value:.3g}"


def write(figures: Iterable[Figure], path: Path) -> None:
    """Figures for a program: a JSON list."""
    path.parent.mkdir(exist_ok=True)
    rows = [{**asdict(figure), "ratio": figure.ratio} for figure in figures]
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
