"""Sealing: one key a record, wrapped for each organisation that may read it.

AES-256-GCM throughout (NIST SP 800-38D), by `cryptography`. A record's key is used once, so its nonce could be fixed;
it is random all the same. The root a ciphertext belongs to is authenticated with it: a row moved to another root does
not open. A version of the ring is 32 random bytes; the key that wraps for an organisation is derived from it (HKDF,
RFC 5869), so that a ring needs no entry for a newcomer.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12
_KEY = 32


class SealBroken(Exception):
    """A ciphertext that does not open: changed, moved to another root, or wrapped by a ring we do not have."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A record at rest: its ciphertext, and its key wrapped for each reader, under one version of the ring."""

    sealed: bytes
    wrapped_keys: Mapping[int, bytes]
    ring_version: int


@dataclass(frozen=True)
class Ring:
    """Every version of the ring by its number; new keys are wrapped under the highest."""

    versions: Mapping[int, bytes]

    @cached_property
    def current(self) -> int:
        """The version that wraps."""
        return max(self.versions)

    def seal(self, root: bytes, plaintext: bytes, readers: set[int]) -> Sealed:
        """Seal a record for its readers, under a key made for it."""
        key = os.urandom(_KEY)
        sealed = _encrypt(key, plaintext, root)
        return Sealed(sealed, {reader: self.wrap(root, key, reader) for reader in readers}, self.current)

    def open(self, root: bytes, sealed: bytes, key: bytes) -> bytes:
        """The plaintext of a record.

        Raises:
            SealBroken: it does not open.
        """
        return _decrypt(key, sealed, root)

    def wrap(self, root: bytes, key: bytes, reader: int) -> bytes:
        """A record's key for one more reader."""
        return _encrypt(self._wrapping_key(self.current, reader), key, root)

    def unwrap(self, root: bytes, wrapped: bytes, reader: int, version: int) -> bytes:
        """A record's key, out of what was wrapped for a reader.

        Raises:
            SealBroken: the ring lacks the version, or it does not open.
        """
        if version not in self.versions:
            raise SealBroken(f"version {version} of the ring is not here")
        return _decrypt(self._wrapping_key(version, reader), wrapped, root)

    def _wrapping_key(self, version: int, organisation: int) -> bytes:
        purpose = b"suyuan details " + organisation.to_bytes(4)
        return HKDF(SHA256(), _KEY, salt=None, info=purpose).derive(self.versions[version])


def _encrypt(key: bytes, plaintext: bytes, root: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, root)


def _decrypt(key: bytes, sealed: bytes, root: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], root)
    except (InvalidTag, ValueError) as error:
        raise SealBroken("the ciphertext was changed, or belongs to another root") from error
