"""The relayer: each accepted batch on chain exactly once, whatever dies, is lost, or is taken back in between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from eth_account import Account
from sqlalchemy import select

from backend.member.signer import ADD, MADE, OBJECT, OBSERVE, SUBJECT, Holding
from backend.service_commands import relayer_of
from backend.submissions.models import RELAYED_TRANSACTION
from backend.submissions.settlement import AUTHORISED_TOPIC
from contracts import wire
from contracts.action_json import parse
from contracts.typed_data import Batch
from tests.backend.faults import killed_at
from tests.backend.park import Park, open_test_service


def submit_a_record(park: Park, name: str = "supplier", **terms: Any) -> str:
    """One accepted batch of one record; its status URL."""
    member = park.members[name]
    event = member.lot_event(OBJECT, ADD, {member.new_holding(): (SUBJECT, MADE)})
    answer = park.submit(name, member.batch("RecordLotEvent", event, **terms))
    assert 202 == answer.status_code, answer.text
    return str(answer.json()["results"][0]["status_url"])


def state_of(park: Park, url: str) -> tuple[str, str | None]:
    status = park.get("operator", url).json()
    return status["state"], status["reason"]


def times_on_chain(park: Park, url: str) -> int:
    """How often the chain says that it recorded a batch."""
    digest = url.rsplit("/", 1)[1]
    criteria = {
        "fromBlock": "0x0",
        "address": list(park.chain.place.contracts.values()),
        "topics": ["0x" + AUTHORISED_TOPIC.hex(), digest],
    }
    logs = park.chain.anvil.ask("eth_getLogs", criteria)
    assert isinstance(logs, list)
    return len(logs)


def transaction_states(park: Park) -> list[str]:
    """The states of our transactions of this test, oldest first."""
    with park.engine.begin() as connection:
        states = connection.scalars(
            select(RELAYED_TRANSACTION.c.state).order_by(RELAYED_TRANSACTION.c.account_nonce)
        ).all()
    return list(states)[park.transactions_before :]


@pytest.fixture
def held_back(park: Park) -> Iterator[Park]:
    """A park whose chain makes blocks only when told to."""
    park.chain.anvil.ask("evm_setAutomine", False)
    yield park
    park.chain.anvil.ask("evm_setAutomine", True)


def mine(park: Park) -> None:
    park.chain.anvil.ask("anvil_mine", "0x1")


def use_next_nonce(park: Park) -> None:
    """Somebody else sends a transaction with the relayer's account."""
    account = Account.from_key(park.chain.relayer_key)
    count = park.service.sender.transaction_count()
    stranger = account.sign_transaction(
        {"chainId": 31_337, "nonce": count, "to": account.address, "value": 0, "gas": 21_000, "gasPrice": 0}
    )
    park.chain.anvil.ask("eth_sendRawTransaction", "0x" + stranger.raw_transaction.hex())


@pytest.mark.parametrize("after_asking", [False, True], ids=["before each question", "after each answer"])
def test_killed_between_any_two_steps_it_loses_and_doubles_nothing(park: Park, after_asking: bool) -> None:
    step = 0
    while True:
        urls = [submit_a_record(park), submit_a_record(park, "tenant")]
        with killed_at(step, park.engine, park.service.sender, after_asking=after_asking) as countdown:
            park.settle()
        park.settle()
        assert [("mirrored", None)] * 2 == [state_of(park, url) for url in urls], f"killed at step {step}"
        assert [1, 1] == [times_on_chain(park, url) for url in urls], f"killed at step {step}"
        if not countdown.fired:
            break
        step += 1
    assert step > 20, "the relayer takes more steps than that: the hooks have come loose"


def test_two_relayers_at_once_bring_each_batch_once(park: Park) -> None:
    urls = [submit_a_record(park) for _ in range(5)]
    other = relayer_of(open_test_service(park.chain, park.database_url, []))
    # Without the lock that would keep them apart: both sign from the same waiting rows.
    park.relayer.sign_waiting()
    other.sign_waiting()
    other.send_open()
    park.relayer.send_open()
    park.settle()
    assert [("mirrored", None)] * 5 == [state_of(park, url) for url in urls]
    assert [1] * 5 == [times_on_chain(park, url) for url in urls]
    assert ["mined"] * 5 == transaction_states(park)
    other._engine.dispose()


