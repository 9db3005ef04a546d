"""Who acts: the member that a keystore and a token make, held against what the service says of both."""

import os
from pathlib import Path
from typing import Any

from backend.failures import Failure, UsageFailure
from backend.keyring import unlock
from backend.member.client import Client
from backend.member.signer import Member, Place, checksum_of


def client_of(api: str, token_file: Path) -> Client:
    """A connection to the service in the name of a token.

    Raises:
        UsageFailure: `api_address_wrong`, `file_unreadable`.
    """
    if not api.startswith(("http://", "https://")):
        raise UsageFailure("api_address_wrong", f"{api} is no address of a service", "begin with http:// or https://")
    return Client(api.rstrip("/"), _secret(token_file))


def member_of(client: Client, keystore: Path, password_file: Path) -> Member:
    """The member whose key a keystore holds, as the organisation the token is of.

    Raises:
        UsageFailure: `file_unreadable`, `keystore_unreadable`, `keystore_invalid`.
        Failure: `keystore_locked`; `key_not_of_organisation`, if the chain does not know the key as its.
    """
    key = unlock(keystore, _secret(password_file))
    address = checksum_of(key)
    own: dict[str, Any] = client.get("/v1/keys")
    valid = {each["address"].lower() for each in own["keys"] if each["status"] == "active"}
    if address.lower() not in valid:
        raise Failure(
            "key_not_of_organisation",
            f"{address} is no active key of organisation {own['organisation']}, which the token is of",
            "take a keystore and a token of the same organisation; /v1/keys lists its keys",
        )
    about = client.get("/v1/about")
    place = Place(about["chain_id"], {name: contract["address"] for name, contract in about["contracts"].items()})
    return Member(own["organisation"], key, place, os.urandom(32))


def _secret(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageFailure("file_unreadable", f"{path}: {error}", "check the path, and who may read it") from error
