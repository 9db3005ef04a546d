"""`suyuan demo`: a whole Suyuan with a sample park in it, and how to get in."""

import json
import random
import time
from collections.abc import Mapping
from dataclasses import asdict
from http.client import HTTPException
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from backend.db import open_engine
from backend.demo.delivery import Delivery
from backend.demo.facts import Facts, Product
from backend.demo.park import FOUNDERS, NEWCOMERS, TENANTS, Park, park_of
from backend.demo.story import Story
from backend.demo.summary import Summary, summary_of, verify
from backend.demo.witnesses import Witnesses
from backend.demo.year import Year
from backend.failures import Failure, UsageFailure
from backend.identity.actor import ALL_RIGHTS
from backend.identity.commands import create_token
from backend.keyring import write_secret
from backend.member.client import Client
from backend.member.signer import Place
from backend.sandbox.cli import terminated_like_interrupted
from backend.sandbox.stack import Stack
from backend.settings import SandboxSettings, load, surrounding_variables
from contracts.deployer import Deployment
from indexer.errors import IndexerError

_TOKEN_DAYS = 7
_LEAST_EVENTS, _MOST_EVENTS = 100, 1_000_000
_EVENTS = 500
# A smaller park has no room for the story it begins with; it begins with its year.
_LEAST_EVENTS_FOR_THE_STORY = 500
_FEWEST_EVENTS_OF_A_LARGE_PARK = 10_001
_SECONDS_BETWEEN_EMPTY_BLOCKS = 10
# Anvil keeps the states of some 4,000 blocks of a second each; in a large park, of 16.
_SECONDS_BETWEEN_CHECKPOINTS = {False: 600.0, True: 60.0}


