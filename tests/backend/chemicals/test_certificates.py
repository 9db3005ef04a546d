"""Certificates: registered as printed, listed before they end, withdrawn."""

from __future__ import annotations

from typing import Any

import pytest

from backend import clock
from backend.chemicals import queries
from backend.identity.actor import Right
from tests.backend.chemicals.scene import DAY, certificate
from tests.backend.park import Park

PAPERS = "/v1/chemical-certificates"


def test_a_certificate_comes_back_as_it_was_registered_with_all_of_it_left(park: Park) -> None:
    paper = certificate()
    got = park.ask("tenant", "POST", PAPERS, paper).json()
    assert paper == {name: got[name] for name in paper}
    assert (10_000, 0, 0) == (got["remaining"], got["reserved"], got["spent"])
    assert got == park.get("tenant", f"{PAPERS}/{paper['id']}").json()
    assert [] == park.get("tenant", f"{PAPERS}/{paper['id']}/entries").json()["entries"]


def test_the_same_paper_again_is_the_same_certificate(park: Park) -> None:
    paper = certificate()
    first, again = (park.ask("tenant", "POST", PAPERS, paper).json() for _ in range(2))
    assert first == again
    assert 1 == len(park.get("tenant", PAPERS).json()["certificates"])


def test_a_paper_that_differs_under_the_same_id_or_number_is_refused(park: Park) -> None:
    paper = certificate()
    park.ask("tenant", "POST", PAPERS, paper)
    more = park.ask("tenant", "POST", PAPERS, {**paper, "allowed": 20_000})
    assert (409, "id_reused") == (more.status_code, more.json()["code"])
    twin = park.ask("tenant", "POST", PAPERS, certificate(number=paper["number"]))
    assert (409, "certificate_number_taken") == (twin.status_code, twin.json()["code"])
    assert 10_000 == park.get("tenant", f"{PAPERS}/{paper['id']}").json()["allowed"]


def test_another_organisation_may_have_a_paper_with_the_same_number_and_id(park: Park) -> None:
    paper = certificate()
    for name in ("tenant", "rival"):
        assert 200 == park.ask(name, "POST", PAPERS, paper).status_code
    park.ask("rival", "POST", f"{PAPERS}/{paper['id']}/withdraw")
    assert park.get("tenant", f"{PAPERS}/{paper['id']}").json()["withdrawn_at"] is None


def test_what_ends_soon_is_listed_until_it_is_withdrawn(park: Park) -> None:
    soon, late = (certificate(valid_until=clock.now() + days * DAY) for days in (5, 50))
    for paper in (soon, late):
        park.ask("tenant", "POST", PAPERS, paper)
    listed = park.get("tenant", PAPERS, expiring_within_days=7).json()["certificates"]
    assert [soon["id"]] == [each["id"] for each in listed]
    for _ in range(2):
        withdrawn = park.ask("tenant", "POST", f"{PAPERS}/{soon['id']}/withdraw")
        assert 200 == withdrawn.status_code
        assert withdrawn.json()["withdrawn_at"] is not None
    assert [] == park.get("tenant", PAPERS, expiring_within_days=7).json()["certificates"]


def test_pages_of_certificates_leave_none_out(park: Park, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    papers = [certificate() for _ in range(5)]
    for paper in papers:
        park.ask("tenant", "POST", PAPERS, paper)
    seen: list[str] = []
    after: dict[str, str | int] = {}
    while True:
        page = park.get("tenant", PAPERS, **after).json()
        seen += [each["id"] for each in page["certificates"]]
        if page["next_after"] is None:
            break
        after = {"after": page["next_after"]}
    assert sorted(paper["id"] for paper in papers) == seen


@pytest.mark.parametrize(
    "fields",
    [
        {"item_class": "ordinary"},
        {"item_class": "highly_toxic"},  # a filing is not enough
        {"kind": "promise"},
        {"allowed": 0},
        {"unit": "KGM"},
        {"valid_until": 5},
        {"number": " "},
        {"id": "1"},
    ],
)
def test_what_is_no_certificate_is_refused(park: Park, fields: dict[str, Any]) -> None:
    refused = park.ask("tenant", "POST", PAPERS, certificate(**fields))
    assert (422, "request_invalid") == (refused.status_code, refused.json()["code"])
    assert [] == park.get("tenant", PAPERS).json()["certificates"]


def test_who_may_not_order_registers_and_withdraws_nothing(park: Park) -> None:
    park.token("bob@tenant", rights=Right.RECEIVE | Right.STOCK)
    paper = certificate()
    park.ask("tenant", "POST", PAPERS, paper)
    for path, body in ((PAPERS, certificate()), (f"{PAPERS}/{paper['id']}/withdraw", None)):
        refused = park.ask("bob@tenant", "POST", path, body)
        assert (403, "not_permitted") == (refused.status_code, refused.json()["code"])


def test_what_nothing_was_reserved_for_cannot_be_spent(park: Park) -> None:
    spending = {"id": certificate()["id"], "request": certificate()["id"], "line": 0, "units": 1}
    assert 404 == park.ask("ada@tenant", "POST", f"{PAPERS}/spendings", spending).status_code
    machine = park.ask("tenant", "POST", f"{PAPERS}/spendings", spending)
    assert (403, "person_required") == (machine.status_code, machine.json()["code"])
