"""The ledgers are put on a chain once, however often and however rudely the deployer is run."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account

from backend.sandbox.anvil import CHAIN_ID, Anvil
from backend.sandbox.process import Reaper
from contracts.artifact import artifact
from contracts.deployer import Deployment, DeploymentError, Founders, created_address, deploy
from contracts.signatures import keccak
from contracts.typed_data import LEDGERS

FOUNDERS = Founders(operator=Account.from_key(b"\x01" * 32).address, authority=Account.from_key(b"\x02" * 32).address)

_DEPLOY = """
import sys
from contracts.deployer import Founders, deploy
url, key, operator, authority = sys.argv[1:]
deploy(url, bytes.fromhex(key), Founders(operator, authority))
"""


def _sent(anvil: Anvil, when: str = "latest") -> int:
    return int(str(anvil.ask("eth_getTransactionCount", _deployer(anvil), when)), 16)


def _deployer(anvil: Anvil) -> str:
    return str(Account.from_key(anvil.funded_keys[0]).address)


def _deploy(anvil: Anvil, founders: Founders = FOUNDERS) -> Deployment:
    return deploy(anvil.url, anvil.funded_keys[0], founders)


def test_the_record_says_of_each_ledger_where_it_is_and_what_it_was_given(own_anvil: Anvil) -> None:
    deployment = _deploy(own_anvil)
    assert CHAIN_ID == deployment.chain_id
    assert set(LEDGERS) == set(deployment.contracts)
    participants, recalls = deployment.contracts["Participants"], deployment.contracts["Recalls"]
    assert [1, 1, FOUNDERS.operator, "0x" + "00" * 32] == participants.constructor_arguments[0]
    assert [participants.address, deployment.contracts["Succession"].address] == recalls.constructor_arguments
    for name, contract in deployment.contracts.items():
        code = bytes.fromhex(str(own_anvil.ask("eth_getCode", contract.address, "latest"))[2:])
        assert artifact(name).deployed_bytecode == artifact(name).without_immutables(code)
        assert "0x" + keccak(code).hex() == contract.code_hash
        receipt = own_anvil.ask("eth_getTransactionReceipt", contract.transaction)
        assert isinstance(receipt, dict)
        assert (contract.address.lower(), hex(contract.block)) == (receipt["contractAddress"], receipt["blockNumber"])


def test_a_second_run_deploys_nothing_and_records_the_same(own_anvil: Anvil) -> None:
    first = _deploy(own_anvil)
    # What gas costs has changed since, and with it the hash a transaction would have if it were sent now.
    price = own_anvil.ask("eth_gasPrice")
    own_anvil.ask("anvil_setNextBlockBaseFeePerGas", hex(10**9))
    own_anvil.ask("anvil_mine", "0x1")
    assert price != own_anvil.ask("eth_gasPrice")
    assert first == _deploy(own_anvil)
    assert len(LEDGERS) == _sent(own_anvil)


@pytest.mark.parametrize("mined", [0, 3])
@pytest.mark.parametrize("last_one_is_mined", [True, False], ids=["mined meanwhile", "still waiting"])
def test_a_run_killed_half_way_is_finished_by_the_next(own_anvil: Anvil, mined: int, last_one_is_mined: bool) -> None:
    _kill_a_run(own_anvil, mined)
    if last_one_is_mined:
        own_anvil.ask("evm_mine")
    own_anvil.ask("evm_setIntervalMining", 1)
    deployment = _deploy(own_anvil)
    assert [created_address(_deployer(own_anvil), nonce) for nonce in range(len(LEDGERS))] == [
        contract.address for contract in deployment.contracts.values()
    ]
    assert len(LEDGERS) == _sent(own_anvil, "pending")
    assert deployment == _deploy(own_anvil)


def _kill_a_run(anvil: Anvil, mined: int) -> None:
    """Kills a deployer once `mined` ledgers are there and the creation of another is sent and waits."""
    anvil.ask("evm_setAutomine", *(False,))
    arguments = [anvil.url, anvil.funded_keys[0].hex(), FOUNDERS.operator, FOUNDERS.authority]
    run = subprocess.Popen([sys.executable, "-c", _DEPLOY, *arguments], cwd=Path(__file__).resolve().parents[2])
    # Asked once a round: a creation that arrives after we asked must not be mined by mistake. The deployer sends one
    # and waits for it, so none can arrive between the question and the block.
    while (sent := _sent(anvil, "pending")) <= mined:
        assert run.poll() is None, "the deployer ended before it could be killed"
        if sent > _sent(anvil):
            anvil.ask("evm_mine")
        time.sleep(0.02)
    run.kill()
    run.wait()
    assert mined == _sent(anvil)


def test_an_account_that_created_something_else_is_refused(own_anvil: Anvil) -> None:
    creation = {"from": _deployer(own_anvil), "data": "0x600160005360016000f3", "gas": "0x100000"}
    own_anvil.ask("eth_sendTransactionSync", creation)
    with pytest.raises(DeploymentError) as refused:
        _deploy(own_anvil)
    assert "code_mismatch" == refused.value.code


def test_an_account_that_was_used_for_something_else_is_refused(own_anvil: Anvil) -> None:
    own_anvil.ask("eth_sendTransactionSync", {"from": _deployer(own_anvil), "to": FOUNDERS.operator, "value": "0x1"})
    with pytest.raises(DeploymentError) as refused:
        _deploy(own_anvil)
    assert "nonce_spent" == refused.value.code


@pytest.mark.parametrize(
    "other",
    [replace(FOUNDERS, operator=FOUNDERS.authority), replace(FOUNDERS, mode_delay=1)],
    ids=["another founder", "another delay"],
)
def test_what_was_deployed_for_others_is_not_recorded_as_ours(own_anvil: Anvil, other: Founders) -> None:
    _deploy(own_anvil)
    with pytest.raises(DeploymentError) as refused:
        _deploy(own_anvil, other)
    assert "arguments_differ" == refused.value.code


def test_a_record_is_read_back_as_it_was_written(own_anvil: Anvil, tmp_path: Path) -> None:
    deployment = _deploy(own_anvil)
    deployment.save(tmp_path / "deployment.json")
    assert deployment == Deployment.load(tmp_path / "deployment.json")
    assert ["deployment.json"] == [path.name for path in tmp_path.glob("deployment*")]
    assert deployment.contracts["Participants"].block == deployment.first_block


def test_records_of_two_chains_differ_though_their_addresses_do_not(
    own_anvil: Anvil, tmp_path: Path, reaper: Reaper
) -> None:
    key = own_anvil.funded_keys[0]
    other = Anvil(tmp_path / "other", reaper, genesis_timestamp=1)
    other.start()
    other.ask("anvil_setBalance", _deployer(own_anvil), hex(10**20))
    here, there = deploy(own_anvil.url, key, FOUNDERS), deploy(other.url, key, FOUNDERS)
    other.stop()
    assert here.contracts["Recalls"].address == there.contracts["Recalls"].address
    assert here.genesis_hash != there.genesis_hash


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("deployment_missing", None),
        ("deployment_unreadable", ""),
        ("deployment_unreadable", "[]"),
        ("deployment_unreadable", "{}"),
        ("deployment_unreadable", '{"chain_id": 1, "genesis_hash": "0x", "contracts": {"Recalls": {}}}'),
    ],
)
def test_a_record_that_cannot_be_read_says_why_and_what_to_do(code: str, content: str | None, tmp_path: Path) -> None:
    path = tmp_path / "deployment.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(DeploymentError, match="suyuan chain deploy") as refused:
        Deployment.load(path)
    assert code == refused.value.code
