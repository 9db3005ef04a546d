"""What a command says when a person has to mend something.

    Failure            exit status 1: the command ran and found something wrong
    └── UsageFailure   exit status 2: the command was called, or set up, in a way that cannot work

Both carry a stable code, a sentence, and the next step. `contracts` and `indexer` may not import this module; an
exception of theirs that has the same three attributes (see `Explained`) is printed in the same way.
"""

from typing import Protocol, runtime_checkable


@runtime_checkable
class Explained(Protocol):
    """An exception the command line can print: `code: message - next step`."""

    code: str
    message: str
    next_step: str


class Failure(Exception):
    """Something is wrong outside the program, and this is what to do about it."""

    exit_status = 1

    def __init__(self, code: str, message: str, next_step: str) -> None:
        super().__init__(f"{code}: {message} - {next_step}")
        self.code = code
        self.message = message
        self.next_step = next_step


class UsageFailure(Failure):
    """The command line or the settings cannot work as they are; nothing was done."""

    exit_status = 2
