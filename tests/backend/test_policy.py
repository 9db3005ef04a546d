"""The table of route x actor: every cell is asked, and a route without a row does not start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import APIRouter

from backend.app import RouteWithoutPolicy, create_app, routes_of
from backend.identity import policy
from backend.identity.actor import Right
from backend.identity.commands import create_token, revoke_token
from backend.identity.policy import ROUTES, Answer, Row
from backend.member.signer import Holding
from tests.backend.books.scene import books_of_anybody
from tests.backend.capture.scene import epcis_of_tenant
from tests.backend.chemicals.scene import certificates_of_tenant
from tests.backend.details.scene import details_of_tenant
from tests.backend.evidence.scene import evidence_of_tenant
from tests.backend.items.scene import items_of_tenant
from tests.backend.mirror.scene import digests_of_anybody
from tests.backend.park import Park
from tests.backend.procurement.scene import trade_of_tenant, ubl_of_anybody
from tests.backend.quality.scene import quality_of_tenant
from tests.backend.requisitions.scene import purchasing_of_tenant
from tests.backend.stock.shelf import stock_of_tenant
from tests.backend.test_bad_input import a_good_batch

ACTORS = ("anonymous", "stranger", "rival", "party", "regulator", "operator")

EXPECTED = {Answer.SIGN_IN: (401, "not_signed_in"), Answer.HIDDEN: (404, "not_found")}


class Scene:
    """A holding of the tenant's, bought from a supplier who sells to a rival too; and the batch that made it."""

    def __init__(self, park: Park) -> None:
        self.park = park
        bought = park.hand_over("supplier", "tenant", park.make("supplier"))
        park.hand_over("supplier", "rival", park.make("supplier"))
        self.subject: Holding = park.transform("tenant", [bought])[0]
        batches = park.get("tenant", "/v1/submissions").json()["submissions"]
        self.submission = next(batch["id"] for batch in batches if batch["action"] == "RecordLotEvent")
        self.lot = park.get("tenant", f"/v1/holdings/0x{self.subject.id.hex()}").json()["lot"]
        # (method, path) -> the path filled in and the body, for what a person asks; from each domain's own scene.
        self.prepared: dict[tuple[str, str], tuple[str, Any]] = {
            **items_of_tenant(park),
            **ubl_of_anybody(),
            **trade_of_tenant(park),
            **quality_of_tenant(park, self.subject),
            **details_of_tenant(park, self.subject),
            **books_of_anybody(park),
            **epcis_of_tenant(park),
            **certificates_of_tenant(park),
            **stock_of_tenant(park, self.subject),
            **purchasing_of_tenant(park),
            **evidence_of_tenant(park, self.subject),
            **digests_of_anybody(),
        }

    def ask(self, method: str, path: str, actor: str) -> httpx.Response:
        name = {"anonymous": None, "party": "tenant"}.get(actor, actor)
        if (method, path) == ("POST", "/v1/submissions"):
            answer: httpx.Response = self.park.submit(name, a_good_batch(self.park))
            return answer
        if (method, path) in self.prepared:
            filled, body = self.prepared[method, path]
            return self.park.ask(name and f"ada@{name}", method, filled, body)
        if path == "/v1/stream":
            # A stream does not end; its head is what we ask for.
            with self.park.client.stream("GET", path, headers=self.park._headers(name)) as stream:
                if stream.status_code != 200:
                    stream.read()
                return stream
        filled = path.format(
            submission_id=self.submission,
            lot_id=self.lot,
            holding_id="0x" + self.subject.id.hex(),
            name="swagger-ui.css",
        )
        got: httpx.Response = self.park.get(name, filled)
        return got


@pytest.fixture
def scene(park: Park) -> Scene:
    return Scene(park)


