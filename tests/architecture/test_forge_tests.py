"""What we read from the end of `forge test`."""

import stat
from pathlib import Path

import pytest

from tests.support.forge_tests import count, main


def fake_forge(folder: Path, *, says: str, status: int) -> str:
    """A program that ends like forge does; the real one takes a project to fail in."""
    program = folder / "forge"
    program.write_text(f"#!/bin/sh\necho '{says}'\nexit {status}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)


def test_the_numbers_are_those_of_the_last_summary_without_its_colours() -> None:
    output = (
        b"Ran 2 test suites in 1s: \x1b[32m41\x1b[0m tests passed, \x1b[31m1\x1b[0m failed, 0 skipped (42 total tests)"
    )
    assert (41, 42) == count(b"1 tests passed, 0 failed, 0 skipped (1 total tests)\n" + output)


@pytest.mark.parametrize(
    ("says", "status", "expected"),
    [
        ("No tests found in project!", 0, 1),
        ("3 tests passed, 0 failed, 0 skipped (3 total tests)", 0, 0),
        ("2 tests passed, 0 failed, 1 skipped (3 total tests)", 0, 1),
        ("2 tests passed, 1 failed, 0 skipped (3 total tests)", 1, 1),
        ("3 tests passed, 0 failed, 0 skipped (3 total tests)", 101, 101),
    ],
)
def test_only_tests_that_ran_and_passed_count(tmp_path: Path, says: str, status: int, expected: int) -> None:
    assert expected == main(fake_forge(tmp_path, says=says, status=status))
