"""Checks of the database, and of what stands in it about our processes and their work."""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select, text

import backend.migrations
from backend import clock
from backend.books.derivation import final_numbers
from backend.books.verify import reached
from backend.db import Process
from backend.doctor.examination import Check, Concern, Trouble
from backend.doctor.patient import Patient, Unreachable
from backend.submissions.models import OPEN_STATES, SUBMISSION, State

_OLDEST_VERSION = 15
_CLOCKS_SECONDS = 5
_SILENT_SECONDS = 30
_WAITING_SECONDS = 120
_BOOKS_BEHIND = 1_000

_NEXT = {
    State.ACCEPTED: "see that `suyuan work` runs; its log says `transaction_not_taken` or `relay_interrupted`, and why",
    State.RELAYED: "sent, in no block: see whether the chain makes blocks, and the check of gas",
    State.MINED: "the mirror or finality is behind: see the check of the mirror",
}


def database(patient: Patient) -> str:
    """It answers, in a version we know, at our time."""
    try:
        with patient.database() as connection:
            version, theirs = connection.execute(
                text("SELECT current_setting('server_version_num')::int, extract(epoch FROM clock_timestamp())::bigint")
            ).one()
    except Unreachable as error:
        reason = " ".join(str(getattr(error.__cause__, "orig", error)).split())
        raise Trouble("database_unreachable", reason, "start PostgreSQL, or correct SUYUAN_DATABASE_URL") from error
    if version // 10_000 < _OLDEST_VERSION:
        raise Trouble(
            "database_too_old",
            f"PostgreSQL {version // 10_000}",
            f"upgrade it to {_OLDEST_VERSION} or later",
        )
    if abs(theirs - clock.now()) > _CLOCKS_SECONDS:
        raise Concern(
            "clocks_differ",
            f"the database's clock and this machine's are {abs(theirs - clock.now())} s apart",
            "set both by NTP",
        )
    return f"PostgreSQL {version // 10_000}"


def migrations(patient: Patient) -> str:
    """The schema `service` is this release's."""
    config = Config()
    config.set_main_option("script_location", str(Path(backend.migrations.__file__).parent))
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    with patient.database() as connection:
        there = connection.scalar(select(func.to_regclass("service.alembic_version")))
        found = there and connection.scalar(text("SELECT version_num FROM service.alembic_version"))
    if found == head:
        return f"up to {head}"
    if found is None:
        raise Trouble("not_migrated", "the schema `service` is not there", "run `suyuan db migrate`")
    if found not in {script.revision for script in scripts.walk_revisions()}:
        raise Trouble(
            "migrated_by_another_release",
            f"the database is at {found}, which this release does not know",
            "run the release that made it, or a later one",
        )
    raise Trouble("not_migrated", f"the database is at {found}, this release at {head}", "run `suyuan db migrate`")


def processes(patient: Patient) -> str:
    """Indexer, API and worker are connected, and the worker does something."""
    with patient.database() as connection:
        silent = _silence(connection)
    missing = [process for process in Process if process not in silent]
    if missing:
        raise Trouble(
            "process_missing",
            f"nobody runs {', '.join(f'`{process}`' for process in missing)} on this database",
            "start it; its log says why it ended",
        )
    # The worker asks each second; indexer and API may have nothing to ask.
    if silent[Process.WORKER] > _SILENT_SECONDS:
        raise Trouble(
            "worker_silent",
            f"the worker has asked nothing for {silent[Process.WORKER]} s",
            "see its log; it may be killed and started at any moment",
        )
    return f"{', '.join(process.removeprefix('suyuan ') for process in Process)} are there"


def outbox(patient: Patient) -> str:
    """Nothing waits for long."""
    with patient.database() as connection:
        rows = connection.execute(
            select(SUBMISSION.c.state, func.count().label("waiting"), func.min(SUBMISSION.c.changed_at).label("since"))
            .where(SUBMISSION.c.state.in_(OPEN_STATES))
            .group_by(SUBMISSION.c.state)
            .order_by("since")
        ).all()
    for row in rows:
        age = clock.now() - row.since
        if age > _WAITING_SECONDS:
            raise Trouble("outbox_waits", f"{row.waiting} {row.state}, the oldest for {age} s", _NEXT[State(row.state)])
    return f"{sum(row.waiting for row in rows)} under way"


def books(patient: Patient) -> str:
    """They are there and follow."""
    with patient.database() as connection:
        through = reached(connection)
        behind = len(final_numbers(connection, above=through, most=_BOOKS_BEHIND))
    if behind == _BOOKS_BEHIND:
        raise Trouble(
            "books_behind",
            f"{behind} events or more are final and not in the books",
            "see the worker's log for `books_interrupted`; after a rebuild it takes a while",
        )
    return f"{behind} events behind"


def _silence(connection: Connection) -> dict[str, int]:
    """Seconds since each of our processes last asked something, by its name."""
    rows = connection.execute(
        text(
            "SELECT application_name, extract(epoch FROM clock_timestamp() - max(state_change))::int"
            " FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'suyuan%'"
            " GROUP BY application_name"
        )
    )
    return {name: max(0, seconds or 0) for name, seconds in rows}


CHECKS = (
    Check("database", "Everything stands in it.", database),
    Check("migrations", "API and worker of this release ask for tables that are not there.", migrations),
    Check("processes", "Nothing is relayed without a worker, mirrored without an indexer.", processes),
    Check("outbox", "What members signed is not on the chain yet, and its deadline comes.", outbox),
    Check("books", "Search, custody and EPCIS queries answer of an earlier time.", books),
)
