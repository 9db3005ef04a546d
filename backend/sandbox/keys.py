"""The keys of a sandbox, each in a Web3 Secret Storage file, all under one random password."""

import json
import os
import secrets
from pathlib import Path

from eth_account import Account

# The password is 24 random bytes, which no amount of key stretching makes harder to guess; a thousand rounds instead of
# the usual million keep a sandbox's start short. For sandboxes only: a password that a person chose needs the million.
_ROUNDS = 1_000


class Keyring:
    """Keystores by name in one folder; used again when they are there already."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.password_file = folder / "password"

    def path(self, name: str) -> Path:
        """The keystore of `name`, whether or not it is there yet."""
        return self._folder / f"{name}.json"

    def key(self, name: str) -> bytes:
        """The private key of `name`, 32 bytes.

        Raises:
            FileNotFoundError: `ensure` was never called for it.
        """
        keystore = json.loads(self.path(name).read_text(encoding="utf-8"))
        return bytes(Account.decrypt(keystore, self.password_file.read_text(encoding="ascii")))

    def address(self, name: str) -> str:
        """The checksummed address that goes with the key of `name`."""
        return str(Account.from_key(self.key(name)).address)

    def ensure(self, name: str, key: bytes | None = None) -> None:
        """Keep `key`, or a random one when None, as `name`; a key that is there already stays."""
        if self.path(name).exists():
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.password_file.exists():
            _write_secret(self.password_file, secrets.token_urlsafe(24))
        keystore = Account.encrypt(
            key or secrets.token_bytes(32),
            self.password_file.read_text(encoding="ascii"),
            kdf="pbkdf2",
            iterations=_ROUNDS,
        )
        _write_secret(self.path(name), json.dumps(keystore))


def _write_secret(path: Path, text: str) -> None:
    # Made with its rights, not given them afterwards: in between, others could open it.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
