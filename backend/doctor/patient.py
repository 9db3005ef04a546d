"""What is looked at: each part reached by the smallest settings it needs, when somebody first asks for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from eth_account import Account
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from backend.db import open_engine
from backend.keyring import unlock
from backend.settings import (
    BrokerSettings,
    ChainSettings,
    DatabaseSettings,
    MirrorSettings,
    RelayerSettings,
    RingSettings,
    Settings,
    load,
)
from backend.submissions.sender import Sender
from contracts.deployer import Deployment
from indexer.rpc import Node
from indexer.source import Charter, Source

# A doctor does not wait long: who has not answered by then is not well.
_NODE_SECONDS = 5.0


class Unreachable(Exception):
    """A part that another check tells of does not answer."""


class Patient:
    """One installation, by the settings of this environment. Whatever is missing of them raises UsageFailure."""

    @cached_property
    def settings(self) -> Settings:
        """All of them."""
        return load(Settings)

    @cached_property
    def chain(self) -> ChainSettings:
        return load(ChainSettings)

    @cached_property
    def broker(self) -> BrokerSettings:
        return load(BrokerSettings)

    @cached_property
    def relayer(self) -> RelayerSettings:
        return load(RelayerSettings)

    @cached_property
    def ring(self) -> RingSettings:
        return load(RingSettings)

    @cached_property
    def mirror(self) -> MirrorSettings:
        return load(MirrorSettings)

    @cached_property
    def deployment(self) -> Deployment:
        return Deployment.load(self.chain.deployment)

    @cached_property
    def node(self) -> Node:
        return Node(self.chain.rpc_url, _NODE_SECONDS)

    @cached_property
    def source(self) -> Source:
        return Source(self.node, Charter.of(self.deployment))

    @cached_property
    def sender(self) -> Sender:
        key = unlock(self.relayer.relayer_keystore, self.relayer.relayer_password().get_secret_value())
        return Sender(self.chain.rpc_url, Account.from_key(key), self.deployment.chain_id)

    @cached_property
    def engine(self) -> Engine:
        url = load(DatabaseSettings).database_url.get_secret_value()
        return open_engine(url, pool=1, process="suyuan doctor")

    @contextmanager
    def database(self) -> Iterator[Connection]:
        """A connection that reads.

        Raises:
            Unreachable: the database does not answer.
        """
        try:
            connection = self.engine.connect()
        except OperationalError as error:
            raise Unreachable("the database does not answer") from error
        with connection:
            connection.execution_options(postgresql_readonly=True)
            yield connection

    def close(self) -> None:
        """Leave nothing open."""
        if "engine" in self.__dict__:
            self.engine.dispose()
