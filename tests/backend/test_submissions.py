"""A batch on its way: accepted, relayed, mined, mirrored."""

from concurrent.futures import ThreadPoolExecutor

from backend.member.signer import ADD, MADE, OBJECT, SUBJECT
from tests.backend.park import Park


def test_a_signed_batch_travels_from_acceptance_to_the_mirror(park: Park) -> None:
    member = park.members["supplier"]
    made = member.new_holding()
    event = member.lot_event(OBJECT, ADD, {made: (SUBJECT, MADE)})
    answer = park.submit("supplier", member.batch("RecordLotEvent", event))
    assert 202 == answer.status_code
    (result,) = answer.json()["results"]
    assert "accepted" == result["submission"]["state"]
    park.relayer.sign_waiting()
    assert "relayed" == park.get("supplier", result["status_url"]).json()["state"]
    park.relayer.send_open()
    park.relayer.look_at_receipts()
    assert "mined" == park.get("supplier", result["status_url"]).json()["state"]
    park.catch_up()
    park.relayer.settle()
    assert "mirrored" == park.get("supplier", result["status_url"]).json()["state"]
    holding = park.get("supplier", f"/v1/holdings/0x{made.id.hex()}")
    assert 200 == holding.status_code
    assert {"organisation": 3, "withheld": False} == holding.json()["custodian"]


def test_the_same_batch_many_times_at_once_is_one_submission(park: Park) -> None:
    member = park.members["supplier"]
    event = member.lot_event(OBJECT, ADD, {member.new_holding(): (SUBJECT, MADE)})
    batch = member.batch("RecordLotEvent", event)
    park.token("supplier")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: park.submit("supplier", batch), range(8)))
    assert [202] * 8 == [answer.status_code for answer in answers]
    (batch_id,) = {answer.json()["results"][0]["submission"]["id"] for answer in answers}
    listed = park.get("supplier", "/v1/submissions").json()["submissions"]
    assert 1 == sum(submission["id"] == batch_id for submission in listed)
