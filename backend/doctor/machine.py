"""Checks of this machine: settings, broker, keys and the rights on their files, room on the disk."""

import os
from pathlib import Path

import kombu
from kombu.exceptions import KombuError
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from backend.details.models import DETAILS_READER
from backend.details.ring import open_ring
from backend.doctor.examination import Check, Trouble
from backend.doctor.patient import Patient, Unreachable
from backend.settings import Mode

_BROKER_SECONDS = 3
_LEAST_FREE_BYTES = 1 << 30
_LEAST_FREE_SHARE = 0.05


def settings(patient: Patient) -> str:
    """All are there and can work."""
    found = patient.settings
    return "complete" if found.mode is Mode.PRODUCTION else "complete; demo mode allows default secrets"


def broker(patient: Patient) -> str:
    """It answers, and takes our password."""
    url = patient.broker.broker_url.get_secret_value()
    timeouts = {"socket_connect_timeout": _BROKER_SECONDS, "socket_timeout": _BROKER_SECONDS}
    options = timeouts if url.startswith("redis") else {}
    try:
        with kombu.Connection(url, connect_timeout=_BROKER_SECONDS, transport_options=options) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=_BROKER_SECONDS)
            # A channel, as Celery opens one: over Redis a connection alone asks for no password.
            _ = connection.default_channel
    except (KombuError, OSError) as error:
        # Its kind alone: the text may hold the address, with the password.
        raise Trouble(
            "broker_unreachable",
            f"it does not answer us ({type(error).__name__})",
            "start it, or correct SUYUAN_BROKER_URL; nothing is lost meanwhile",
        ) from error
    return "answers"


def relayer(patient: Patient) -> str:
    """Its key opens, and nobody else can read the files."""
    given = patient.relayer
    _check_private(given.relayer_keystore, given.relayer_password_file)
    return f"account 0x{patient.sender.address.hex()}"


def ring(patient: Patient) -> str:
    """Every version opens, and none is missing that details in the database are sealed by."""
    folder = patient.ring.details_ring
    _check_private(*sorted(folder.glob("*.json")), folder / "password")
    opened = open_ring(folder, patient.ring.details_password().get_secret_value())
    try:
        with patient.database() as connection:
            used = set(connection.scalars(select(DETAILS_READER.c.ring_version).distinct()))
    except (Unreachable, SQLAlchemyError):
        # The checks of database and migrations tell of that.
        used = set()
    missing = sorted(used - set(opened.versions))
    if missing:
        raise Trouble(
            "ring_incomplete",
            f"details are sealed by version {', '.join(map(str, missing))}, which the ring does not hold",
            f"restore {missing[0]}.json into {folder} from its backup",
        )
    return f"version {opened.current}"


def disk(patient: Patient) -> str:
    """There is room where the database lies, if that is here, and where we are."""
    folders = [Path.cwd()]
    try:
        with patient.database() as connection:
            folders.insert(0, Path(connection.scalar(text("SELECT current_setting('data_directory')")) or "."))
    except (Unreachable, SQLAlchemyError):
        # Away, or not ours to know: then the database's machine has to be looked at itself.
        pass
    said = []
    for folder in folders:
        try:
            found = os.statvfs(folder)
        except OSError:
            continue
        free, share = found.f_bavail * found.f_frsize, found.f_bavail / max(1, found.f_blocks)
        if free < _LEAST_FREE_BYTES or share < _LEAST_FREE_SHARE:
            raise Trouble(
                "disk_full",
                f"{free / 1e9:.1f} GB, {share:.0%}, are free under {folder}",
                "make room; PostgreSQL stops when there is none, and the mirror may be dropped and rebuilt",
            )
        said.append(f"{free / 1e9:.0f} GB")
    return f"{said[0]} free"


def _check_private(*files: Path) -> None:
    for file in files:
        try:
            mode = file.stat().st_mode & 0o777
        except OSError as error:
            raise Trouble(
                "key_file_missing", f"{file}: {error.strerror}", "restore it, or correct the setting"
            ) from error
        if mode & 0o077:
            raise Trouble("key_file_open", f"others may read {file} ({mode:04o})", f"run `chmod 600 {file}`")


CHECKS = (
    Check("settings", "No process starts without them.", settings),
    Check("broker", "Work begins up to a second later than it could; nothing is lost.", broker),
    Check("relayer", "Nothing is relayed without its key; whoever has it spends what is on the account.", relayer),
    Check("ring", "Without it details stay sealed for good; whoever has it and the database reads them.", ring),
    Check("disk", "A full disk stops the database, and with it everything.", disk),
)
