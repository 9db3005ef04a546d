"""Keys in Web3 Secret Storage files, all of one folder under one random password in a file beside them."""

import json
import os
import secrets
from pathlib import Path

from eth_account import Account
from eth_utils.address import is_address, to_checksum_address

from backend.failures import Failure, UsageFailure

# PBKDF2 rounds. The password is 24 random bytes, which no stretching makes harder to guess, so a thousand are enough
# wherever we make it ourselves; a password that a person chose needs a million.
_ROUNDS = 1_000


class Keyring:
    """Keystores by name; used again when they are there already."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.password_file = folder / "password"

    def path(self, name: str) -> Path:
        """The keystore of `name`, whether or not it is there yet."""
        return self._folder / f"{name}.json"

    def key(self, name: str) -> bytes:
        """The private key of `name`, 32 bytes.

        Raises:
            FileNotFoundError, UsageFailure: `ensure` was never called for it.
        """
        return unlock(self.path(name), self.password_file.read_text(encoding="ascii"))

    def address(self, name: str) -> str:
        """The checksummed address that goes with the key of `name`."""
        return address_in(self.path(name))

    def ensure(self, name: str, key: bytes | None = None) -> None:
        """Keep `key`, or a random one when None, as `name`; a key that is there already stays."""
        if self.path(name).exists():
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_secret(self.password_file, secrets.token_urlsafe(24))
        keystore = Account.encrypt(
            key or secrets.token_bytes(32),
            self.password_file.read_text(encoding="ascii"),
            kdf="pbkdf2",
            iterations=_ROUNDS,
        )
        write_secret(self.path(name), json.dumps(keystore))


def write_secret(path: Path, text: str) -> None:
    """Write `text` to a file of its owner alone; one that is there already stays as it is."""
    # Made with its rights, not given them afterwards: in between, others could open it.
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def unlock(keystore: Path, password: str) -> bytes:
    """The private key in a Web3 Secret Storage file, 32 bytes.

    Raises:
        UsageFailure: `keystore_unreadable`, `keystore_invalid`.
        Failure: `keystore_locked`.
    """
    encrypted = _read(keystore)
    try:
        return bytes(Account.decrypt(encrypted, password))
    except ValueError as error:
        raise Failure("keystore_locked", f"{keystore}: {error}", "check the password file that goes with it") from error


def address_in(keystore: Path) -> str:
    """The checksummed address that a Web3 Secret Storage file names in the clear.

    Raises:
        UsageFailure: `keystore_unreadable`, `keystore_invalid`.
    """
    address = _read(keystore).get("address")
    if not is_address(address):
        raise UsageFailure("keystore_invalid", f"{keystore} names no address", "give the address itself")
    return to_checksum_address(str(address))


def _read(keystore: Path) -> dict[str, object]:
    try:
        content = json.loads(keystore.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageFailure("keystore_unreadable", f"{keystore}: {error.strerror}", "check the path") from error
    except ValueError as error:
        raise UsageFailure("keystore_invalid", f"{keystore}: {error}", "give a Web3 Secret Storage file") from error
    if not isinstance(content, dict):
        raise UsageFailure("keystore_invalid", f"{keystore} holds no object", "give a Web3 Secret Storage file")
    return content
