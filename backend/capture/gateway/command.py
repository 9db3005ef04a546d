"""`suyuan gateway`: serve EPCIS capture on this machine, and sign what came through it with the member's key."""

from http.client import HTTPException
from typing import Annotated

import typer
import uvicorn

from backend.capture.command import Api, Keystore, PasswordFile, TokenFile
from backend.capture.desk import Desk
from backend.capture.gateway.marks import PURPOSE, Marks
from backend.capture.gateway.routes import create_gateway
from backend.capture.gateway.signing import Signing
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
    sign_everything: Annotated[
        bool,
        typer.Option(
            "--sign-everything",
            help="Sign also what was brought to the service past this gateway: whoever holds a token of yours with the "
            "right to stock, or runs the service, can then have this key sign any event.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say errors as JSON.")] = False,  # noqa: ARG001 (backend.cli reads it)
) -> None:
    """Take EPCIS documents from programs on this machine, bring them to the service, and sign them here.

    They wait at the service: this program may be killed and started again at any moment, here or on another machine
    with the same key. Every program that runs here can have the key sign: give it one with the right to stock and no
    other.
    """
    configure_logs()
    try:
        client = client_of(api, token_file)
        member = member_of(client, keystore, password_file)
    except (OSError, HTTPException, ValueError) as error:
        raise Failure("service_unreachable", f"{api}: {error}", "check the address, and try again") from error
    marks = Marks(member.secret(PURPOSE))
    signing = Signing(client, Desk(client, member), marks, everything=sign_everything)
    app = create_gateway(client, signing, marks)
    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, access_log=False, timeout_graceful_shutdown=5)