def test_a_batch_that_builds_in_part_on_another_has_gas_for_all_of_it(park: Park) -> None:
    member = park.members["supplier"]
    there = park.make("supplier")
    park.chain.anvil.ask("evm_setAutomine", False)
    coming = [member.new_holding() for _ in range(10)]
    made = [member.lot_event(OBJECT, ADD, {holding: (SUBJECT, MADE)}) for holding in coming]
    come = [holding.after("RecordLotEvent", event, member.address) for holding, event in zip(coming, made, strict=True)]
    sent = [member.dispatch(holding, member.consignment(park.members["tenant"])) for holding in (there, *come)]
    urls = []
    for batch in (member.batch("RecordLotEvent", *made), member.batch("DispatchGoods", *sent)):
        answer = park.submit("supplier", batch)
        assert 202 == answer.status_code, answer.text
        urls.append(answer.json()["results"][0]["status_url"])
    park.relayer.advance()
    mine(park)
    park.chain.anvil.ask("evm_setAutomine", True)
    park.settle()
    assert [("mirrored", None)] * 2 == [state_of(park, url) for url in urls]
    assert ["mined"] * 2 == transaction_states(park)[-2:], "none ran out of gas"
    items = park.get("supplier", urls[1]).json()["items"]
    assert {None} == {item["reason"] for item in items}


def test_batches_that_build_on_each_other_go_in_one_flight(held_back: Park) -> None:
    park = held_back
    member = park.members["supplier"]
    there: Holding = member.new_holding()
    urls = []
    for kind in (ADD, OBSERVE, OBSERVE, OBSERVE):
        event = member.lot_event(OBJECT, kind, {there: (SUBJECT, MADE if kind == ADD else 0)})
        there = there.after("RecordLotEvent", event, member.address)
        answer = park.submit("supplier", member.batch("RecordLotEvent", event))
        urls.append(answer.json()["results"][0]["status_url"])
    park.settle()
    assert [("relayed", None)] * 4 == [state_of(park, url) for url in urls]
    mine(park)
    park.settle()
    assert [("mirrored", None)] * 4 == [state_of(park, url) for url in urls]


def test_a_transaction_the_node_lost_is_sent_again_byte_for_byte(
    held_back: Park, monkeypatch: pytest.MonkeyPatch
) -> None:
    park = held_back
    url = submit_a_record(park)
    park.relayer.advance()
    park.chain.anvil.ask("anvil_dropAllTransactions")
    mine(park)
    monkeypatch.setattr(park.relayer, "_resend_after_seconds", -1)
    park.relayer.advance()
    mine(park)
    park.settle()
    assert ("mirrored", None) == state_of(park, url)
    assert ["mined"] == transaction_states(park)


def test_a_block_taken_back_by_a_reorganisation_is_noticed_and_its_transaction_sent_again(park: Park) -> None:
    park.service = open_test_service(park.chain, park.database_url, [], finality_depth=5)
    park.relayer = relayer_of(park.service)
    url = submit_a_record(park)
    park.relayer.advance()
    park.relayer.look_at_receipts()
    assert ("mined", None) == state_of(park, url)
    park.chain.anvil.ask("anvil_reorg", 1, [])
    assert 0 == times_on_chain(park, url)
    park.relayer.look_at_receipts()
    assert ("relayed", None) == state_of(park, url)
    park.relayer.advance()
    park.relayer.look_at_receipts()
    assert ("mined", None) == state_of(park, url)
    assert 1 == times_on_chain(park, url)
    assert ["mined"] == transaction_states(park)
    park.service.engine.dispose()


def test_a_block_taken_back_while_nobody_looked_is_noticed_by_what_the_mirror_does_not_have(park: Park) -> None:
    park.service = open_test_service(park.chain, park.database_url, [], finality_depth=1)
    park.relayer = relayer_of(park.service)
    url = submit_a_record(park)
    park.relayer.advance()
    park.relayer.look_at_receipts()
    assert ("mined", None) == state_of(park, url)
    park.chain.anvil.ask("anvil_reorg", 1, [])
    park.chain.anvil.ask("anvil_mine", "0x3")
    for _ in range(3):
        park.settle()
    assert ("mirrored", None) == state_of(park, url)
    assert 1 == times_on_chain(park, url)
    assert ["mined"] == transaction_states(park)
    park.service.engine.dispose()


def test_a_record_whose_final_block_was_taken_back_is_brought_on_chain_once_more(park: Park) -> None:
    url = submit_a_record(park)
    park.settle()
    assert ("mirrored", None) == state_of(park, url)
    park.chain.anvil.ask("anvil_reorg", 1, [])
    assert 0 == times_on_chain(park, url)
    park.relayer.advance()
    assert ("relayed", None) == state_of(park, url), "though the mirror, which halts, has it still"
    park.relayer.advance()
    assert 1 == times_on_chain(park, url)


