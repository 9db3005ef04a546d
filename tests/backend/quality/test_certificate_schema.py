"""Our verdicts against the official schema's, on its own fixtures and on thousands of documents spoilt one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker

from backend.errors import ServiceError
from backend.quality.certificate import read_certificate
from tests.backend.quality.papers import as_bytes, certificate
from tests.support.third_party import FOLDER, files

SCHEMA = FOLDER / "quality/coa/schemas/CoA/v1.1.0/schema.json"
VALID = files("quality/coa/test/fixtures/CoA/v1.1.0/valid_*.json")
ALL = files("quality/coa/test/fixtures/CoA/v1.1.0/*.json")

_VALUES: tuple[Any, ...] = (None, 5, True, "", "2026-11-21", [], ["a", "a"], {}, {"a": 1})


def official() -> Draft7Validator:
    return Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")), format_checker=FormatChecker())


def accepts(document: Any) -> bool:
    try:
        read_certificate(as_bytes(document))
    except ServiceError:
        return False
    return True


def spoilt(document: Any) -> Iterator[tuple[str, Any]]:
    """The document with each of its values taken away, replaced, or given a stranger beside it."""
    for path in _paths(document, ()):
        for value in _VALUES:
            yield f"{path} = {value!r}", _changed(document, path, value)
        yield f"{path} gone", _changed(document, path, _GONE)
        yield f"{path} beside", _changed(document, (*path[:-1], "Stranger"), 1)


_GONE = object()


def _paths(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield (*path, key)
        yield from _paths(value[key], (*path, key))


def _changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = deepcopy(document)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    if isinstance(holder, list) and path[-1] == "Stranger":
        holder.append(value)
    elif value is _GONE:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return changed


def _stricter(what: str) -> bool:
    """Where we refuse what the schema lets pass, because it says nothing of a value's form there.

    null and values of other kinds where its own alternatives overlook them, and a version that is not 1.1.0.
    """
    overlooked = ("'Identifiers'", "'VAT'", "'DUNS'", "'CageCode'", "'Analysis')", "'CompanyName'", "'Name')")
    return any(name in what for name in overlooked)


@pytest.mark.parametrize("path", ALL)
def test_a_fixtures_verdict_is_the_one_in_its_name(path: Path) -> None:
    assert path.name.startswith("valid_") == accepts(json.loads(path.read_bytes()))


@pytest.mark.parametrize("path", ALL)
def test_what_we_accept_the_official_schema_accepts(path: Path) -> None:
    """Not the other way round: it cannot look into an attachment."""
    document = json.loads(path.read_bytes())
    assert official().is_valid(document) or not accepts(document)


@pytest.mark.parametrize("path", VALID[3:])
def test_a_fixture_spoilt_in_one_place_gets_the_schemas_verdict(path: Path) -> None:
    document = json.loads(path.read_bytes())
    # A page of picture a document would make this a test of base64.
    document["Certificate"]["Logo"] = "data:image/png;base64,"
    validator = official()
    differ = [
        what
        for what, changed in spoilt(document)
        if validator.is_valid(changed) != accepts(changed) and (accepts(changed) or not _stricter(what))
    ]
    assert [] == differ


@pytest.mark.skipif(not SCHEMA.exists(), reason=f"no third-party data at {SCHEMA.name}")
def test_the_certificates_of_our_tests_are_valid_under_the_official_schema() -> None:
    assert [] == [error.message for error in official().iter_errors(certificate())]
