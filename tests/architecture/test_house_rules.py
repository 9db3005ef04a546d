"""The house's own rules, shown on what they must find and on what they must leave alone."""

from pathlib import PurePosixPath

import pytest

from tests.architecture.house_rules import LONGEST_FILE, findings


def complaints(path: str, text: str) -> list[str]:
    return [str(finding) for finding in findings(PurePosixPath(path), text)]


@pytest.mark.parametrize("path", ["backend/a.py", "contracts/src/A.sol", "frontend/src/a.tsx"])
def test_a_file_past_the_limit_is_found_unless_it_says_why_it_is_long(path: str) -> None:
    text = "\n" * (LONGEST_FILE + 1)
    assert [f"{path}:501: 501 lines, 500 is the most: split it by noun"] == complaints(path, text)
    assert [] == complaints(path, "\n" * LONGEST_FILE)
    assert [] == complaints(path, "# house rule: long because it is a table\n" + text)


@pytest.mark.parametrize(
    "path", ["backend/utils.py", "backend/core/a.py", "contracts/src/Base.sol", "tests/helpers.py"]
)
def test_a_name_that_says_nothing_is_found(path: str) -> None:
    assert ["says nothing about what is inside: name it by its noun"] == [
        complaint.partition("` ")[2] for complaint in complaints(path, "")
    ]


def test_a_name_that_only_contains_such_a_word_is_left_alone() -> None:
    assert [] == complaints("contracts/src/Database.sol", "") + complaints("backend/scored.py", "")


@pytest.mark.parametrize("line", ["os.environ['A']", "os.getenv('A')"])
def test_the_environment_is_read_in_the_settings_alone(line: str) -> None:
    text = f"import os\n{line}\n"
    assert ["backend/a.py:2: only backend/settings.py reads the environment: take an argument"] == complaints(
        "backend/a.py", text
    )
    assert [] == complaints("backend/settings.py", text)


@pytest.mark.parametrize("call", ["datetime.now(UTC)", "datetime.datetime.utcnow()"])
def test_the_clock_alone_is_asked_for_the_time(call: str) -> None:
    assert ["indexer/a.py:1: only backend/clock.py asks what time it is"] == complaints("indexer/a.py", call)
    assert [] == complaints("backend/clock.py", call)


@pytest.mark.parametrize(
    "comment", ["noqa: S608", "type: ignore[arg-type]", "noqa", "noqa: S608, E501", "type: ignore[a]  # noqa: E501"]
)
def test_a_silenced_rule_without_a_reason_is_found(comment: str) -> None:
    assert complaints("tests/a.py", f"a = 1  # {comment}\n")


@pytest.mark.parametrize("comment", ["noqa: S608 (our own name)", "type: ignore[arg-type]  # web3 types it as str"])
def test_a_silenced_rule_with_its_reason_is_left_alone(comment: str) -> None:
    assert [] == complaints("tests/a.py", f"a = 1  # {comment}\n")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("package-lock.json", '"resolved": "https://example.org/a.tgz"'),
        ("requirements.lock", "a @ https://example.org/a.whl"),
        ("requirements.lock", "--index-url x"),
    ],
)
def test_a_lock_that_names_an_address_is_found(path: str, line: str) -> None:
    assert 1 == len(complaints(path, line))


def test_a_workspace_link_and_a_funding_page_are_no_addresses_of_packages() -> None:
    lines = '"resolved": "frontend",\n"funding": {"url": "https://example.org"}'
    assert [] == complaints("package-lock.json", lines)


def test_a_file_that_is_no_python_of_ours_is_a_finding_and_no_crash() -> None:
    assert ["backend/a.py:1: not the Python we run on: invalid syntax"] == complaints("backend/a.py", "type A = int b")
