"""Release blocks: nothing with an open finding is released until another person has decided, with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from backend.identity.actor import Right
from backend.member.signer import ADD, AGGREGATION, CHILD, NONE, PARENT, Holding, Member
from backend.quality.release import PASS, open_blocks
from backend.submissions.models import SUBMISSION
from contracts import action_json
from tests.backend.park import Park
from tests.backend.quality.papers import certificate_asked, inspection, log, logger_asked, with_inspections
from tests.backend.stock.receiving import FAIL, hex_of, quality_signer, receive

WARM = log("4", *["9"] * 5)


def block(park: Park, holding: Holding, *, by: str = "ada@tenant", **asked: Any) -> int:
    """Attach a certificate with a finding; the number of its block."""
    answer = park.ask(by, "POST", "/v1/certificates", certificate_asked(holding, lot_number="another", **asked))
    assert 200 == answer.status_code, answer.text
    return int(answer.json()["document"]["blocks"][0]["number"])


def close(park: Park, number: int, *, by: str = "bob@tenant", reason: str = "label misread, retest passed") -> Any:
    answer = park.ask(by, "POST", f"/v1/release-blocks/{number}/close", {"reason": reason})
    return answer.status_code, answer.json()


def judgement(judge: Member, holding: Holding, verdict: int = PASS) -> dict[str, Any]:
    return judge.batch("JudgeHolding", judge.state(holding=holding.key, seq=holding.seq, verdict=verdict))


def submissions(park: Park) -> int | None:
    with park.engine.begin() as connection:
        return connection.scalar(select(func.count()).select_from(SUBMISSION))


def test_what_has_an_open_finding_is_not_released_until_another_person_has_decided(park: Park) -> None:
    judge = quality_signer(park)
    holding = receive(park, quarantine=True)
    number = block(park, holding)
    before = submissions(park)
    answer = park.submit("tenant", judgement(judge, holding))
    assert (409, "release_blocked") == (answer.status_code, answer.json()["code"])
    (finding,) = answer.json()["params"]["findings"]
    assert (number, hex_of(holding), "certificate_other_lot") == (
        finding["block"],
        finding["holding"],
        finding["cause"],
    )
    assert before == submissions(park)

    assert 200 == close(park, number)[0]
    assert 202 == park.submit("tenant", judgement(judge, holding)).status_code
    park.settle()
    assert "quarantined" not in park.get("tenant", f"/v1/holdings/{hex_of(holding)}").json()["flags"]


def test_a_finding_inside_a_box_blocks_the_box(park: Park) -> None:
    judge, supplier = quality_signer(park), park.members["supplier"]
    vial, box = park.make("supplier"), park.make("supplier")
    packing = supplier.lot_event(AGGREGATION, ADD, {box: (PARENT, NONE), vial: (CHILD, NONE)})
    park.record("supplier", "RecordLotEvent", packing)
    received = receive(park, quarantine=True, made=box.after("RecordLotEvent", packing, supplier.address))
    number = block(park, vial)
    answer = park.submit("tenant", judgement(judge, received))
    assert [(number, hex_of(vial))] == [
        (finding["block"], finding["holding"]) for finding in answer.json()["params"]["findings"]
    ]
    close(park, number)
    assert 202 == park.submit("tenant", judgement(judge, received)).status_code


def test_a_finding_follows_what_is_split_off_or_unpacked(park: Park) -> None:
    vial, box = park.make("tenant"), park.make("tenant")
    packing = park.members["tenant"].lot_event(AGGREGATION, ADD, {box: (PARENT, NONE), vial: (CHILD, NONE)})
    park.record("tenant", "RecordLotEvent", packing)
    rest, (part, _) = park.split("tenant", park.make("tenant"))
    numbers = {block(park, box): vial, block(park, rest): part}
    with park.engine.begin() as connection:
        for number, holding in numbers.items():
            (found,) = open_blocks(connection, 5, [holding.id])
            assert (number, holding.id) == (found.number, found.asked)
        assert [] == open_blocks(connection, 5, [park.make("tenant").id, bytes(32)])
        assert [] == open_blocks(connection, 6, [vial.id, part.id])


def test_failing_goods_with_findings_is_not_objected_to(park: Park) -> None:
    judge = quality_signer(park)
    holding = receive(park, quarantine=True)
    block(park, holding)
    assert 202 == park.submit("tenant", judgement(judge, holding, FAIL)).status_code


def test_of_several_batches_only_the_blocked_one_is_refused(park: Park) -> None:
    judge = quality_signer(park)
    blocked, free = receive(park, quarantine=True), receive(park, quarantine=True)
    block(park, blocked)
    answer = park.submit("tenant", judgement(judge, blocked), judgement(judge, free))
    problems = [result["problem"] and result["problem"]["code"] for result in answer.json()["results"]]
    assert (202, ["release_blocked", None]) == (answer.status_code, problems)


def test_the_findings_of_one_organisation_block_no_other(park: Park) -> None:
    judge = quality_signer(park)
    holding = receive(park, quarantine=True)
    block(park, holding, by="sue@supplier")
    assert 202 == park.submit("tenant", judgement(judge, holding)).status_code


def test_a_broken_cold_chain_blocks_the_release_and_brings_the_hold_to_sign(park: Park) -> None:
    judge = quality_signer(park)
    holding = receive(park, quarantine=True)
    attached = park.ask("ada@tenant", "POST", "/v1/logger-files", logger_asked(holding, WARM)).json()
    (found,) = attached["document"]["blocks"]
    expected = {"lowest_millidegrees": 4_000, "highest_millidegrees": 9_000, "minutes_outside": 50}
    assert ("cold_chain_broken", expected | {"most_minutes_outside": 30}) == (found["cause"], found["params"])
    assert "release_blocked" == park.submit("tenant", judgement(judge, holding)).json()["code"]

    unsigned = attached["to_sign"]
    (action,) = (action_json.parse(unsigned["action"], each) for each in unsigned["actions"])
    park.record("tenant", unsigned["action"], action)
    assert "held_by_party" in park.get("tenant", f"/v1/holdings/{hex_of(holding)}").json()["flags"]


def test_who_brought_the_document_does_not_decide_on_it(park: Park) -> None:
    number = block(park, park.make("tenant"))
    status, body = close(park, number, by="ada@tenant")
    assert (403, "second_person_required") == (status, body["code"])
    assert park.get("tenant", f"/v1/release-blocks/{number}").json()["closed_at"] is None


def test_what_a_machine_brought_any_quality_person_may_decide_on(park: Park) -> None:
    number = block(park, park.make("tenant"), by="tenant")
    status, body = close(park, number, by="ada@tenant")
    assert (200, "ada", "label misread, retest passed") == (status, body["closed_by"], body["reason"])


def test_closing_takes_a_person_with_the_right_and_a_reason(park: Park) -> None:
    number = block(park, park.make("tenant"))
    assert (403, "person_required") == (
        close(park, number, by="tenant")[0],
        close(park, number, by="tenant")[1]["code"],
    )
    park.token("rex@tenant", Right.RECEIVE | Right.STOCK)
    assert "not_permitted" == close(park, number, by="rex@tenant")[1]["code"]
    for reason in ("", "  ", "x" * 501):
        assert "request_invalid" == close(park, number, reason=reason)[1]["code"]
    assert park.get("tenant", f"/v1/release-blocks/{number}").json()["closed_at"] is None


def test_a_decision_stands_and_is_repeated_without_harm(park: Park) -> None:
    number = block(park, park.make("tenant"))
    first = close(park, number)
    assert first == close(park, number)
    for by, reason in (("bob@tenant", "another reason"), ("cleo@tenant", "label misread, retest passed")):
        status, body = close(park, number, by=by, reason=reason)
        assert (409, "block_closed", "bob") == (status, body["code"], body["params"]["closed_by"])
    assert first[1] == park.get("tenant", f"/v1/release-blocks/{number}").json()


@pytest.mark.parametrize("number", [1, 2**62])
def test_a_block_of_another_or_of_nobody_is_hidden(park: Park, number: int) -> None:
    assert 1 == block(park, park.make("tenant")) or number
    assert (404, "not_found") == (
        close(park, number, by="bob@rival")[0],
        close(park, number, by="bob@rival")[1]["code"],
    )


def test_blocks_are_listed_by_holding_state_and_change(park: Park) -> None:
    one, other = park.make("tenant"), park.make("tenant")
    first, second = block(park, one), block(park, other)
    closed = close(park, first)[1]

    def listed(**query: Any) -> list[int]:
        return [each["number"] for each in park.get("tenant", "/v1/release-blocks", **query).json()["blocks"]]

    assert [second, first] == listed()
    assert [first] == listed(holding=hex_of(one))
    assert ([second], [first]) == (listed(open="true"), listed(open="false"))
    assert [] == listed(changed_since=closed["closed_at"] + 1)
    assert first in listed(changed_since=closed["closed_at"])


def test_a_long_list_comes_in_pages(park: Park) -> None:
    holding = park.make("tenant")
    outside = [inspection(Property=f"P {number}", Value="2", Maximum="1") for number in range(101)]
    asked = certificate_asked(holding, with_inspections(*outside))
    numbers = [
        each["number"]
        for each in park.ask("ada@tenant", "POST", "/v1/certificates", asked).json()["document"]["blocks"]
    ]
    page = park.get("tenant", "/v1/release-blocks").json()
    rest = park.get("tenant", "/v1/release-blocks", before=page["next_before"]).json()
    assert numbers[::-1] == [each["number"] for each in page["blocks"] + rest["blocks"]]
    assert (100, None) == (len(page["blocks"]), rest["next_before"])
