/** The block a file rests on: its header, and who vouches for it. */
import { type Address, bytesToHex, getAddress, type Hex, hashTypedData, keccak256 } from "viem";

import { recover } from "../signing/signatures";
import { TypedDataError } from "../signing/typedData";
import type { Checkpoint } from "./evidence";
import { Refusal } from "./refusal";
import { decode, encode, type Item } from "./rlp";
import type { Seals, Trust } from "./trust";

const HEADER_FIELDS = 15;
const STATE_ROOT = 3;
const NUMBER = 8;
const TIME = 11;
const EXTRA = 12;
const VANITY = 32;
const SEAL = 65;

/** A block as its header gives it. `time` is in Unix seconds. */
export interface Block {
  readonly number: number;
  readonly hash: Hex;
  readonly time: number;
  readonly stateRoot: Hex;
}

/** The block, and the witnesses of the trust file who signed it. */
export interface Anchor {
  readonly block: Block;
  readonly witnesses: readonly Address[];
}

/** Extra data of a QBFT header. */
interface QbftExtra {
  readonly vanity: Uint8Array;
  readonly validators: readonly Item[];
  readonly vote: Item;
  readonly round: Uint8Array;
  readonly seals: readonly Item[];
}

const CHECKPOINT_TYPES = {
  Checkpoint: [
    { name: "number", type: "uint64" },
    { name: "hash", type: "bytes32" },
    { name: "genesis", type: "bytes32" },
    { name: "mirror", type: "bytes32" },
  ],
} as const;

/** The EIP-712 digest a witness signs. */
export function checkpointDigest(chainId: bigint, number: number, hash: Hex, genesis: Hex, mirror: Hex): Hex {
  return hashTypedData({
    domain: { name: "Suyuan checkpoint", version: "1", chainId },
    types: CHECKPOINT_TYPES,
    primaryType: "Checkpoint",
    message: { number: BigInt(number), hash, genesis, mirror },
  });
}

/** The block, and the witnesses of the trust file who signed it. Throws `Refusal`. */
export async function checkAnchor(header: Uint8Array, checkpoint: Checkpoint | null, trust: Trust): Promise<Anchor> {
  const fields = decoded(header);
  const block = {
    number: numberOf(fields[NUMBER] as Uint8Array, "number"),
    hash: hashOf(header, fields, trust.seals),
    time: numberOf(fields[TIME] as Uint8Array, "timestamp"),
    stateRoot: wordOf(fields[STATE_ROOT] as Uint8Array),
  };
  const witnesses = await checkWitnesses(block, checkpoint, trust);
  if (trust.seals !== null) await checkSeals(fields, trust.seals);
  if (block.number < trust.notBefore) {
    const reason = `block ${block.number} is older than block ${trust.notBefore}`;
    throw new Refusal("evidence_stale", "anchor.header", reason);
  }
  return { block, witnesses };
}

function decoded(header: Uint8Array): readonly Uint8Array[] {
  let fields: Item;
  try {
    fields = decode(header);
  } catch (error) {
    throw malformed((error as RangeError).message);
  }
  if (fields instanceof Uint8Array || fields.length < HEADER_FIELDS) {
    throw malformed(`it has not ${HEADER_FIELDS} fields`);
  }
  return fields.map((field) => {
    if (!(field instanceof Uint8Array)) throw malformed("a field is a list");
    return field;
  });
}

function numberOf(field: Uint8Array, name: string): number {
  if (field.length > 6 || field[0] === 0) throw malformed(`${name} is no number`);
  return field.reduce((sum, digit) => sum * 256 + digit, 0);
}

function wordOf(field: Uint8Array): Hex {
  if (field.length !== 32) throw malformed("the state root has not 32 bytes");
  return bytesToHex(field);
}

async function checkWitnesses(block: Block, checkpoint: Checkpoint | null, trust: Trust): Promise<readonly Address[]> {
  const signed: Address[] = [];
  if (checkpoint !== null) {
    const digest = checkpointDigest(trust.chainId, block.number, block.hash, trust.genesis, checkpoint.mirror);
    for (const { witness, signature } of checkpoint.signatures) {
      if ((await signerOf(digest, signature)) !== witness) {
        throw new Refusal("checkpoint_forged", "anchor.checkpoint", `${witness} did not sign this block`);
      }
      if (trust.witnesses.has(witness)) signed.push(witness);
    }
  }
  if (signed.length < trust.threshold) {
    const reason = `${signed.length} of ${trust.threshold} witnesses signed`;
    throw new Refusal("checkpoint_missing", "anchor.checkpoint", reason);
  }
  return signed;
}

