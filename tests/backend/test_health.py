"""Alive, ready, about: what the service says of itself."""

from __future__ import annotations

import re

import pytest

from backend.sandbox.valkey import Valkey
from backend.submissions.receipts import is_receipt
from contracts.typed_data import definitions
from tests.backend.park import Park
from tests.backend.test_bad_input import a_good_batch


def test_alive_needs_nothing(park: Park) -> None:
    assert {"alive": True} == park.get(None, "/health").json()


def test_ready_names_each_part_and_what_is_wrong_with_it(park: Park) -> None:
    answer = park.get(None, "/health/ready")
    parts = answer.json()["parts"]
    assert (503, False) == (answer.status_code, answer.json()["ready"])
    assert {"database": True, "chain": True, "broker": False, "mirror": True} == {
        name: part["ok"] for name, part in parts.items()
    }
    assert "ConnectionRefusedError" == parts["broker"]["says"]


def test_ready_is_ready_when_all_parts_are_there(park: Park, valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    object.__setattr__(park.service, "broker_url", valkey.url)
    answer = park.get(None, "/health/ready")
    assert (200, True) == (answer.status_code, answer.json()["ready"]), answer.text


def test_about_says_which_chain_and_which_code(park: Park) -> None:
    about = park.get(None, "/v1/about").json()
    assert park.chain.deployment.chain_id == about["chain_id"]
    assert park.chain.deployment.genesis_hash == about["genesis_hash"]
    for name, contract in park.chain.deployment.contracts.items():
        assert contract.address.lower() == about["contracts"][name]["address"]
        assert contract.code_hash == about["contracts"][name]["code_hash"]


def test_the_definitions_are_those_that_clients_sign_by(park: Park) -> None:
    assert definitions() == park.get(None, "/v1/typed-data").json()


def test_a_receipt_proves_without_us_that_the_batch_was_accepted(park: Park) -> None:
    receipt = park.submit("supplier", a_good_batch(park)).json()["results"][0]["submission"]["receipt"]
    about = park.get(None, "/v1/about").json()
    assert about["receipt_signer"] == receipt["signer"]

    def proves(accepted_at: int) -> bool:
        return is_receipt(
            bytes.fromhex(receipt["signature"][2:]),
            by=bytes.fromhex(receipt["signer"][2:]),
            chain_id=about["chain_id"],
            batch=bytes.fromhex(receipt["batch"][2:]),
            accepted_at=accepted_at,
        )

    assert proves(receipt["accepted_at"])
    assert not proves(receipt["accepted_at"] - 1)


def test_an_address_that_is_none_is_a_problem_like_every_other(park: Park) -> None:
    for method, path, expected in (("GET", "/v1/nothing", "not_found"), ("DELETE", "/health", "method_not_allowed")):
        answer = park.client.request(method, path)
        assert (expected, "application/problem+json") == (answer.json()["code"], answer.headers["content-type"])


def test_an_id_that_is_none_is_named(park: Park) -> None:
    answer = park.get("supplier", "/v1/holdings/0x12")
    assert (422, "request_invalid") == (answer.status_code, answer.json()["code"])
    assert "path.holding_id" == answer.json()["params"]["fields"][0]["at"]


def test_a_request_keeps_the_id_it_brings(park: Park) -> None:
    answer = park.client.get("/health", headers={"X-Request-ID": "desk-7.2026-11-21"})
    assert "desk-7.2026-11-21" == answer.headers["x-request-id"]
    assert "desk 7" != park.client.get("/health", headers={"X-Request-ID": "desk 7"}).headers["x-request-id"]


def test_the_page_of_the_api_needs_no_other_host(park: Park) -> None:
    """A park's network may have no internet, and a page where tokens are pasted runs nobody else's script."""
    page = park.get(None, "/docs")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert [] == re.findall(r"""(?:src|href)=["'](?:https?:)?//[^"']*""", page.text)
    parts = re.findall(r"""(?:src|href)=["'](docs/[^"']+)""", page.text)
    assert 3 == len(parts)
    assert {200} == {park.get(None, f"/{part}").status_code for part in parts}
    assert park.get(None, "/docs/other.js").status_code in (404, 422)
