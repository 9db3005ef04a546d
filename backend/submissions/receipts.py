"""The signed receipt: what the service owes a client from the moment it accepts a batch.

An EIP-712 signature of the service's account over the batch's digest and the time of acceptance. It proves, without
us, that we had the batch then; the batch's own signature proves who wrote it.
"""

from contracts.signatures import address_bytes, checksum, keccak, recover, sign

_DOMAIN = keccak(b"EIP712Domain(string name,string version,uint256 chainId)")
_RECEIPT = keccak(b"Receipt(bytes32 batch,uint64 acceptedAt)")
_NAME = keccak(b"Suyuan receipt")
_VERSION = keccak(b"1")


def receipt_digest(chain_id: int, batch: bytes, accepted_at: int) -> bytes:
    """The 32 bytes a receipt signs.

    Args:
        batch: the batch's EIP-712 digest.
        accepted_at: Unix seconds.
    """
    separator = keccak(_DOMAIN + _NAME + _VERSION + chain_id.to_bytes(32))
    body = keccak(_RECEIPT + batch + accepted_at.to_bytes(32))
    return keccak(b"\x19\x01" + separator + body)


class ReceiptSigner:
    """Signs receipts with the service's key. The same batch and time give the same signature."""

    def __init__(self, key: bytes, chain_id: int) -> None:
        self._key = key
        self._chain_id = chain_id
        self.address = address_bytes(recover(bytes(32), sign(bytes(32), key)))

    def sign(self, batch: bytes, accepted_at: int) -> bytes:
        """65 bytes r, s, v."""
        return sign(receipt_digest(self._chain_id, batch, accepted_at), self._key)


def is_receipt(signature: bytes, *, by: bytes, chain_id: int, batch: bytes, accepted_at: int) -> bool:
    """Whether a signature is the receipt of the account `by`."""
    return recover(receipt_digest(chain_id, batch, accepted_at), signature) == checksum(by)
