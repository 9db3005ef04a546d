"""`suyuan demo`: a whole Suyuan with a first sample park in it, and how to get in."""

import json
import random
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Connection, func, select

from backend.db import open_engine
from backend.demo.client import Client
from backend.demo.member import Member, Place, admission
from backend.demo.story import FOUNDERS, NEWCOMERS, Story
from backend.identity.actor import ALL_RIGHTS
from backend.identity.commands import create_token
from backend.sandbox.cli import terminated_like_interrupted
from backend.sandbox.service import SUYUAN
from backend.sandbox.stack import Stack
from backend.settings import SandboxSettings, load, surrounding_variables
from contracts.deployer import Deployment
from contracts.signatures import keccak
from indexer import schema as mirror

_TOKEN_DAYS = 7
_OWNER = "cell-therapy"  # who holds the product at the end of the story


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of the story."""

    lots: int
    events_signed: int
    events_mirrored: int
    trace_nodes: int
    verify: str


def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Load the park, print the summary, and end.")] = False,
    seed: Annotated[int, typer.Option(help="The same seed tells the same story.")] = 1,
    keep: Annotated[Path | None, typer.Option(help="Put everything in this folder and leave it there.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Start everything on this machine, load a sample park through the API, and say how to get in.

    Ends with 1 if the mirror differs from the chain afterwards. Without --once it runs until Ctrl-C.
    """
    given = load(SandboxSettings).database_url
    say = _Progress(quiet=as_json)
    with terminated_like_interrupted():
        say("starting chain, database, broker, contracts, indexer, worker and API ...")
        stack = Stack(keep=keep, database_server_url=None if given is None else given.get_secret_value())
        with stack:
            tokens = _tokens(stack)
            say("members join, sign, and bring what they did ...")
            summary, product = _load(stack, tokens, seed)
            typer.echo(json.dumps(asdict(summary)) if as_json else _told(summary))
            if not once:
                typer.echo(_doors(stack, tokens, product), err=as_json)
                _until_interrupted()
    raise typer.Exit(0 if summary.verify == "identical" else 1)


def _load(stack: Stack, tokens: Mapping[str, str], seed: int) -> tuple[Summary, str]:
    """Tell the story; what came of it, and the id of the product at its end."""
    clients = {name: Client(stack.api_url, token) for name, token in tokens.items()}
    members = _members(stack, seed)
    followed: dict[str, list[str]] = {name: [] for name in clients}

    def bring(name: str, batch: Mapping[str, Any]) -> None:
        followed[name] += clients[name].submit(batch)

    story = Story(members, bring, random.Random(seed))  # noqa: S311 (a story, not a secret)
    story.events_signed += _admit(members, clients["operator"])
    story.tell()
    for name, urls in followed.items():
        clients[name].wait(urls)
    assert story.product is not None
    product = f"0x{story.product.id.hex()}"
    trace = clients[_OWNER].get(f"/v1/holdings/{product}/trace", direction="backward")
    engine = open_engine(stack.database_url, pool=1)
    with engine.connect() as connection:
        lots, events = _counted(connection)
    engine.dispose()
    summary = Summary(
        lots=lots,
        events_signed=story.events_signed,
        events_mirrored=events,
        trace_nodes=len(trace["holdings"]) + len(trace["events"]),
        verify=_verify(stack),
    )
    return summary, product


def _members(stack: Stack, seed: int) -> dict[str, Member]:
    """The two founders by the keys the contracts were deployed with, the others by keys of the seed."""
    deployment = Deployment.load(stack.deployment_path)
    place = Place(deployment.chain_id, {name: contract.address for name, contract in deployment.contracts.items()})
    salt = seed.to_bytes(8)
    founders = {name: Member(number, stack.keys.key(name), place, salt) for name, number in FOUNDERS.items()}
    newcomers = {
        name: Member(number, keccak(salt + name.encode()), place, salt) for name, (number, _) in NEWCOMERS.items()
    }
    return founders | newcomers


def _admit(members: Mapping[str, Member], operator: Client) -> int:
    """Bring the newcomers in; how many actions that took."""
    newcomers = {members[name]: int(roles) for name, (_, roles) in NEWCOMERS.items()}
    proposals, confirmations, enrolments = admission(members["operator"], members["authority"], newcomers)
    # A member's token and its first batch count once the mirror knows its key.
    operator.wait(operator.submit(proposals, confirmations, *enrolments))
    return 3 * len(newcomers)


def _tokens(stack: Stack) -> dict[str, str]:
    numbers = FOUNDERS | {name: number for name, (number, _) in NEWCOMERS.items()}
    engine = open_engine(stack.database_url, pool=1)
    with engine.begin() as connection:
        tokens = {
            name: create_token(connection, organisation=number, rights=ALL_RIGHTS, label="demo", days=_TOKEN_DAYS)[1]
            for name, number in numbers.items()
        }
    engine.dispose()
    return tokens


def _counted(connection: Connection) -> tuple[int, int]:
    """(lots, signed events) of the mirror; the two founders signed nothing."""
    lots = connection.scalar(select(func.count(mirror.holding.c.lot_id.distinct())))
    events = connection.scalar(select(func.count()).where(mirror.event.c.batch.is_not(None)))
    return int(lots or 0), int(events or 0)


def _verify(stack: Stack) -> str:
    """What `suyuan index verify` says."""
    outcome = subprocess.run(
        [*SUYUAN, "index", "verify", "--json"],
        env={**surrounding_variables(), **stack.environment},
        stdout=subprocess.PIPE,
        check=False,
    )
    return str(json.loads(outcome.stdout)["verify"])


def _told(summary: Summary) -> str:
    return (
        f"{summary.lots} lots; {summary.events_signed} events signed, {summary.events_mirrored} mirrored; "
        f"{summary.trace_nodes} nodes in the trace of the last product; mirror and chain are {summary.verify}."
    )


def _doors(stack: Stack, tokens: Mapping[str, str], product: str) -> str:
    """How to get in, and what to ask first."""
    lines = [f"\nOpen {stack.api_url}/docs and press Authorize; each member has a token:"]
    lines += [f"  {name:<15} {token}" for name, token in tokens.items()]
    lines += [
        f"\nFirst, as {_OWNER}, what its last product was made of:",
        f"  curl -H 'Authorization: Bearer {tokens[_OWNER]}' '{stack.api_url}/v1/holdings/{product}/trace'",
        "Then as another member: it sees what it may, and nothing tells it that there is more.",
        "\nCtrl-C ends it.",
    ]
    return "\n".join(lines)


def _until_interrupted() -> None:
    try:
        signal.pause()
    except KeyboardInterrupt:
        typer.echo("stopping ...", err=True)


class _Progress:
    """Says what is being done, to people."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet

    def __call__(self, sentence: str) -> None:
        if not self._quiet:
            typer.echo(sentence, err=True)
