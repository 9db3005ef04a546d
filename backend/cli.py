"""The command `suyuan`: composes the rooms' commands, says what went wrong in one line, ends with 0, 1 or 2.

A room's commands are imported when one of them is called, not before: `suyuan --help` would otherwise load web3, Celery
and FastAPI to print a list.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, runtime_checkable

import typer

from backend.depth import limit_depth
from backend.failures import Explained

OK, FINDING, USAGE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Room:
    """One word after `suyuan`, and where what it does is written: a Typer app, or a function for a single command."""

    word: str
    place: str
    summary: str

    def load(self) -> typer.Typer | Callable[..., object]:
        module, _, attribute = self.place.partition(":")
        loaded: typer.Typer | Callable[..., object] = getattr(import_module(module), attribute)
        return loaded


ROOMS = (
    Room("serve", "backend.serve_command:serve", "Serve the HTTP API."),
    Room("work", "backend.service_commands:work", "Run the worker: relay what was submitted, do what was scheduled."),
    Room("db", "backend.tables_commands:db", "Bring the service's tables to this release."),
    Room("token", "backend.tables_commands:token", "Make and end the API tokens of machines."),
    Room("index", "backend.mirror.command:app", "Run and check the mirror of the chain in SQL."),
    Room("stock", "backend.stock.cli:app", "Hold the journal of stock against the signed sheets."),
    Room("documents", "backend.documents_command:app", "Try certificates, UBL and logger files, offline."),
    Room("epcis", "backend.epcis_command:app", "Look at EPCIS documents and their hashes; get events out as one."),
    Room("capture", "backend.capture.command:capture", "Record what EPCIS documents tell, signed on this machine."),
    Room("template", "backend.capture.sheets.command:template", "Write a workbook for events, or propose a mapping."),
    Room(
        "gateway", "backend.capture.gateway.command:gateway", "Take EPCIS from programs here, signed on this machine."
    ),
    Room("details", "backend.details_command:app", "Roots of confidential fields, importing them, the ring of keys."),
    Room("books", "backend.books.command:app", "Look at the books, hold them against chain and details, rebuild them."),
    Room("trace", "backend.evidence.command:trace", "Say what a lot came from and what became of it, or an order."),
    Room("evidence", "backend.evidence_command:app", "Write files that prove records without us."),
    Room("checkpoint", "backend.evidence.checkpoint_command:app", "Vouch for blocks, as a witness; hold them to it."),
    Room("chain", "backend.chain:app", "Put the contracts on a chain."),
    Room("secrets", "backend.secrets_command:secrets", "Make the passwords and keys of a trial installation."),
    Room("demo", "backend.demo.command:demo", "Start a whole Suyuan with a sample park in it."),
    Room("doctor", "backend.doctor.command:doctor", "Look at everything; say what is wrong and what to do."),
    Room("faults", "backend.faults.command:faults", "Try mirror and relayer under a lying node, deaths and reorgs."),
    Room("sandbox", "backend.sandbox.cli:sandbox", "Run a command inside a whole Suyuan of its own."),
)


@runtime_checkable
class _WrongCall(Protocol):
    """What Typer raises about a command line: its class is private, its two members are not."""

    exit_code: int

    def format_message(self) -> str: ...


def application(arguments: Sequence[str]) -> typer.Typer:
    """The command line that answers `arguments`: the room they name is loaded, the others are a name and a summary."""
    app = typer.Typer(
        name="suyuan",
        help="Suyuan 溯源: a record of a park's supply chain that nobody can quietly forge, drop or rewrite.",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    # With a callback, a Typer app is a group even while it holds one command.
    app.callback()(_no_options)
    called = next((argument for argument in arguments if not argument.startswith("-")), None)
    for room in ROOMS:
        content = room.load() if room.word == called else _not_called
        if isinstance(content, typer.Typer):
            app.add_typer(content, name=room.word, help=room.summary)
        else:
            app.command(room.word, help=room.summary if content is _not_called else None)(content)
    return app


def run(arguments: Sequence[str]) -> int:
    """Do what `arguments` ask; returns the exit status: 0, 1 a finding, 2 a call or settings that cannot work."""
    command = typer.main.get_command(application(arguments))
    # After the room is imported, which may have lifted it: files of strangers are read by commands too.
    limit_depth()
    as_json = "--json" in arguments[: arguments.index("--")] if "--" in arguments else "--json" in arguments
    try:
        outcome = command.main(args=list(arguments), prog_name="suyuan", standalone_mode=False)
    except Exception as error:
        if isinstance(error, Explained):
            _say(error.code, error.message, error.next_step, as_json=as_json)
            return int(getattr(error, "exit_status", FINDING))
        if isinstance(error, _WrongCall):
            words = " ".join(["suyuan", *(room.word for room in ROOMS if room.word in arguments[:1])])
            _say("wrong_call", error.format_message().rstrip("."), f"see `{words} --help`", as_json=as_json)
            return USAGE
        raise
    return outcome if isinstance(outcome, int) else OK


def main() -> None:
    """The program's entry point."""
    sys.exit(run(sys.argv[1:]))


def _say(code: str, message: str, next_step: str, *, as_json: bool) -> None:
    # On standard error in both forms: standard output carries results and nothing else.
    if as_json:
        typer.echo(json.dumps({"code": code, "message": message, "next_step": next_step}, ensure_ascii=False), err=True)
    else:
        typer.echo(f"{code}: {message} - {next_step}", err=True)


def _no_options() -> None: ...


def _not_called() -> None: ...


if __name__ == "__main__":
    main()
