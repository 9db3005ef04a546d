"""``suyuan-verify``: checks an evidence file without us."""

from __future__ import annotations

import argparse
import json
import locale
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from verifier import trust as trust_file
from verifier.canonical import SIZE_MAX
from verifier.check import check
from verifier.evidence import read
from verifier.refusal import Refusal, TrustError
from verifier.statement import LANGUAGES, Statement, refusal, say, statement

VALID: Final = 0
NOT_VALID: Final = 1
USAGE: Final = 2

_ABOUT: Final = "Check an evidence file of Suyuan offline: no service, no database, no node of anybody's is asked."
_CODES: Final = "Ends with 0 if the file is valid, 1 if it is not, 2 if the command or the trust file cannot be used."


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    options = _parser().parse_args(arguments)
    language = options.lang or _language()
    try:
        trust = trust_file.read(_file(options.trust))
        data = _file(options.file)
    except TrustError as error:
        return _complain(f"{say('lines', error.code, language)} ({error.code}): {error.message}")
    except OSError as error:
        return _complain(f"{error.filename}: {error.strerror}")
    try:
        evidence = read(data)
        verdict = check(evidence, trust)
    except Refusal as reason:
        _print(_refused(reason, language), language, as_json=options.json)
        return NOT_VALID
    told = statement(evidence, verdict, trust, language)
    is_valid = not (options.strict and told.doubts)
    _print(_told(told, verdict.block.number, is_valid=is_valid), language, as_json=options.json)
    return VALID if is_valid else NOT_VALID


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="suyuan-verify", description=_ABOUT, epilog=_CODES)
    parser.add_argument("file", type=Path, metavar="FILE", help="the evidence file")
    parser.add_argument(
        "--trust",
        type=Path,
        required=True,
        metavar="TRUST.json",
        help="what you know of the chain: from the park or a witness, not from whoever gave you the evidence",
    )
    parser.add_argument("--lang", choices=LANGUAGES, help="language of the answer (default: that of this system)")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    parser.add_argument("--strict", action="store_true", help="a doubt makes the file invalid")
    return parser


def _language() -> str:
    return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"


def _file(path: Path) -> bytes:
    """A file's content, one byte more than any good one at most."""
    with path.open("rb") as file:
        return file.read(SIZE_MAX + 1)


def _refused(reason: Refusal, language: str) -> dict[str, Any]:
    return {
        "verdict": "invalid",
        "code": reason.code,
        "place": reason.place,
        "reason": refusal(reason, language),
        "message": reason.message,
    }


def _told(told: Statement, block: int, *, is_valid: bool) -> dict[str, Any]:
    return {
        "verdict": "valid" if is_valid else "invalid",
        **({} if is_valid else {"code": "doubtful"}),
        "block": block,
        "proven": list(told.proven),
        "claimed": list(told.claimed),
        "doubts": list(told.doubts),
        "records": list(told.records),
    }


def _print(answer: dict[str, Any], language: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    print(say("lines", str(answer["verdict"]), language))
    if "reason" in answer:
        print(f"  {say('lines', 'reason', language)}: {answer['reason']}")
        print(f"  {answer['code']} ({answer['place']}): {answer['message']}")
        return
    if answer["verdict"] == "invalid":
        print(f"  {say('lines', 'strict', language)}")
    for heading in ("proven", "claimed", "doubts"):
        _section(heading, answer[heading], language)
    rows = [
        f"{row['claimed_at']}  {row['who']}  {row['act']} ({row['of']} {row['subject'][:10]}){_shown(row, language)}"
        for row in answer["records"]
    ]
    _section("records", rows, language)


def _section(heading: str, lines: Sequence[str], language: str) -> None:
    if lines:
        print(f"\n{say('lines', heading, language)}:")
        for line in lines:
            print(f"  - {line}")


def _shown(row: dict[str, Any], language: str) -> str:
    if not row["details"]:
        return ""
    shown = "; ".join(f"{path}: {_harmless(value)}" for path, value in row["details"].items())
    return f"\n      {say('lines', 'shown', language)}: {shown}"


def _harmless(text: str) -> str:
    """A stranger's text without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)


def _complain(message: str) -> int:
    print(f"suyuan-verify: {message}", file=sys.stderr)
    return USAGE


def run() -> None:
    """The program. Whoever reads its first lines alone (`| head`) gets no traceback for it."""
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = USAGE
    sys.exit(status)


if __name__ == "__main__":
    run()
