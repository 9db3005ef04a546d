"""Anvil and Valkey as the sandbox runs them."""

import time
from pathlib import Path

import pytest
import redis
from eth_account import Account

from backend.failures import Failure
from backend.sandbox import anvil as anvil_module
from backend.sandbox import valkey as valkey_module
from backend.sandbox.anvil import Anvil
from backend.sandbox.process import Reaper
from backend.sandbox.valkey import Valkey

# Writes an empty log: PUSH1 0, PUSH1 0, LOG0, STOP.
LOGGING_CODE = "0x60006000a000"
WITHOUT_TRANSACTIONS = (False,)


def send(chain: Anvil, *, account: int = 0, gas_price: int = 0) -> str:
    """Send a transaction that logs, signed by a funded account; its hash."""
    sender = Account.from_key(chain.funded_keys[account])
    nonce = chain.ask("eth_getTransactionCount", sender.address, "pending")
    assert isinstance(nonce, str)
    signed = sender.sign_transaction(
        {
            "nonce": int(nonce, 16),
            "gas": 100_000,
            "gasPrice": gas_price,
            "value": 0,
            "data": LOGGING_CODE,
            "chainId": anvil_module.CHAIN_ID,
        }
    )
    return str(chain.ask("eth_sendRawTransaction", f"0x{signed.raw_transaction.hex().removeprefix('0x')}"))


def mine(chain: Anvil, *, gas_price: int = 0) -> dict[str, object]:
    """The receipt of a transaction that logs; a chain answers before the block that has it is made."""
    transaction = send(chain, gas_price=gas_price)
    deadline = time.monotonic() + 20
    while (receipt := chain.ask("eth_getTransactionReceipt", transaction)) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert isinstance(receipt, dict)
    return receipt


def block(chain: Anvil, number: str = "latest") -> dict[str, object]:
    found = chain.ask("eth_getBlockByNumber", number, *WITHOUT_TRANSACTIONS)
    assert isinstance(found, dict)
    return found


def logs(chain: Anvil) -> list[dict[str, object]]:
    found = chain.ask("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"})
    assert isinstance(found, list)
    return found


def test_gas_costs_nothing_and_a_price_is_taken_too(anvil: Anvil) -> None:
    for price in (0, 1_000_000_000):
        assert "0x1" == mine(anvil, gas_price=price)["status"]


def test_every_start_has_accounts_of_its_own_and_says_none_of_their_keys(own_anvil: Anvil, anvil: Anvil) -> None:
    assert not set(own_anvil.funded_keys) & set(anvil.funded_keys)
    folder = own_anvil._folder
    assert "" == (folder / "anvil.log").read_text()
    assert 0 == (folder / "accounts.json").stat().st_mode & 0o077


def test_a_chain_that_keeps_few_states_has_forgotten_an_early_one(tmp_path: Path, reaper: Reaper) -> None:
    """A copy of all storage a block would fill memory with a park of a million events."""
    chain = Anvil(tmp_path, reaper, states_kept=4)
    chain.start()
    try:
        account = Account.from_key(chain.funded_keys[0]).address
        chain.ask("anvil_mine", "0x1e")
        assert chain.ask("eth_getBalance", account, "latest") == chain.ask("eth_getBalance", account, "0x1d")
        with pytest.raises(Failure, match="rpc_error"):
            chain.ask("eth_getBalance", account, "0x2")
    finally:
        chain.stop()


def test_transactions_of_rising_price_stay_in_order_and_none_is_lost(tmp_path: Path, reaper: Reaper) -> None:
    chain = Anvil(tmp_path, reaper, block_seconds=3600)
    chain.start()
    try:
        hashes = [send(chain, gas_price=price) for price in (0, 1, 2)]
        chain.ask("evm_mine")
        assert hashes == block(chain)["transactions"]
    finally:
        chain.stop()


def test_the_chains_clock_begins_now_and_its_first_block_repeats_with_its_time(tmp_path: Path, reaper: Reaper) -> None:
    first_blocks = []
    for name in ("a", "b"):
        chain = Anvil(tmp_path / name, reaper, genesis_timestamp=1_700_000_000)
        chain.start()
        first_blocks.append((block(chain, "0x0")["timestamp"], block(chain, "0x0")["hash"]))
        chain.stop()
    assert hex(1_700_000_000) == first_blocks[0][0]
    assert first_blocks[0] == first_blocks[1]


def test_an_unset_clock_is_near_ours(own_anvil: Anvil) -> None:
    assert abs(int(str(block(own_anvil)["timestamp"]), 16) - time.time()) < 60


def test_a_kept_chain_goes_on_where_it_stopped(tmp_path: Path, reaper: Reaper) -> None:
    chain = Anvil(tmp_path, reaper, keep=True)
    chain.start()
    mine(chain)
    before = logs(chain)
    chain.stop()
    chain.start()
    assert 1 == len(before)
    assert before == logs(chain)
    chain.stop()


def test_a_chain_can_be_reorganised(own_anvil: Anvil) -> None:
    mine(own_anvil)
    before = block(own_anvil)
    own_anvil.ask("anvil_reorg", 1, [])
    after = block(own_anvil)
    assert before["number"] == after["number"]
    assert before["hash"] != after["hash"]


def test_an_error_of_the_chain_is_raised(anvil: Anvil) -> None:
    with pytest.raises(Failure, match=r"^rpc_error: eth_nonesuch: "):
        anvil.ask("eth_nonesuch")


def test_without_the_npm_packages_the_next_step_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(anvil_module, "_BINARY", tmp_path / "anvil")
    with pytest.raises(Failure, match=r"^anvil_missing: .* - run `make setup`"):
        anvil_module.find_binary()


def test_the_broker_wants_its_password(valkey: Valkey) -> None:
    with redis.Redis.from_url(valkey.url) as client:
        assert client.ping()
    without_password = valkey.url.partition("://")[0] + "://" + valkey.url.rpartition("@")[2]
    with redis.Redis.from_url(without_password) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


def test_a_flushed_or_killed_broker_has_forgotten_everything_and_answers_at_the_same_address(
    tmp_path: Path, reaper: Reaper
) -> None:
    broker = Valkey(tmp_path, reaper)
    broker.start()
    try:
        with redis.Redis.from_url(broker.url) as client:
            client.set("task", "1")
            broker.flush()
            assert client.get("task") is None
            client.set("task", "2")
        broker.kill()
        broker.start()
        with redis.Redis.from_url(broker.url) as client:
            assert client.get("task") is None
    finally:
        broker.stop()


def test_without_the_wheel_the_next_step_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(valkey_module, "find_spec", lambda name: None)
    with pytest.raises(Failure, match=r"^valkey_missing: .* - run `make setup`"):
        valkey_module.find_binary()
