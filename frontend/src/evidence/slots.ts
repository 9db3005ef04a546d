/** The words in the slots a file proves, as `contracts/src/types/Record.sol` and `Key.sol` lay them out. */
import { concat, type Hex, hexToBigInt, hexToNumber, keccak256, numberToHex, pad, slice } from "viem";

export const RECORDS_SLOT = 0;
export const ENROLLED_SLOT = 7;

/** What lies on a subject. */
export const FLAGS = {
  PACKED: 1 << 0,
  HELD_BY_PARTY: 1 << 1,
  HELD_BY_REGULATOR: 1 << 2,
  RECALLED: 1 << 3,
  DISPUTED: 1 << 4,
  BREACH: 1 << 5,
  CLOSED: 1 << 6,
  QUARANTINED: 1 << 7,
} as const;

/** The record of a subject: 24 bytes of head, who is answerable, how many records, status and flags. */
export interface Record {
  readonly head: Hex;
  readonly holder: number;
  readonly seq: number;
  readonly status: number;
  readonly flags: number;
}

/** Whom a key speaks for and when, in Unix seconds; 0 where nothing was said. */
export interface Key {
  readonly organisation: number;
  readonly rights: number;
  readonly validFrom: bigint;
  readonly validUntil: bigint;
  readonly compromisedSince: bigint;
  readonly revokedAt: bigint;
}

/** Unpacks a slot of 32 bytes. */
export function recordOf(word: Hex): Record {
  return {
    head: slice(word, 0, 24),
    holder: hexToNumber(slice(word, 24, 27)),
    seq: hexToNumber(slice(word, 27, 30)),
    status: hexToNumber(slice(word, 30, 31)),
    flags: hexToNumber(slice(word, 31, 32)),
  };
}

/** Unpacks a slot of 32 bytes. */
export function keyOf(word: Hex): Key {
  const bits = hexToBigInt(word);
  const moment = (shift: bigint) => BigInt.asUintN(40, bits >> shift);
  return {
    organisation: Number(BigInt.asUintN(24, bits)),
    rights: Number(BigInt.asUintN(16, bits >> 24n)),
    validFrom: moment(40n),
    validUntil: moment(80n),
    compromisedSince: moment(120n),
    revokedAt: moment(160n),
  };
}

/** Where Solidity keeps the value of a key of a mapping at a slot; shorter keys are padded on the left. */
export function placeInMapping(key: Hex, slot: number): Hex {
  return keccak256(concat([pad(key, { size: 32 }), numberToHex(slot, { size: 32 })]));
}
