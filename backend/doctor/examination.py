"""One look at everything: each check is made whatever the others found, and says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.exc import SQLAlchemyError

from backend.doctor.patient import Patient, Unreachable
from backend.failures import Explained, UsageFailure

SETTINGS = "settings"
"""The check that tells of settings: of the others none repeats what is missing."""


class State(StrEnum):
    """How one thing is."""

    FINE = "fine"
    WARNING = "warning"
    """It works, and something about it is not as it should be."""
    TROUBLE = "trouble"
    UNKNOWN = "unknown"
    """It could not be looked at, because of something that has a finding of its own."""


class Trouble(Exception):
    """What a check found. It is explained as every failure is: `code: message - next step`."""

    state = State.TROUBLE

    def __init__(self, code: str, message: str, next_step: str) -> None:
        super().__init__(f"{code}: {message} - {next_step}")
        self.code = code
        self.message = message
        self.next_step = next_step


class Concern(Trouble):
    """A trouble that stops nothing yet."""

    state = State.WARNING


@dataclass(frozen=True, slots=True)
class Check:
    """`look` says how it is in a sentence, or raises. `why` is what it would mean if it were not fine."""

    name: str
    why: str
    look: Callable[[Patient], str]


@dataclass(frozen=True, slots=True)
class Finding:
    """Of one check. Without trouble there is neither `code` nor `next_step`."""

    check: str
    state: State
    what: str
    code: str | None = None
    why: str | None = None
    next_step: str | None = None


def examine(patient: Patient, checks: Iterable[Check]) -> list[Finding]:
    """Make every check."""
    return [_find(patient, check) for check in checks]


def _find(patient: Patient, check: Check) -> Finding:
    try:
        state, what = State.FINE, check.look(patient)
    except Unreachable as error:
        state, what = State.UNKNOWN, f"not looked at: {error}"
    except SQLAlchemyError as error:
        # A table that is not there, a right that is missing: what it says first is what it is about.
        what = " ".join(str(getattr(error, "orig", None) or error).split())
        return _trouble(
            check, State.TROUBLE, "database_refused", what, "see whether migrations or another check say more"
        )
    except Trouble as trouble:
        return _explained(check, trouble.state, trouble)
    except UsageFailure as failure:
        if failure.code != "setting_missing" or check.name == SETTINGS:
            return _explained(check, State.TROUBLE, failure)
        state, what = State.UNKNOWN, f"not looked at: {failure.message}"
    except Exception as error:
        if isinstance(error, Explained):
            return _explained(check, State.TROUBLE, error)
        raise
    return Finding(check.name, state, what)


def _explained(check: Check, state: State, error: Explained) -> Finding:
    return _trouble(check, state, error.code, error.message, error.next_step)


def _trouble(check: Check, state: State, code: str, what: str, next_step: str) -> Finding:
    return Finding(check.name, state, what, code, check.why, next_step)
