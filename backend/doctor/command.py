"""`suyuan doctor`: look at everything, say what is wrong and what to do."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from backend.doctor import chain, database, machine
from backend.doctor.examination import SETTINGS, Check, Finding, State, examine
from backend.doctor.patient import Patient
from backend.logs import configure_logs

FINDING, USAGE = 1, 2

CHECKS: tuple[Check, ...] = (
    *machine.CHECKS[:1],
    *database.CHECKS[:2],
    *chain.CHECKS,
    *machine.CHECKS[1:],
    *database.CHECKS[2:],
)


def doctor(*, as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False) -> None:
    """Look at settings, database, chain, mirror, keys, broker, processes and what waits; nothing is changed.

    Ends with 1 if there is trouble, with 2 if it is settings that are missing or wrong. A warning is no trouble. Run it
    where API and worker run, with their environment.
    """
    configure_logs()
    patient = Patient()
    try:
        findings = examine(patient, CHECKS)
    finally:
        patient.close()
    troubled = [finding for finding in findings if finding.state is State.TROUBLE]
    if as_json:
        said = {"healthy": not troubled, "findings": [asdict(finding) for finding in findings]}
        typer.echo(json.dumps(said, ensure_ascii=False))
    else:
        for finding in findings:
            typer.echo(_told(finding))
    if troubled:
        raise typer.Exit(USAGE if troubled[0].check == SETTINGS else FINDING)


def _told(finding: Finding) -> str:
    line = f"{finding.state:<8} {finding.check:<12} {finding.what}"
    if finding.code is None:
        return line
    return f"{line}  [{finding.code}]\n{'':<9}{'why':<13}{finding.why}\n{'':<9}{'do':<13}{finding.next_step}"
