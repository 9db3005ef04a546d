/**
 * How a signed batch becomes calldata, and back.
 *
 * All actions travel as the plain ABI of their struct but one: `RecordLotEvent` travels packed, laid out in
 * contracts/src/types/LotEvent.sol.
 */
import { type Abi, type Address, decodeFunctionData, encodeFunctionData, type Hex } from "viem";

import { abi as claims } from "../../../contracts/artifacts/Claims.json";
import { abi as corrections } from "../../../contracts/artifacts/Corrections.json";
import { abi as participants } from "../../../contracts/artifacts/Participants.json";
import { abi as procurement } from "../../../contracts/artifacts/Procurement.json";
import { abi as recalls } from "../../../contracts/artifacts/Recalls.json";
import { abi as sheets } from "../../../contracts/artifacts/Sheets.json";
import { abi as succession } from "../../../contracts/artifacts/Succession.json";
import { abi as traceability } from "../../../contracts/artifacts/Traceability.json";
import { ACTIONS, actionOf, type Batch, parse, TypedDataError, type Value } from "./typedData";

/** A batch, who signed it, and the 65-byte signature. `trails` go with corrections only. */
export interface SignedBatch {
  readonly batch: Batch;
  readonly signer: Address;
  readonly signature: Hex;
  readonly trails?: readonly Trail[];
}

/** Opens a head: the one before the corrected action, then every step since, its own first. */
export interface Trail {
  readonly headBefore: Hex;
  readonly steps: readonly { readonly actionHash: Hex; readonly signer: Address }[];
}

type Layout = readonly (readonly [name: string, bits: bigint])[];

// TypeScript reads a JSON file's strings as `string`, never as the words an ABI is typed by.
const ABIS = {
  Claims: claims,
  Corrections: corrections,
  Participants: participants,
  Procurement: procurement,
  Recalls: recalls,
  Sheets: sheets,
  Succession: succession,
  Traceability: traceability,
} as unknown as Readonly<Record<string, Abi>>;

// Least significant first.
const EVENT_FACTS: Layout = [
  ["kind", 8n],
  ["action", 8n],
  ["schema", 32n],
  ["occurredAt", 64n],
  ["items", 16n],
];
const ITEM_FACTS: Layout = [
  ["role", 8n],
  ["origin", 8n],
  ["maker", 24n],
  ["creator", 24n],
  ["serial", 32n],
  ["seq", 24n],
];

interface LotItem extends Value {
  readonly holding: Value & { readonly handle: Hex };
}
interface LotEvent extends Value {
  readonly items: readonly LotItem[];
  readonly root: Hex;
}
interface PackedEvent {
  readonly facts: bigint;
  readonly root: Hex;
}
interface PackedItem {
  readonly handle: Hex;
  readonly facts: bigint;
}
interface Authorisation {
  readonly signer: Address;
  readonly nonce: bigint;
  readonly deadline: bigint;
  readonly mode: number;
  readonly signature: Hex;
}

/** The ABI of a ledger. Throws `TypedDataError` for one we do not have. */
export function abiOf(ledger: string): Abi {
  const abi = ABIS[ledger];
  if (abi === undefined) throw new TypedDataError("ledger_unknown", ledger, "no such ledger is defined");
  return abi;
}

/** The call that records a signed batch. Throws `trails_mismatch` if a correction does not bring one trail an action. */
export function calldata({ batch, signer, signature, trails = [] }: SignedBatch): Hex {
  const action = actionOf(batch.action);
  const { nonce, deadline, mode } = batch;
  const authorisation = { signer, nonce, deadline, mode, signature };
  if (action.proof !== undefined && trails.length !== batch.actions.length) {
    throw new TypedDataError("trails_mismatch", "trails", `${batch.actions.length} are needed, one for each action`);
  }
  const proof = action.proof === undefined ? [] : [trails];
  const actions =
    batch.action === "RecordLotEvent" ? packLotEvents(batch.actions as readonly LotEvent[]) : [batch.actions, ...proof];
  return encodeFunctionData({
    abi: abiOf(action.ledger),
    functionName: action.function,
    args: [...actions, authorisation],
  });
}

/** The reverse of `calldata`, for a call of a known ledger. */
export function parseCalldata(ledger: string, data: Hex): SignedBatch {
  const { functionName, args = [] } = decodeFunctionData({ abi: abiOf(ledger), data });
  const found = Object.entries(ACTIONS).find(([, action]) => action.function === functionName);
  if (found === undefined) throw new TypedDataError("action_unknown", functionName, "this call records no batch");
  const [name, action] = found;
  const { signer, nonce, deadline, mode, signature } = args.at(-1) as Authorisation;
  const rows =
    name === "RecordLotEvent"
      ? unpackLotEvents(args[0] as readonly PackedEvent[], args[1] as readonly PackedItem[])
      : (args[0] as readonly unknown[]);
  const actions = rows.map((row) => parse(name, row));
  const batch = { action: name, actions, nonce, deadline, mode: BigInt(mode) };
  return { batch, signer, signature, trails: action.proof === undefined ? [] : (args[1] as readonly Trail[]) };
}

function packLotEvents(events: readonly LotEvent[]): [PackedEvent[], PackedItem[]] {
  return [
    events.map((event) => ({
      facts: pack(EVENT_FACTS, { ...event, items: BigInt(event.items.length) }),
      root: event.root,
    })),
    events.flatMap((event) =>
      event.items.map((item) => ({
        handle: item.holding.handle,
        facts: pack(ITEM_FACTS, { ...item, ...item.holding }),
      })),
    ),
  ];
}

function unpackLotEvents(events: readonly PackedEvent[], items: readonly PackedItem[]): unknown[] {
  let next = 0;
  return events.map(({ facts, root }) => {
    const { items: count = 0n, ...event } = unpack(EVENT_FACTS, facts);
    const own = items.slice(next, next + Number(count));
    next += own.length;
    return { ...event, root, items: own.map(unpackLotItem) };
  });
}

function unpackLotItem({ handle, facts }: PackedItem): unknown {
  const { role, origin, seq, ...holding } = unpack(ITEM_FACTS, facts);
  return { role, origin, holding: { ...holding, handle }, seq };
}

function pack(layout: Layout, values: Readonly<Record<string, unknown>>): bigint {
  let word = 0n;
  let shift = 0n;
  for (const [name, bits] of layout) {
    const value = values[name] as bigint;
    if (value >= 1n << bits) throw new TypedDataError("value_out_of_range", name, `2^${bits} - 1 is the most`);
    word |= value << shift;
    shift += bits;
  }
  return word;
}

function unpack(layout: Layout, word: bigint): Record<string, bigint> {
  const values: Record<string, bigint> = {};
  for (const [name, bits] of layout) {
    values[name] = word & ((1n << bits) - 1n);
    word >>= bits;
  }
  return values;
}
