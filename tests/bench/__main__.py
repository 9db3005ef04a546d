"""Measures beside peers, on this machine, in one run: `make bench`, or `python -m tests.bench [--only NAME] [--n N]`.

Prints a table and writes build/bench.json. Nothing here passes or fails by a figure: what is to be reached, and what
falls short, is in docs/performance.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from tests.bench import evidence, gas, mirror, signature_check, trace
from tests.bench.figures import Figure, table, write

REPORT: Final = Path(__file__).resolve().parents[2] / "build" / "bench.json"

_BENCHES: Final[dict[str, Callable[[int | None], Iterator[Figure]]]] = {
    "gas": gas.figures,
    "verify": signature_check.figures,
    "mirror": mirror.figures,
    "api": trace.figures,
    "evidence": evidence.figures,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", choices=_BENCHES, help="measure this alone")
    parser.add_argument("--n", type=_size, help="how many records, signatures, events or lots")
    arguments = parser.parse_args()
    figures: list[Figure] = []
    for name in [arguments.only] if arguments.only else _BENCHES:
        sys.stderr.write(f"bench: {name}\n")
        figures += _BENCHES[name](arguments.n)
    sys.stdout.write(table(figures) + "\n")
    write(figures, REPORT)
    return 0


def _size(text: str) -> int:
    size = int(text)
    if size < 1:
        raise argparse.ArgumentTypeError("1 is the least")
    return size


if __name__ == "__main__":
    sys.exit(main())
