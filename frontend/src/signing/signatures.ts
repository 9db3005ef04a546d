/** EIP-712 signatures as the ledgers understand them: plain accounts, 65 bytes r ‖ s ‖ v, low s. */
import { type Address, type Hex, hexToBigInt, type LocalAccount, recoverAddress, size, slice } from "viem";

import { type Request, TypedDataError } from "./typedData";

const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** Signs with a key at hand; a wallet is given the same `Request`. */
export function sign(account: LocalAccount, toSign: Request): Promise<Hex> {
  return account.signTypedData(toSign);
}

/** The account that signed a digest. Throws `TypedDataError` `signature_invalid` for what the ledgers refuse too. */
export async function recover(digest: Hex, signature: Hex): Promise<Address> {
  if (size(signature) !== 65 || !["0x1b", "0x1c"].includes(slice(signature, 64))) {
    throw invalid("65 bytes r, s, v with v of 27 or 28 are needed");
  }
  if (hexToBigInt(slice(signature, 32, 64)) > HALF_ORDER) {
    throw invalid("s is in the upper half of the curve order");
  }
  try {
    return await recoverAddress({ hash: digest, signature });
  } catch {
    throw invalid("no key could be recovered");
  }
}

function invalid(message: string): TypedDataError {
  return new TypedDataError("signature_invalid", "signature", message);
}
