"""Keccak, addresses and secp256k1 signatures, as the ledgers understand them.

coincurve and pysha3 are C libraries: checking one EIP-712 signature takes about 50 microseconds with them and a
hundred times that in pure Python, so both are required and nothing falls back.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import coincurve
from sha3 import keccak_256

_SECP256K1_HALF_ORDER: Final = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


class TypedDataError(ValueError):
    """A value does not fit its type, or a signature is not one. ``code`` is stable; ``path`` names the field."""

    def __init__(self, code: str, path: str, message: str) -> None:
        super().__init__(f"{code}: {path}: {message}")
        self.code = code
        self.path = path
        self.message = message


def keccak(data: bytes) -> bytes:
    """Keccak-256, 32 bytes."""
    return bytes(keccak_256(data).digest())


def sign(digest: bytes, key: bytes) -> bytes:
    """Signs a digest with a 32-byte private key. Returns 65 bytes r ‖ s ‖ v with low s and v of 27 or 28."""
    signature = coincurve.PrivateKey(key).sign_recoverable(digest, hasher=None)
    return signature[:64] + bytes([signature[64] + 27])


def recover(digest: bytes, signature: bytes) -> str:
    """The checksummed address that signed a digest.

    Raises :class:`TypedDataError` ``signature_invalid`` for what the ledgers refuse too: a wrong length, a high s,
    a v that is neither 27 nor 28, or no point on the curve.
    """
    if len(signature) != 65 or signature[64] not in (27, 28):
        raise TypedDataError("signature_invalid", "signature", "65 bytes r, s, v with v of 27 or 28 are needed")
    if int.from_bytes(signature[32:64], "big") > _SECP256K1_HALF_ORDER:
        raise TypedDataError("signature_invalid", "signature", "s is in the upper half of the curve order")
    try:
        key = coincurve.PublicKey.from_signature_and_message(
            signature[:64] + bytes([signature[64] - 27]), digest, hasher=None
        )
    except Exception as error:  # coincurve raises a bare Exception when recovery fails
        raise TypedDataError("signature_invalid", "signature", "no key could be recovered") from error
    return checksum(keccak(key.format(compressed=False)[1:])[12:])


@lru_cache(maxsize=4096)
def address_bytes(address: str) -> bytes:
    """The 20 bytes of a ``0x`` address. Raises :class:`TypedDataError` ``address_invalid``."""
    try:
        raw = bytes.fromhex(address[2:])
    except ValueError:
        raw = b""
    if len(raw) != 20 or address[:2] != "0x":
        raise TypedDataError("address_invalid", "address", "0x and 40 hexadecimal digits are needed")
    return raw


@lru_cache(maxsize=4096)
def checksum(address: bytes) -> str:
    """The EIP-55 spelling of 20 bytes."""
    digits = address.hex()
    marks = keccak(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if int(mark, 16) > 7 else digit for digit, mark in zip(digits, marks, strict=False)
    )
