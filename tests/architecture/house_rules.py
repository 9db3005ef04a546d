"""Rules of the house that no other tool keeps. `python -m tests.architecture.house_rules` exits 1 on a finding.

Each rule is a function from a tracked file to findings, and says in its docstring why it is there.
"""

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

LONGEST_FILE = 500
_SOURCES = (".py", ".sol", ".ts", ".tsx", ".sh")
_BANNED_NAMES = frozenset({"base", "common", "core", "helper", "helpers", "manager", "misc", "util", "utils"})
_SILENCED = re.compile(r"#\s*(?:noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?|type: ignore(?:\[[\w, -]+\])?)")
_LONG_ON_PURPOSE = "house rule: long because"


@dataclass(frozen=True, slots=True)
class Finding:
    """A line that breaks a rule."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


Rule = Callable[[PurePosixPath, str], Iterator[Finding]]


def short_files(path: PurePosixPath, text: str) -> Iterator[Finding]:
    """A file past 500 lines is two files; tables and the like say `house rule: long because ...` near their top."""
    lines = text.splitlines()
    if path.suffix in _SOURCES and len(lines) > LONGEST_FILE and _LONG_ON_PURPOSE not in "\n".join(lines[:30]):
        yield Finding(str(path), len(lines), f"{len(lines)} lines, {LONGEST_FILE} is the most: split it by noun")


def telling_names(path: PurePosixPath, _text: str) -> Iterator[Finding]:
    """A file called by its pattern collects whatever has no place; it is called by what it is about."""
    if path.suffix in _SOURCES:
        for part in (*path.parts[:-1], path.stem):
            if part.lower() in _BANNED_NAMES:
                yield Finding(str(path), 1, f"`{part}` says nothing about what is inside: name it by its noun")


def one_reader_of_the_environment(path: PurePosixPath, text: str) -> Iterator[Finding]:
    """A setting read in passing is in no documentation and is checked by nobody."""
    if path == PurePosixPath("backend/settings.py") or not _is_our_python(path):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}:
            yield Finding(str(path), node.lineno, "only backend/settings.py reads the environment: take an argument")


def one_clock(path: PurePosixPath, text: str) -> Iterator[Finding]:
    """Time that comes from one place can be set in a test; `datetime.now` anywhere else cannot."""
    if path == PurePosixPath("backend/clock.py") or not _is_our_python(path):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow"} and _name_of(node.value) == "datetime":
            yield Finding(str(path), node.lineno, "only backend/clock.py asks what time it is")


def reasons_for_silence(path: PurePosixPath, text: str) -> Iterator[Finding]:
    """Whoever silences a tool says why, on the same line, in brackets or after a dash."""
    if path.suffix != ".py":
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and _SILENCED.search(token.string):
            reason = _SILENCED.sub("", token.string).strip(" -()#")
            if len(reason) < len("because"):
                yield Finding(str(path), token.start[0], "a silenced rule without its reason beside it")


def locks_without_addresses(path: PurePosixPath, text: str) -> Iterator[Finding]:
    """A lock that names where packages come from fails wherever they come from somewhere else."""
    if path.name == "package-lock.json":
        pattern = re.compile(r'"resolved": "\w+:')
    elif path.name.startswith("requirements") and path.suffix == ".lock":
        pattern = re.compile(r"://|--(?:extra-)?index-url|--find-links|--trusted-host")
    else:
        return
    for number, line in enumerate(text.splitlines(), 1):
        if pattern.search(line):
            yield Finding(str(path), number, "an address in a lock file: run `make lock`, or `npm install` in the root")


RULES: tuple[Rule, ...] = (
    short_files,
    telling_names,
    one_reader_of_the_environment,
    one_clock,
    reasons_for_silence,
    locks_without_addresses,
)


def findings(path: PurePosixPath, text: str) -> Iterator[Finding]:
    """Everything that `text`, standing at `path`, breaks."""
    try:
        for rule in RULES:
            yield from rule(path, text)
    except (SyntaxError, tokenize.TokenError) as error:
        yield Finding(str(path), getattr(error, "lineno", 1), f"not the Python we run on: {error.args[0]}")


def main() -> int:
    repository = Path(__file__).resolve().parents[2]
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=repository,
        check=True,
        capture_output=True,
        text=True,
    )
    found: list[Finding] = []
    for name in filter(None, listing.stdout.split("\0")):
        path = repository / name
        if path.is_file():
            found += findings(PurePosixPath(name), path.read_text(encoding="utf-8", errors="replace"))
    for finding in found:
        sys.stdout.write(f"{finding}\n")
    return 1 if found else 0


def _is_our_python(path: PurePosixPath) -> bool:
    return path.suffix == ".py" and path.parts[0] in {"contracts", "indexer", "backend"}


def _name_of(node: ast.expr) -> str | None:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


if __name__ == "__main__":
    sys.exit(main())