async function signerOf(digest: Hex, signature: Hex): Promise<Address | undefined> {
  try {
    return await recover(digest, signature);
  } catch (error) {
    if (error instanceof TypedDataError) return undefined;
    throw error;
  }
}

// --- seals

/** QBFT leaves round and seals out of a block's hash. */
function hashOf(header: Uint8Array, fields: readonly Uint8Array[], seals: Seals | null): Hex {
  if (seals?.kind !== "qbft") return keccak256(header);
  const { vanity, validators, vote } = extraOf(fields);
  return hashWith(fields, encode([vanity, validators, vote, new Uint8Array(), []]));
}

async function checkSeals(fields: readonly Uint8Array[], { kind, validators }: Seals): Promise<void> {
  const sealed = kind === "qbft" ? await qbft(fields, validators) : await clique(fields);
  const needed = kind === "qbft" ? Math.ceil((2 * validators.size) / 3) : 1;
  const known = sealed.filter((each) => validators.has(each));
  if (known.length < needed || known.length !== sealed.length) {
    throw unsealed(`${known.length} of ${needed} validators sealed it`);
  }
}

/** Who sealed a QBFT header. */
async function qbft(fields: readonly Uint8Array[], known: ReadonlySet<Address>): Promise<readonly Address[]> {
  const { vanity, validators, vote, round, seals } = extraOf(fields);
  const named = new Set(
    validators.map((each) => {
      if (!(each instanceof Uint8Array) || each.length !== 20) throw unsealed("the header names other validators");
      return getAddress(bytesToHex(each));
    }),
  );
  const areAll = named.size === validators.length && named.size === known.size;
  if (!areAll || ![...named].every((one) => known.has(one))) throw unsealed("the header names other validators");
  const digest = hashWith(fields, encode([vanity, validators, vote, round, []]));
  const sealed = new Set(await Promise.all(seals.map((each) => sealerOf(digest, each))));
  if (sealed.size !== seals.length) throw unsealed("a validator sealed twice");
  return [...sealed];
}

/** Who sealed a Clique header: the last 65 bytes of its extra data. */
async function clique(fields: readonly Uint8Array[]): Promise<readonly Address[]> {
  const extra = fields[EXTRA] as Uint8Array;
  if (extra.length < VANITY + SEAL) throw unsealed("extra data has no seal");
  return [await sealerOf(hashWith(fields, extra.subarray(0, -SEAL)), extra.subarray(-SEAL))];
}

function extraOf(fields: readonly Uint8Array[]): QbftExtra {
  let extra: Item;
  try {
    extra = decode(fields[EXTRA] as Uint8Array);
  } catch (error) {
    throw unsealed((error as RangeError).message);
  }
  if (!(extra instanceof Uint8Array) && extra.length === 5) {
    const [vanity, validators, vote, round, seals] = extra as readonly [Item, Item, Item, Item, Item];
    const areBytes = vanity instanceof Uint8Array && round instanceof Uint8Array;
    if (areBytes && !(validators instanceof Uint8Array) && !(seals instanceof Uint8Array)) {
      return { vanity, validators, vote, round, seals };
    }
  }
  throw unsealed("extra data is not that of QBFT");
}

function hashWith(fields: readonly Uint8Array[], extra: Uint8Array): Hex {
  return keccak256(encode([...fields.slice(0, EXTRA), extra, ...fields.slice(EXTRA + 1)]));
}

/** Seals end with a recovery id of 0 or 1, not with the 27 or 28 of signed messages. */
async function sealerOf(digest: Hex, seal: Item): Promise<Address> {
  if (seal instanceof Uint8Array && seal.length === SEAL && (seal[SEAL - 1] as number) <= 1) {
    const signature = Uint8Array.from(seal);
    signature[SEAL - 1] = (seal[SEAL - 1] as number) + 27;
    const signer = await signerOf(digest, bytesToHex(signature));
    if (signer !== undefined) return signer;
  }
  throw unsealed("a seal is no signature");
}

function unsealed(message: string): Refusal {
  return new Refusal("seals_missing", "anchor.header", message);
}

function malformed(message: string): Refusal {
  return new Refusal("header_malformed", "anchor.header", message);
}
