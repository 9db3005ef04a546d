"""What routes ask for: a transaction, an actor, the service itself.

A transaction ends before the first byte of the answer is sent (`scope="function"`): a client never holds a 202 whose
COMMIT failed afterwards. `max_concurrency` is the gate described in db.py; both gates together are as wide as the
connection pool.
"""

from collections.abc import Iterator
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Connection

from backend import clock
from backend.db import READERS, WRITERS
from backend.errors import ServiceError
from backend.identity.actor import Actor, Right, names
from backend.identity.queries import actor_of_token
from backend.service import Service


def _service(request: Request) -> Service:
    return cast(Service, request.app.state.service)


TheService = Annotated[Service, Depends(_service)]


def _reading(service: TheService) -> Iterator[Connection]:
    with service.engine.connect() as connection:
        # One snapshot for all statements of a request: a trace of several levels sees one moment.
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


def _writing(service: TheService) -> Iterator[Connection]:
    with service.engine.begin() as connection:
        yield connection


Reading = Annotated[Connection, Depends(_reading, scope="function", max_concurrency=READERS)]
Writing = Annotated[Connection, Depends(_writing, scope="function", max_concurrency=WRITERS)]

_bearer = HTTPBearer(auto_error=False, description="An API token; `suyuan token create` makes one.")
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def _actor(connection: Connection, bearer: HTTPAuthorizationCredentials | None) -> Actor:
    if bearer is None:
        raise ServiceError("not_signed_in")
    return actor_of_token(connection, bearer.credentials, at=clock.now())


def _reader(connection: Reading, bearer: Bearer) -> Actor:
    return _actor(connection, bearer)


def _writer(connection: Writing, bearer: Bearer) -> Actor:
    return _actor(connection, bearer)


def person_of(actor: Actor) -> str:
    """Who of the organisation asks.

    Raises:
        ServiceError: `person_required`, if a machine does.
    """
    if actor.person is None:
        raise ServiceError("person_required")
    return actor.person


def need_one_of(actor: Actor, rights: Right) -> None:
    """That the caller has one of some rights.

    Raises:
        ServiceError: `not_permitted`.
    """
    if not actor.rights & rights:
        raise ServiceError("not_permitted", one_of=", ".join(names(rights)))


# The actor on the request's own connection, so that a request never needs a second one.
Reader = Annotated[Actor, Depends(_reader)]
Writer = Annotated[Actor, Depends(_writer)]