def test_a_transaction_replaced_by_another_of_the_account_gives_way_to_a_new_one(held_back: Park) -> None:
    park = held_back
    url = submit_a_record(park)
    park.relayer.advance()
    park.chain.anvil.ask("anvil_dropAllTransactions")
    use_next_nonce(park)
    mine(park)
    park.relayer.advance()
    assert ("accepted", None) == state_of(park, url)
    park.relayer.advance()
    mine(park)
    park.settle()
    assert ("mirrored", None) == state_of(park, url)
    assert ["replaced", "mined"] == transaction_states(park)


def test_a_nonce_that_a_reorganisation_frees_below_ours_holds_nothing_up(held_back: Park) -> None:
    park = held_back
    use_next_nonce(park)
    mine(park)
    url = submit_a_record(park)
    park.relayer.sign_waiting()
    park.chain.anvil.ask("anvil_reorg", 1, [])
    for _ in range(2):
        park.relayer.send_open()
        mine(park)
    park.settle()
    assert ("mirrored", None) == state_of(park, url)
    assert 1 == times_on_chain(park, url)


def test_a_batch_that_somebody_else_relayed_first_is_not_refused(held_back: Park) -> None:
    park = held_back
    member = park.members["supplier"]
    event = member.lot_event(OBJECT, ADD, {member.new_holding(): (SUBJECT, MADE)})
    batch = member.batch("RecordLotEvent", event)
    url = park.submit("supplier", batch).json()["results"][0]["status_url"]
    _relay_as_somebody_else(park, batch)
    park.relayer.advance()
    mine(park)
    park.settle()
    park.settle()
    assert ("mirrored", None) == state_of(park, url)
    assert 1 == times_on_chain(park, url)
    assert ["spent"] == transaction_states(park)


def test_a_batch_the_chain_refuses_is_refused_with_the_chains_reason_and_may_come_again(park: Park) -> None:
    member = park.members["supplier"]
    made = member.new_holding()
    creation = member.lot_event(OBJECT, ADD, {made: (SUBJECT, MADE)})
    there = made.after("RecordLotEvent", creation, member.address)
    # Something is under way, so the door does not refuse what is not there yet.
    submit_a_record(park)
    early = member.batch("RecordLotEvent", member.lot_event(OBJECT, OBSERVE, {there: (SUBJECT, 0)}))
    url = park.submit("supplier", early).json()["results"][0]["status_url"]
    park.settle()
    park.settle()
    assert ("refused", "stale_seq") == state_of(park, url)
    park.record("supplier", "RecordLotEvent", creation)
    assert 202 == park.submit("supplier", early).status_code
    park.settle()
    assert ("mirrored", None) == state_of(park, url)
    assert 1 == times_on_chain(park, url)


def test_a_deadline_that_passes_in_the_outbox_refuses_the_batch_without_a_transaction(
    park: Park, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = submit_a_record(park)
    monkeypatch.setattr("backend.clock.now", lambda: 5_000_000_000)
    park.relayer.advance()
    monkeypatch.undo()
    assert ("refused", "deadline_expired") == state_of(park, url)
    assert [] == transaction_states(park)


def test_a_chain_that_does_not_answer_holds_nothing_up_at_the_door(park: Park) -> None:
    dead = open_test_service(park.chain, park.database_url, [], rpc_url="http://127.0.0.1:1")
    ask = park.service.sender._ask
    park.service.sender._ask = dead.sender._ask  # type: ignore[method-assign]  # the chain is gone
    url = submit_a_record(park)
    park.service.sender._ask = ask  # type: ignore[method-assign]  # and back
    park.settle()
    assert ("mirrored", None) == state_of(park, url)
    dead.engine.dispose()


def test_a_full_batch_of_new_holdings_fits_into_a_transaction(park: Park) -> None:
    member = park.members["supplier"]
    events = [member.lot_event(OBJECT, ADD, {member.new_holding(): (SUBJECT, MADE)}) for _ in range(200)]
    park.record("supplier", "RecordLotEvent", *events)


def _relay_as_somebody_else(park: Park, batch: dict[str, Any]) -> None:
    terms = batch["authorisation"]
    signed = wire.SignedBatch(
        Batch(
            batch["action"],
            tuple(parse(batch["action"], action) for action in batch["actions"]),
            int(terms["nonce"]),
            terms["deadline"],
            terms["mode"],
        ),
        terms["signer"],
        bytes.fromhex(terms["signature"][2:]),
    )
    accounts = park.chain.anvil.ask("eth_accounts")
    assert isinstance(accounts, list)
    call = {"from": accounts[5], "to": batch["contract"], "gas": "0x1000000"}
    park.chain.anvil.ask("eth_sendTransaction", {**call, "data": "0x" + wire.calldata(signed).hex()})
