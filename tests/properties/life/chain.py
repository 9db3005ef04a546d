"""The real park: the ledgers on a chain of our own, rewound after each example."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import urlsplit

from backend.sandbox.anvil import Anvil
from contracts.deployer import AUTHORITY, OPERATOR, Founders, deploy
from contracts.signatures import keccak, sign
from contracts.typed_data import ACTIONS, MODE_EACH, Batch, Domain, fold
from contracts.wire import SignedBatch, calldata
from tests.properties.life.law import Deed, Outcome
from tests.properties.life.members import REGULATOR, TRADERS, signers
from tests.properties.life.nouns import Signer, Value
from tests.properties.life.views import Question
from tests.properties.life.words import LAST_MOMENT, Reason

# What every action says of itself: its moment is filled in when it is drawn.
_DEADLINE: Final = 2**64 - 1
_REFUSED: Final = "0x" + keccak(b"Refused(bytes32,bytes32,uint256,uint8)").hex()
_ACTION_REFUSED: Final = keccak(b"ActionRefused(uint256,uint8)")[:4]
_NOTHING_RECORDED: Final = keccak(b"NothingRecorded(uint8)")[:4]


class Chain:
    """Has batches recorded and answers questions. `start` is the moment of its first block after everybody is in."""

    def __init__(self, anvil: Anvil) -> None:
        self.anvil = anvil
        address = urlsplit(anvil.url)
        # Kept open: an example asks hundreds of questions.
        self._connection = HTTPConnection(str(address.hostname), address.port, timeout=30)
        operator, authority = (signers(organisation)[0] for organisation in (OPERATOR, AUTHORITY))
        self.deployment = deploy(anvil.url, anvil.funded_keys[0], Founders(operator.address, authority.address))
        accounts = self._ask("eth_accounts")
        self._relayer = str(accounts[1])
        self._nonce = self._sealed = 0
        self._admit_everybody()
        self.start = int(self._ask("eth_getBlockByNumber", "latest", False)["timestamp"], 16) + 1
        self._first_nonce = self._nonce
        self._snapshot = self._ask("evm_snapshot")

    def close(self) -> None:
        self._connection.close()

    def rewind(self) -> None:
        """Back to when everybody had just come in."""
        assert self._ask("evm_revert", self._snapshot)
        self._snapshot = self._ask("evm_snapshot")
        self._nonce = self._first_nonce

    def seal(self, now: int) -> None:
        """A last block unlike that of any other example, or a mirror could not tell this one from a part of another."""
        self._sealed += 1
        self._ask("evm_mine", now + self._sealed)

    def record(self, deed: Deed, now: int) -> Outcome:
        """Signs a deed and has it tried in a block of its own at a moment."""
        self._ask("evm_setNextBlockTimestamp", now)
        receipt = self._send(deed)
        if receipt["status"] == "0x0":
            return self._why(receipt["transactionHash"])
        reasons = [Reason.NONE] * len(deed.values)
        for log in receipt["logs"]:
            if log["topics"][0] == _REFUSED:
                index, reason = (int(log["data"][start : start + 64], 16) for start in (2, 66))
                reasons[index] = Reason(reason)
        return Outcome(tuple(reasons))

    def answers(self, questions: Iterable[Question]) -> dict[Question, bytes]:
        """What the ledgers say now."""
        asked = list(questions)
        calls = [
            {
                "jsonrpc": "2.0",
                "id": number,
                "method": "eth_call",
                "params": [{"to": self._address(each.ledger), "data": _call(each)}, "latest"],
            }
            for number, each in enumerate(asked)
        ]
        results = {answer["id"]: bytes.fromhex(answer["result"][2:]) for answer in self._post(calls)} if calls else {}
        return {each: results[number] for number, each in enumerate(asked)}

    def _admit_everybody(self) -> None:
        operator, authority = (signers(organisation)[0] for organisation in (OPERATOR, AUTHORITY))
        for organisation in (*TRADERS, REGULATOR):
            first, *others = signers(organisation)
            admitted = {**_offer(first), "roles": int(first.roles)}
            head = self._enter("AdmitOrganisation", operator, admitted)
            self._enter("ConfirmAdmission", authority, {"organisation": organisation, "agreesTo": head})
            self._enrol(first, head)
            for signer in others:
                self._enrol(signer, self._enter("GrantKey", first, {**_offer(signer), "validFrom": 0}))

    def _enrol(self, signer: Signer, head: bytes) -> None:
        self._enter("EnrolKey", signer, {"organisation": signer.organisation, "key": signer.address, "agreesTo": head})

    def _enter(self, kind: str, signer: Signer, fields: Value) -> bytes:
        """One step of somebody's admission; the head a subject has that nobody touched before."""
        value = {**fields, "occurredAt": 0, "schema": 1, "root": keccak(kind.encode())}
        receipt = self._send(Deed(kind, signer, (value,), MODE_EACH))
        assert receipt["status"] == "0x1", (kind, self._why(receipt["transactionHash"]))
        return fold(bytes(24), Batch(kind, (value,), 0, 0).action_hashes()[0], signer.address)

    def _send(self, deed: Deed) -> Any:
        self._nonce += 1
        batch = Batch(deed.kind, deed.values, self._nonce, _DEADLINE, deed.mode)
        ledger = self._address(ACTIONS[deed.kind].ledger)
        signature = sign(batch.digest(Domain(self.deployment.chain_id, ledger)), deed.signer.key)
        data = calldata(SignedBatch(batch, deed.signer.address, signature))
        transaction = {"from": self._relayer, "to": ledger, "gas": "0x1000000", "data": f"0x{data.hex()}"}
        return self._ask("eth_sendTransactionSync", transaction)

    def _why(self, transaction: str) -> Outcome:
        """Why a transaction was reverted."""
        trace = self._ask("debug_traceTransaction", transaction, {"tracer": "callTracer"})
        error = bytes.fromhex(trace["output"][2:])
        numbers = [int.from_bytes(error[start : start + 32]) for start in range(4, len(error), 32)]
        if error[:4] == _ACTION_REFUSED:
            return Outcome((Reason(numbers[1]),), numbers[0])
        assert error[:4] == _NOTHING_RECORDED, error.hex()
        return Outcome((Reason(numbers[0]),), -1)

    def _address(self, ledger: str) -> str:
        return self.deployment.contracts[ledger].address

    def _ask(self, method: str, *params: object) -> Any:
        answer = self._post({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        assert "result" in answer, answer
        return answer["result"]

    def _post(self, body: object) -> Any:
        self._connection.request("POST", "/", json.dumps(body), {"Content-Type": "application/json"})
        return json.load(self._connection.getresponse())


def _call(question: Question) -> str:
    return "0x" + (keccak(f"{question.view}(bytes32)".encode())[:4] + question.subject).hex()


def _offer(signer: Signer) -> Mapping[str, Any]:
    """What a key is offered, for good."""
    return {
        "organisation": signer.organisation,
        "key": signer.address,
        "rights": int(signer.rights),
        "validUntil": LAST_MOMENT,
        "enrolBy": LAST_MOMENT,
    }
