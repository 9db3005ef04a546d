"""An Anvil chain of our own on loopback, from the pinned npm package."""

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from backend.failures import Failure
from backend.sandbox.ports import free_port
from backend.sandbox.process import Part, Process, Reaper

REPOSITORY = Path(__file__).resolve().parents[2]
# The platform package's own program: the wrapper in node_modules/.bin swallows exit codes and signals.
_BINARY = REPOSITORY / "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"

CHAIN_ID = 31_337
BLOCK_GAS_LIMIT = 1_000_000_000
"""Wide enough that no batch of ours fills half a block, which is what would raise the base fee above zero."""
_GAS_PRICE_WEI = 1_000_000_000
_FUNDED_ACCOUNTS = 10


def find_binary() -> Path:
    """The pinned `anvil`.

    Raises:
        Failure: `anvil_missing`.
    """
    if not _BINARY.exists():
        raise Failure(
            "anvil_missing", f"{_BINARY} is not there", "run `make setup`, which installs the locked npm packages"
        )
    return _BINARY


class Anvil(Part):
    """One chain. Gas costs nothing unless a sender offers a price, as on a permissioned chain without fees.

    Its ten funded accounts come from a mnemonic made at random at every start and never shown; a chain kept in `folder`
    keeps the balances of the accounts it began with.
    """

    name = "anvil"

    def __init__(
        self,
        folder: Path,
        reaper: Reaper,
        *,
        block_seconds: int | None = None,
        genesis_timestamp: int | None = None,
        at_once: bool = False,
        states_kept: int | None = None,
        keep: bool = False,
    ) -> None:
        """
        Args:
            block_seconds: seconds between blocks; when None each transaction gets a block of its own at once.
            genesis_timestamp: seconds since 1970 of block 0, now when None. Only the same one repeats a genesis hash.
            at_once: whether a transaction gets its block without waiting for the next, which is then an empty one.
            states_kept: how many blocks' states stay in memory, some hundreds when None; each is a copy of all storage.
            keep: write the chain to `folder` when it stops, and begin with what is there.
        """
        super().__init__()
        self._folder = folder
        self._reaper = reaper
        self._block_seconds = block_seconds
        self._genesis_timestamp = genesis_timestamp
        self._at_once = at_once
        self._states_kept = states_kept
        self._keep = keep
        self._port = free_port()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def funded_keys(self) -> tuple[bytes, ...]:
        """Private keys, 32 bytes each, of the accounts that hold the chain's coins."""
        accounts = json.loads((self._folder / "accounts.json").read_text(encoding="utf-8"))
        return tuple(bytes.fromhex(key.removeprefix("0x")) for key in accounts["private_keys"])

    def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "accounts.json").unlink(missing_ok=True)  # an earlier start's
        state = ("--state", str(self._folder / "state.json"), "--state-interval", "5") if self._keep else ()
        timestamp = int(time.time()) if self._genesis_timestamp is None else self._genesis_timestamp
        process = Process(
            self.name,
            [
                find_binary(),
                # Unless quiet it prints the private keys.
                "--quiet",
                *("--host", "127.0.0.1", "--port", str(self._port), "--chain-id", str(CHAIN_ID)),
                *("--accounts", str(_FUNDED_ACCOUNTS), "--mnemonic-random", "12"),
                *("--config-out", str(self._folder / "accounts.json")),
                # By default it orders by fee, and then drops transactions of one sender whose prices rise.
                *("--order", "fifo"),
                *("--timestamp", str(timestamp), "--hardfork", "cancun", "--gas-limit", str(BLOCK_GAS_LIMIT)),
                *("--base-fee", "0", "--gas-price", str(_GAS_PRICE_WEI)),
                *("--preserve-historical-states", "--cache-path", str(self._folder / "cache")),
                *(("--mixed-mining",) if self._at_once else ()),
                *(() if self._states_kept is None else ("--prune-history", str(self._states_kept))),
                "--no-request-size-limit",
                *(() if self._block_seconds is None else ("--block-time", str(self._block_seconds))),
                *state,
            ],
            log=self._folder / "anvil.log",
            environment={"PATH": "/usr/bin:/bin", "HOME": str(self._folder)},
            reaper=self._reaper,
        )
        self._run(process, self._answers)

    @contextmanager
    def mining_at_once(self) -> Iterator[None]:
        """For as long as the context lasts, each transaction gets its block without waiting for the next."""
        if not self._at_once:
            self.ask("evm_setAutomine", *(True,))
        yield
        if self._block_seconds is not None and not self._at_once:
            self.ask("evm_setIntervalMining", self._block_seconds)

    def ask(self, method: str, *params: object) -> object:
        """One JSON-RPC call, for the chain's own controls such as `anvil_reorg`; its readers use `indexer.rpc`.

        Raises:
            OSError: no answer.
            Failure: `rpc_error`, an answer that is an error.
        """
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=30)) as connection:
            connection.request("POST", "/", body, {"Content-Type": "application/json"})
            answer = json.load(connection.getresponse())
        if "error" in answer:
            raise Failure("rpc_error", f"{method}: {answer['error']['message']}", "see the chain's log")
        return answer["result"]

    def _answers(self) -> bool:
        """Whether it answers and has written down its accounts, which it may do a moment later."""
        try:
            return self.ask("eth_chainId") == hex(CHAIN_ID) and len(self.funded_keys) == _FUNDED_ACCOUNTS
        except (OSError, HTTPException, ValueError):
            return False
