"""How the mirror's commands say what they found: JSON for programs, one line a fact for people."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

FINDING = 1

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def answer(fields: Mapping[str, Any], *, as_json: bool) -> None:
    """Print fields on standard output."""
    if as_json:
        typer.echo(json.dumps(plain(fields)))
    else:
        width = max(map(len, fields))
        for name, value in fields.items():
            typer.echo(f"{name:<{width}}  {'-' if value is None else plain(value)}")


def row_named(table: str, key: Mapping[str, Any]) -> str:
    """A row by its table and key: `holding (number 7)`."""
    return f"{table} ({', '.join(f'{name} {plain(value)}' for name, value in key.items())})"


def plain(value: Any) -> Any:
    """`value` in JSON's own kinds; bytes as 0x hex."""
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value
