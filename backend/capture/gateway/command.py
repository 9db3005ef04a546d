"""`suyuan gateway`: serve EPCIS capture on this machine, signing what comes with the member's key."""

from http.client import HTTPException
from typing import Annotated

import typer
import uvicorn

from backend.capture.command import Api, Keystore, PasswordFile, TokenFile
from backend.capture.desk import Desk
from backend.capture.gateway.jobs import Jobs
from backend.capture.gateway.routes import create_gateway
from backend.failures import Failure
from backend.logs import configure_logs
from backend.member.credentials import client_of, member_of


def gateway(
    *,
    keystore: Keystore,
    password_file: PasswordFile,
    api: Api,
    token_file: TokenFile,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Of 127.0.0.1; no other machine reaches it.")] = 8_091,
    as_json: Annotated[bool, typer.Option("--json", help="Say errors as JSON.")] = False,  # noqa: ARG001 (backend.cli reads it)
) -> None:
    """Take EPCIS documents from programs on this machine, sign them here, record them by the service.

    Every program that runs here can have the key sign: give it one with the right to stock and no other.
    """
    configure_logs()
    try:
        client = client_of(api, token_file)
        member = member_of(client, keystore, password_file)
    except (OSError, HTTPException, ValueError) as error:
        raise Failure("service_unreachable", f"{api}: {error}", "check the address, and try again") from error
    app = create_gateway(Jobs(Desk(client, member)))
    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, access_log=False, timeout_graceful_shutdown=5)