@pytest.mark.parametrize("actor", ACTORS)
def test_every_route_answers_every_actor_as_the_table_says(scene: Scene, actor: str) -> None:
    for (method, path), row in ROUTES.items():
        cell: Answer = getattr(row, actor)
        answer = scene.ask(method, path, actor)
        if cell is Answer.OPEN:
            # Without broker the service is not ready, and says so to everybody.
            assert answer.status_code in (200, 202, 204) or path == "/health/ready", (method, path, answer.text)
        else:
            assert EXPECTED[cell] == (answer.status_code, answer.json()["code"]), (method, path)


def test_every_actor_of_the_table_is_asked() -> None:
    assert ACTORS == tuple(name for name in Row.__dataclass_fields__ if name != "why")


def test_every_route_has_a_row_and_every_row_a_route(park: Park) -> None:
    assert set(ROUTES) == set(routes_of(create_app(park.service)))


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.pop(("GET", "/v1/keys")),
        lambda rows: rows.update({("GET", "/v1/nowhere"): rows[("GET", "/v1/keys")]}),
    ],
    ids=["a row missing", "a row too many"],
)
def test_an_application_that_differs_from_the_table_does_not_start(
    park: Park, monkeypatch: pytest.MonkeyPatch, change: Callable[[dict[tuple[str, str], Row]], None]
) -> None:
    rows = dict(ROUTES)
    change(rows)
    monkeypatch.setattr(policy, "ROUTES", rows)
    monkeypatch.setattr("backend.app.ROUTES", rows)
    with pytest.raises(RouteWithoutPolicy):
        create_app(park.service)


def test_a_token_that_was_revoked_or_has_expired_or_never_was_is_refused(park: Park) -> None:
    with park.engine.begin() as connection:
        number, token = create_token(connection, organisation=3, rights=Right.STOCK, label="lost", days=1)
        _, expired = create_token(connection, organisation=3, rights=Right.STOCK, label="old", days=1, at=1)
    headers = {"Authorization": f"Bearer {token}"}
    assert 200 == park.client.get("/v1/keys", headers=headers).status_code
    with park.engine.begin() as connection:
        assert revoke_token(connection, number=number)
    for made in (token, expired, "syt_invented"):
        answer = park.client.get("/v1/keys", headers={"Authorization": f"Bearer {made}"})
        assert (401, "token_not_valid") == (answer.status_code, answer.json()["code"])
        assert "Bearer" == answer.headers["www-authenticate"]


def test_a_token_is_stored_as_its_hash_alone(park: Park) -> None:
    token = park.token("supplier")
    with park.engine.begin() as connection:
        stored = connection.exec_driver_sql("SELECT api_token::text FROM service.api_token").scalars().all()
    assert not any(token in row or token.removeprefix("syt_").encode().hex() in row for row in stored)


def test_a_token_of_an_organisation_the_chain_does_not_know_is_refused(park: Park) -> None:
    with park.engine.begin() as connection:
        _, token = create_token(connection, organisation=4_000, rights=Right.STOCK, label="invented", days=1)
    answer = park.client.get("/v1/keys", headers={"Authorization": f"Bearer {token}"})
    assert (401, "token_not_valid") == (answer.status_code, answer.json()["code"])


def test_an_operator_whose_tokens_are_narrowed_still_acts_for_the_organisation(park: Park) -> None:
    answer = park.get("supplier", "/v1/keys").json()
    assert (3, [park.members["supplier"].address.lower()]) == (
        answer["organisation"],
        [key["address"] for key in answer["keys"]],
    )
    assert ["supplier"] == [
        ",".join(each["roles"])
        for each in park.get("supplier", "/v1/organisations").json()["organisations"]
        if each["organisation"] == 3
    ]


def test_a_route_added_to_the_application_needs_a_row(park: Park) -> None:
    app = create_app(park.service)
    router = APIRouter()

    @router.get("/v1/secrets")
    def secrets() -> str:
        return "nobody has reviewed who may see them"

    app.include_router(router)
    assert [("GET", "/v1/secrets")] == policy.routes_without_a_row(routes_of(app))
