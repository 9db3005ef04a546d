"""Buying and selling in a test's park: every act goes in through the API, and on from what the API then shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from backend import clock
from backend.errors import CATALOGUE
from backend.member.signer import ACCEPTED, FAR, NO_ORDER, PASS, Holding, Member
from contracts.signatures import keccak
from contracts.typed_data import action_hash, consignment_id, fold, milestone_id, order_id
from tests.backend.park import Park
from tests.backend.test_bad_input import nothing_written

QUALITY = 1 << 2
DAY = 86_400

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Order:
    """An order as its buyer knows it."""

    buyer: str
    supplier: str
    key: Json

    @property
    def id(self) -> bytes:
        return order_id(self.key)


@dataclass(frozen=True, slots=True)
class Sent:
    """A holding on its way, or answered: who sent it to whom, in what."""

    giver: str
    receiver: str
    holding: Holding
    consignment: Json

    @property
    def consignment_id(self) -> bytes:
        return consignment_id(self.consignment)


@dataclass(frozen=True, slots=True)
class Act:
    """One action that somebody is about to sign."""

    by: str
    action: str
    fields: Json


class Trade:
    """The park, and what its members do with one another."""

    def __init__(self, park: Park) -> None:
        self.park = park

    # --- reading ----------------------------------------------------------------------------------------------

    def get(self, name: str, path: str, **query: str | int) -> Json:
        answer = self.park.get(name, path, **query)
        assert 200 == answer.status_code, answer.text
        return dict(answer.json())

    def order(self, order: Order, by: str | None = None) -> Json:
        return self.get(by or order.buyer, f"/v1/orders/{to_hex(order.id)}")

    def consignment(self, sent: Sent, by: str | None = None) -> Json:
        return self.get(by or sent.receiver, f"/v1/consignments/{to_hex(sent.consignment_id)}")

    def milestones(self, order: Order) -> list[Json]:
        return list(self.get(order.buyer, "/v1/milestones", order=to_hex(order.id))["milestones"])

    def holding(self, name: str, holding: Holding) -> Json:
        return self.get(name, f"/v1/holdings/{to_hex(holding.id)}")

    def now(self) -> int:
        """By the chain's clock."""
        block = self.park.chain.anvil.ask("eth_getBlockByNumber", "latest", False)
        assert isinstance(block, dict)
        return int(block["timestamp"], 16)

    def pass_time(self, seconds: int) -> None:
        self.park.chain.anvil.ask("evm_increaseTime", seconds)
        self.park.chain.anvil.ask("evm_mine")
        self.park.catch_up()

    # --- acting -----------------------------------------------------------------------------------------------

    def do(self, act: Act) -> bytes:
        """Sign, submit and see through to the mirror; the action's hash."""
        value = self.park.members[act.by].state(**act.fields)
        self.park.record(act.by, act.action, value)
        return action_hash(act.action, value)

    def do_at_once(self, *acts: Act) -> None:
        """Acts of one kind by one member, under one signature."""
        member = self.park.members[acts[0].by]
        self.park.record(acts[0].by, acts[0].action, *(member.state(**act.fields) for act in acts))

    def refuse(self, act: Act, code: str) -> None:
        """Submit what must be refused with a code, and leave nothing behind."""
        assert {"it": code} == self.codes_of_refusals({"it": act})

    def codes_of_refusals(self, acts: Mapping[str, Act]) -> dict[str, str]:
        """Submit what must be refused, act by act: why each was. Nothing is left behind by any."""
        self.park.nudged.clear()
        codes = {}
        with nothing_written(self.park):
            for name, act in acts.items():
                member = self.park.members[act.by]
                answer = self.park.submit(act.by, member.batch(act.action, member.state(**act.fields)))
                codes[name] = answer.json().get("code", "accepted")
                assert codes[name] == "accepted" or CATALOGUE[codes[name]].status == answer.status_code
        return codes

    def issue(self, buyer: str = "tenant", supplier: str = "supplier", **fields: Any) -> Order:
        """An order of two lines of goods and one service, unless it is said otherwise."""
        members = self.park.members
        key = {
            "buyer": members[buyer].organisation,
            "supplier": members[supplier].organisation,
            "handle": members[buyer].salt(),
        }
        order = Order(buyer, supplier, key)
        self.do(self.issuing(order, **fields))
        return order

    def issuing(self, order: Order, **fields: Any) -> Act:
        terms = {"lines": 3, "services": 0b100, "quarantines": 0, "lapsesAt": FAR}
        return Act(order.buyer, "IssueOrder", {"order": order.key, **terms, **fields})

    def confirming(self, order: Order, promised_at: int | None = None) -> Act:
        promise = clock.now() + 7 * DAY if promised_at is None else promised_at
        return Act(order.supplier, "ConfirmOrder", {**self._answer(order), "promisedAt": promise})

    def proposing(self, order: Order, by: str, *, cancelled: int = 0, lapses_at: int = FAR, **fields: Any) -> Act:
        change = {"cancelled": cancelled, "promisedAt": clock.now() + 9 * DAY, "lapsesAt": lapses_at, **fields}
        return Act(by, "ProposeChange", {**self._next(order), **change})

    def agreeing(self, order: Order, by: str) -> Act:
        return Act(by, "AgreeChange", self._answer(order))

    def ending(self, order: Order, by: str) -> Act:
        return Act(by, "EndProposal", self._next(order))

    def closing(self, order: Order, lines: int) -> Act:
        return Act(order.buyer, "CloseLines", {**self._next(order), "lines": lines})

    def reporting(
        self, order: Order, *, line: int = 2, number: int = 0, last: bool = False, lapses_at: int = FAR
    ) -> Act:
        report = {"last": last, "report": keccak(b"report"), "lapsesAt": lapses_at}
        key, seen = self._milestone(order, line, number)
        return Act(order.supplier, "ReportMilestone", {"milestone": key, "seq": seen["seq"] if seen else 0, **report})

    def accepting(self, order: Order, *, line: int = 2, number: int = 0) -> Act:
        key, seen = self._milestone(order, line, number)
        head = from_hex(seen["head"]) if seen else bytes(24)
        return Act(order.buyer, "AcceptMilestone", {"milestone": key, "agreesTo": head, "report": keccak(b"report")})

    def ending_report(self, order: Order, by: str, *, line: int = 2, number: int = 0) -> Act:
        key, seen = self._milestone(order, line, number)
        return Act(by, "EndReport", {"milestone": key, "seq": seen["seq"] if seen else 1})

    def confirmed(self, **fields: Any) -> Order:
        """An order both have agreed on."""
        order = self.issue(**fields)
        self.do(self.confirming(order))
        return order

    def dispatching(self, sent: Sent, order: Order | None = None, line: int = 0, lapses_at: int = FAR) -> Act:
        cited = {"order": NO_ORDER if order is None else order.id, "line": line, "lapsesAt": lapses_at}
        return Act(sent.giver, "DispatchGoods", {**line_of(sent), "seq": sent.holding.seq, **cited})

    def dispatch(
        self, order: Order | None = None, line: int = 0, holding: Holding | None = None, **fields: Any
    ) -> Sent:
        """The supplier of an order, or of none, sends something it has just made, in a consignment of its own."""
        giver, receiver = (order.supplier, order.buyer) if order else ("supplier", "tenant")
        return self.send(giver, receiver, holding or self.park.make(giver), order, line, **fields)

    def send(
        self, giver: str, receiver: str, holding: Holding, order: Order | None = None, line: int = 0, **fields: Any
    ) -> Sent:
        consignment = self.park.members[giver].consignment(self.park.members[receiver])
        sent = Sent(giver, receiver, holding, consignment)
        self.do(self.dispatching(sent, order, line, **fields))
        return self.seen(sent)

    def receiving(self, sent: Sent, outcome: int = ACCEPTED, cause: int = 0, *, quarantine: bool = False) -> Act:
        said = {"outcome": outcome, "cause": cause, "quarantine": quarantine}
        return Act(sent.receiver, "ReceiveGoods", {**line_of(sent), "agreesTo": sent.holding.head, **said})

    def receive(self, sent: Sent, outcome: int = ACCEPTED, cause: int = 0, *, quarantine: bool = False) -> Sent:
        self.do(self.receiving(sent, outcome, cause, quarantine=quarantine))
        return self.seen(sent)

    def ending_dispatch(self, sent: Sent, by: str) -> Act:
        return Act(by, "EndDispatch", {**line_of(sent), "seq": sent.holding.seq})

    def judging(self, sent: Sent, verdict: int = PASS, by: str | None = None) -> Act:
        fields = {"holding": sent.holding.key, "seq": sent.holding.seq, "verdict": verdict}
        return Act(by or self.judge(sent.receiver), "JudgeHolding", fields)

    def settling(self, sent: Sent, by: str) -> Act:
        head = from_hex(self.consignment(sent)["head"])
        return Act(by, "SettleDiscrepancy", {"consignment": sent.consignment, "agreesTo": head})

    def receiving_direct(self, order: Order | None = None, line: int = 0, secret: bytes = b"", **fields: Any) -> Act:
        """The tenant takes in goods of an outsider, and leaves a claim for a secret if one is given."""
        claim = keccak(secret) if secret else bytes(32)
        made = self.park.members["tenant"].new_holding(maker=0)
        cited = {"order": NO_ORDER if order is None else order.id, "line": line}
        return Act(
            "tenant", "ReceiveDirect", {"holding": made.key, **cited, "claim": claim, "quarantine": False, **fields}
        )

    def countersigning(self, receipt: bytes, by: str, secret: bytes) -> Act:
        return Act(by, "CountersignReceipt", {"receipt": {"receipt": receipt}, "secret": secret})

    def judge(self, name: str = "tenant") -> str:
        """By what name somebody of a member's acts who may judge, and nothing else."""
        judge_name = f"quality@{name}"
        if judge_name not in self.park.members:
            member = self.park.members[name]
            judge = Member(
                member.organisation, keccak(f"quality of {name}".encode()), self.park.chain.place, b"quality"
            )
            key = {"organisation": member.organisation, "key": judge.address}
            grant = member.state(**key, rights=QUALITY, validFrom=0, validUntil=FAR, enrolBy=FAR)
            self.park.record(name, "GrantKey", grant)
            self.park.members[judge_name] = judge
            head = fold(bytes(24), action_hash("GrantKey", grant), member.address)
            self.do(Act(judge_name, "EnrolKey", {**key, "agreesTo": head}))
        return judge_name

    def seen(self, sent: Sent) -> Sent:
        """The same with the holding's head and seq as the API shows them now."""
        now = self.holding(sent.giver, sent.holding)
        return replace(sent, holding=replace(sent.holding, head=from_hex(now["head"]), seq=now["seq"]))

    def _next(self, order: Order) -> Json:
        return {"order": order.key, "seq": self._latest(order)["seq"]}

    def _answer(self, order: Order) -> Json:
        return {"order": order.key, "agreesTo": from_hex(self._latest(order)["head"])}

    def _latest(self, order: Order) -> Mapping[str, Any]:
        """An order's seq and head; those of nothing if it was never issued."""
        answer = self.park.get(order.buyer, f"/v1/orders/{to_hex(order.id)}")
        return dict(answer.json()) if answer.status_code == 200 else {"seq": 0, "head": to_hex(bytes(24))}

    def _milestone(self, order: Order, line: int, number: int) -> tuple[Json, Json | None]:
        key = {"order": order.key, "line": line, "number": number}
        answer = self.park.get(order.buyer, "/v1/milestones", order=to_hex(order.id)).json()
        sought = to_hex(milestone_id(key))
        return key, next((each for each in answer.get("milestones", ()) if each["id"] == sought), None)


def line_of(sent: Sent) -> Json:
    return {"holding": sent.holding.key, "consignment": sent.consignment}


def to_hex(value: bytes) -> str:
    return "0x" + value.hex()


def from_hex(text: str) -> bytes:
    return bytes.fromhex(text[2:])
