"""What befalls a chain and a database from outside, each by name.

A reorganisation goes no deeper than finality allows, counted from the highest block there ever was; but for the one
that breaks the promise on purpose, after which the mirror must halt.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from random import Random

import psycopg

from backend.faults.ground import Ground


class Nature:
    """The chain and the database of one chapter. What it does is the same for the same `chance`."""

    def __init__(self, ground: Ground, database_url: str, finality_depth: int, chance: Random) -> None:
        self._ground = ground
        self._database_url = database_url
        self._finality_depth = finality_depth
        self._chance = chance
        self._bottom = self.height
        self._final = self._bottom
        self.befallen: Counter[str] = Counter()
        self.is_finality_broken = False

    @property
    def height(self) -> int:
        return int(str(self._ground.anvil.ask("eth_blockNumber")), 16)

    def block(self) -> None:
        """One or two blocks, with what the pool has in the first."""
        self.mine(self._chance.choice((1, 1, 1, 2)))

    def reorganisation(self) -> None:
        """The newest blocks give way to empty ones."""
        depth = self._depth_allowed()
        if depth:
            self._ask("anvil_reorg", depth, [])
            self._count("reorganisation")

    def shortening(self) -> None:
        """The newest blocks are gone, and others have yet to come: the head itself goes back."""
        depth = self._depth_allowed()
        if depth:
            self._ask("anvil_rollback", depth)
            self._count("shortening")

    def broken_finality(self) -> None:
        """Blocks give way that were final."""
        height = self.height
        beyond = height - self._final + self._chance.randint(1, 3)
        if height - beyond > self._bottom:
            self._ask("anvil_reorg", beyond, [])
            self._final = height - beyond
            self.is_finality_broken = True
            self._count("broken_finality")

    def emptied_pool(self) -> None:
        """The node forgets every transaction it has in no block."""
        self._ask("anvil_dropAllTransactions")
        self._count("emptied_pool")

    def taken_nonce(self) -> None:
        """Somebody else sends with the relayer's account; the node prefers it to what we sent under that nonce."""
        account = self._ground.relayer
        count = self._ask("eth_getTransactionCount", account.address, "latest")
        stranger = account.sign_transaction(
            {
                "chainId": self._ground.deployment.chain_id,
                "nonce": int(str(count), 16),
                "to": account.address,
                "value": 0,
                "gas": 21_000,
                "gasPrice": 10**9,
            }
        )
        self._ask("anvil_dropAllTransactions")
        self._ask("eth_sendRawTransaction", "0x" + stranger.raw_transaction.hex())
        self._count("taken_nonce")

    def cut_connections(self) -> None:
        """The database ends every connection."""
        with psycopg.connect(self._ground.postgres.url, autocommit=True) as administrator:
            administrator.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                [self._database_url.rsplit("/", 1)[1]],
            )
        self._count("cut_connections")

    def restarted_database(self) -> None:
        """PostgreSQL is stopped and started."""
        self._ground.postgres.stop()
        self._ground.postgres.start()
        self._count("restarted_database")

    def killed_database(self) -> None:
        """PostgreSQL is killed with signal 9 and recovers."""
        self._ground.postgres.kill()
        self._ground.postgres.start()
        self._count("killed_database")

    def lost_mirror(self) -> None:
        """Somebody drops the mirror, unless it is in use: it is a function of the chain, and comes back."""
        with (
            suppress(psycopg.errors.LockNotAvailable),
            psycopg.connect(self._database_url, options="-c lock_timeout=25") as administrator,
        ):
            administrator.execute("DROP SCHEMA IF EXISTS mirror, mirror_next CASCADE")
        self._count("lost_mirror")

    def mine(self, blocks: int) -> None:
        """Blocks on top; those that have enough on them are final from now on."""
        self._ask("anvil_mine", hex(blocks))
        self._final = max(self._final, self.height - self._finality_depth)

    def make_peace(self) -> None:
        """Finality was broken, and everything that believed in it has been built anew."""
        self.is_finality_broken = False

    def _depth_allowed(self) -> int:
        most = self.height - self._final
        return self._chance.randint(1, most) if most > 0 else 0

    def _count(self, name: str) -> None:
        self.befallen[name] += 1

    def _ask(self, method: str, *params: object) -> object:
        return self._ground.anvil.ask(method, *params)