def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Load the park, print the summary, and end.")] = False,
    events: Annotated[
        int, typer.Option(help=f"How many signed events the park has, {_LEAST_EVENTS} to {_MOST_EVENTS:,}.")
    ] = _EVENTS,
    seed: Annotated[int, typer.Option(help="The same seed tells the same story.")] = 1,
    keep: Annotated[Path | None, typer.Option(help="Put everything in this folder and leave it there.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Start everything on this machine, load a sample park through the API, and say how to get in.

    Ends with 1 if the mirror differs from the chain afterwards. Without --once it runs until Ctrl-C.
    """
    if not _LEAST_EVENTS <= events <= _MOST_EVENTS:
        raise UsageFailure(
            "events_out_of_range",
            f"a park of {events:,} events is not told",
            f"--events takes {_LEAST_EVENTS} to {_MOST_EVENTS:,}",
        )
    given = load(SandboxSettings).database_url
    say = _Progress(quiet=as_json)
    with terminated_like_interrupted():
        say("starting chain, database, broker, contracts, indexer, worker and API ...")
        is_large = events >= _FEWEST_EVENTS_OF_A_LARGE_PARK
        stack = Stack(
            keep=keep,
            block_seconds=_SECONDS_BETWEEN_EMPTY_BLOCKS if is_large else 1,
            many_records=is_large,
            database_server_url=None if given is None else given.get_secret_value(),
        )
        with stack:
            tokens = _tokens(stack)
            say("members join, sign, and bring what they did ...")
            summary, product, witnesses = _load(stack, tokens, seed=seed, events=events, say=say)
            typer.echo(json.dumps(asdict(summary)) if as_json else summary.told())
            if not once:
                typer.echo(_doors(stack, tokens, product), err=as_json)
                _until_interrupted(witnesses, _SECONDS_BETWEEN_CHECKPOINTS[is_large])
    raise typer.Exit(0 if summary.verify == "identical" else 1)


def _load(
    stack: Stack, tokens: Mapping[str, str], *, seed: int, events: int, say: "_Progress"
) -> tuple[Summary, Product | None, Witnesses]:
    """Tell story and year, and have it vouched for; what came of them, a product to begin a trace from, if so small a
    park made one, and the witnesses."""
    clients = {name: Client(stack.api_url, token) for name, token in tokens.items()}
    park = _park(stack, seed)
    facts = Facts()
    _join(park, facts, clients["operator"])
    delivery = Delivery(park, clients, say, events - facts.events)
    product = None
    if events >= _LEAST_EVENTS_FOR_THE_STORY:
        chance = random.Random(seed)  # noqa: S311 (a story, not a secret)
        product = Story(park, facts, delivery.bring, chance).tell()
    for signed in Year(park, facts, seed=seed, most_events=events).tell():
        delivery.bring(signed.signer, signed.batch)
    delivery.finish()
    product = product or facts.product
    witnesses = Witnesses(park, clients, stack.database_url, stack.rpc_url)
    engine = open_engine(stack.database_url, pool=1)
    with engine.connect() as connection:
        summary = summary_of(
            connection,
            events_signed=facts.events,
            trace_nodes=0 if product is None else _trace_nodes(clients[product.owner], product),
            witnesses=witnesses.vouch(),
            verify=verify({**surrounding_variables(), **stack.environment}),
        )
    engine.dispose()
    return summary, product, witnesses


def _park(stack: Stack, seed: int) -> Park:
    deployment = Deployment.load(stack.deployment_path)
    place = Place(deployment.chain_id, {name: contract.address for name, contract in deployment.contracts.items()})
    return park_of(place, {name: stack.keys.key(name) for name in FOUNDERS}, seed)


def _join(park: Park, facts: Facts, operator: Client) -> None:
    """Bring the newcomers in, and wait: a member's token and its first batch count once the mirror knows its key."""
    for batches in park.joining():
        for batch in batches:
            facts.count(batch["action"], len(batch["actions"]))
        operator.wait(operator.submit(*batches))


def _trace_nodes(owner: Client, product: Product) -> int:
    trace = owner.get(f"/v1/holdings/{product.id}/trace", direction="backward")
    return len(trace["holdings"]) + len(trace["events"])


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


def _doors(stack: Stack, tokens: Mapping[str, str], product: Product | None) -> str:
    """How to get in, and what to ask first."""
    lines = [f"\nOpen {stack.api_url}/docs and press Authorize; each member has a token:"]
    lines += [f"  {name:<15} {token}" for name, token in tokens.items()]
    buyer = TENANTS[0] if product is None else product.owner
    ask = f"  curl -H 'Authorization: Bearer {tokens[buyer]}' '{stack.api_url}/v1"
    if product is not None:
        lines += [f"\nFirst, as {buyer}, what a product of its was made of:", f"{ask}/holdings/{product.id}/trace'"]
    lines += [
        f"\nAs {buyer}, what it has ordered, and what was sent to it or by it:",
        f"{ask}/orders'",
        f"{ask}/consignments'",
        "Then as another member: it sees what it may, and nothing tells it that there is more.",
        *_evidence_of(stack, product),
        "\nCtrl-C ends it.",
    ]
    return "\n".join(lines)


def _evidence_of(stack: Stack, product: Product | None) -> list[str]:
    """How to take a product's evidence out, and to check it where none of this runs."""
    if product is None:
        return []
    path = stack.folder / "environment"
    path.unlink(missing_ok=True)  # an earlier start's, with other ports
    write_secret(path, "".join(f"export {name}={quote(value)}\n" for name, value in stack.environment.items()))
    return [
        "\nIn another terminal, the evidence of that product, and its check, for which nothing of this need run:",
        f"  . {path}",
        f"  suyuan evidence export {product.id} -o evidence.json --depth 3 --trust-out trust.json",
        "  suyuan-verify evidence.json --trust trust.json",
    ]


def _until_interrupted(witnesses: Witnesses, seconds: float) -> None:
    """Wait; the witnesses go on vouching, because the chain keeps the states of its newest blocks alone."""
    try:
        while True:
            time.sleep(seconds)
            try:
                witnesses.vouch()
            except (Failure, OSError, HTTPException, IndexerError) as error:
                typer.echo(f"no checkpoint this time: {error}", err=True)
    except KeyboardInterrupt:
        typer.echo("stopping ...", err=True)


class _Progress:
    """Says what is being done, to people."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet

    def __call__(self, sentence: str) -> None:
        if not self._quiet:
            typer.echo(sentence, err=True)
