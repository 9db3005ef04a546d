/** What an evidence file holds, read strictly: every field, no other, each in its one spelling (docs/evidence.md). */
import { type Address, bytesToHex, getAddress, type Hex, isAddress, keccak256 } from "viem";

import { type Leaf, type Opening, TAGS } from "../signing/details";
import {
  ACTIONS,
  actionHash,
  actionOf,
  parse,
  structHash,
  toJson,
  TypedDataError,
  type Value,
} from "../signing/typedData";
import { dump, isList, type Json, load, unblob } from "./canonical";
import { Refusal } from "./refusal";
import type { LedgerName } from "./trust";

export const FORMAT = "suyuan-evidence/1";

/** Ledger and struct of the key of each kind of subject. */
export const HOLDING = "Traceability HoldingKey";
export const ORDER = "Procurement OrderKey";
export const RECALL = "Recalls LotKey";
export const CORRECTION = "Corrections CorrectionKey";
const KINDS: readonly string[] = [HOLDING, ORDER, RECALL, CORRECTION];

const DEPTH_MAX = 1_000;
const HASH = 32;
const SIGNATURE = 65;
const LEAF_MAX = 63;

/** What one signature covers, with the hash of each of its actions. */
export interface Batch {
  readonly action: string;
  readonly signer: Address;
  readonly nonce: bigint;
  readonly deadline: bigint;
  readonly mode: bigint;
  readonly signature: Hex;
  readonly hashes: readonly Hex[];
}

/** An action, where it stands in its batch, and the details shown of it. */
export interface SignedAction {
  readonly batch: Batch;
  readonly index: number;
  readonly value: Value;
  readonly hash: Hex;
  readonly opening: Opening | null;
  readonly place: string;
}

/** Something a ledger keeps a record of, with all that was done to it, oldest first. */
export interface Subject {
  readonly ledger: LedgerName;
  readonly struct: string;
  /** Its ledger and the struct of its key. */
  readonly kind: string;
  readonly key: Value;
  readonly id: Hex;
  readonly trail: readonly SignedAction[];
  readonly place: string;
}

/** What witnesses signed of the block: the digest of their mirrors, and their signatures. */
export interface Checkpoint {
  readonly mirror: Hex;
  readonly signatures: readonly { readonly witness: Address; readonly signature: Hex }[];
}

/** An evidence file. `roots` are what it is about. */
export interface Evidence {
  readonly depth: number;
  readonly roots: readonly Subject[];
  readonly header: Uint8Array;
  readonly checkpoint: Checkpoint | null;
  readonly nodes: readonly Uint8Array[];
  readonly batches: readonly Batch[];
  readonly actions: readonly SignedAction[];
  readonly subjects: readonly Subject[];
}

type Fields<Name extends string> = Readonly<Record<Name, Json>>;

/** Reads a file. Throws `Refusal` `file_unreadable`, `format_unknown` or `file_malformed`. */
export function read(data: Uint8Array): Evidence {
  const content = load(data);
  const format = typeof content === "object" && content !== null && !isList(content) ? content.format : undefined;
  if (format !== FORMAT) throw new Refusal("format_unknown", "format", `${FORMAT} is needed`);

  const file = fields(content, "", "format", "about", "anchor", "nodes", "batches", "actions", "subjects");
  const anchor = fields(file.anchor, "anchor", "header", "checkpoint");
  const nodes = each(file.nodes, "nodes", (item, path) => blob(item, path));
  ascending(nodes.map((node) => keccak256(node)), "nodes");
  const batches = each(file.batches, "batches", batch);
  const actions = each(file.actions, "actions", (item, path) => action(item, path, batches));
  const subjects = each(file.subjects, "subjects", (item, path) => subject(item, path, actions));
  const about = fields(file.about, "about", "depth", "subjects");
  const roots = each(about.subjects, "about.subjects", (item, path) => number(item, path, subjects.length - 1));
  ascending(roots, "about.subjects");

  const evidence = {
    depth: number(about.depth, "about.depth", DEPTH_MAX),
    roots: roots.map((root) => subjects[root] as Subject),
    header: blob(anchor.header, "anchor.header"),
    checkpoint: anchor.checkpoint === null ? null : checkpoint(anchor.checkpoint),
    nodes,
    batches,
    actions,
    subjects,
  };
  checkUses(evidence);
  return evidence;
}

/** Nothing may lie in a file that nothing rests on: it would say what nobody checks. */
function checkUses({ roots, batches, actions, subjects }: Evidence): void {
  if (roots.length === 0 || roots.some(({ kind }) => kind !== HOLDING && kind !== ORDER)) {
    throw malformed("about.subjects", "evidence is about holdings or orders");
  }
  const taken = new Map<Batch, Set<number>>();
  for (const { batch, index, place } of actions) {
    const places = taken.get(batch) ?? new Set();
    if (places.has(index)) throw malformed(place, "another stands at the same place of the batch");
    taken.set(batch, places.add(index));
  }
  if (taken.size !== batches.length) throw malformed("batches", "one has no action in the file");
  const stepped = new Set(subjects.flatMap(({ trail }) => trail));
  if (stepped.size !== actions.length) throw malformed("actions", "one is on no trail");
  const known = new Set(subjects.map(({ ledger, id }) => `${ledger} ${id}`));
  if (known.size !== subjects.length) throw malformed("subjects", "one comes twice");
}

function batch(item: Json, place: string): Batch {
  const given = fields(item, place, "action", "signer", "nonce", "deadline", "mode", "signature", "hashes");
  const { action, nonce, deadline, mode } = given;
  if (typeof action !== "string" || !Object.hasOwn(ACTIONS, action)) {
    throw malformed(`${place}.action`, "no action is called so");
  }
  const joined = hashes(given.hashes, `${place}.hashes`);
  if (joined.length === 0) throw malformed(`${place}.hashes`, "a batch has actions");
  const signed = struct(`${action}Batch`, { actions: [], nonce, deadline, mode }, place);
  return {
    action,
    signer: address(given.signer, `${place}.signer`),
    nonce: signed.nonce as bigint,
    deadline: signed.deadline as bigint,
    mode: signed.mode as bigint,
    signature: bytesToHex(blob(given.signature, `${place}.signature`, SIGNATURE)),
    hashes: joined,
  };
}

function action(item: Json, place: string, batches: readonly Batch[]): SignedAction {
  const given = fields(item, place, "batch", "index", "value", "opening");
  const batch = batches[number(given.batch, `${place}.batch`, batches.length - 1)] as Batch;
  const value = struct(batch.action, given.value, `${place}.value`);
  return {
    batch,
    index: number(given.index, `${place}.index`, batch.hashes.length - 1),
    value,
    hash: actionHash(batch.action, value),
    opening: given.opening === null ? null : opening(given.opening, `${place}.opening`),
    place,
  };
}

function opening(item: Json, place: string): Opening {
  const given = fields(item, place, "leaves", "siblings");
  return { leaves: each(given.leaves, `${place}.leaves`, leaf), siblings: hashes(given.siblings, `${place}.siblings`) };
}

function leaf(item: Json, place: string): Leaf {
  const given = fields(item, place, "index", "tag", "value", "salt");
  return {
    index: number(given.index, `${place}.index`, LEAF_MAX),
    tag: number(given.tag, `${place}.tag`, Math.max(...Object.values(TAGS))),
    value: bytesToHex(blob(given.value, `${place}.value`)),
    salt: hash(given.salt, `${place}.salt`),
  };
}

function subject(item: Json, place: string, actions: readonly SignedAction[]): Subject {
  const given = fields(item, place, "ledger", "struct", "key", "trail");
  const { ledger, struct: name } = given;
  const kind = `${ledger} ${name}`;
  if (typeof ledger !== "string" || typeof name !== "string" || !KINDS.includes(kind)) {
    throw malformed(place, "no subject of evidence is of this ledger and struct");
  }
  const key = struct(name, given.key, `${place}.key`);
  const trail = each(given.trail, `${place}.trail`, (step, path) => {
    return actions[number(step, path, actions.length - 1)] as SignedAction;
  });
  if (trail.some(({ batch }) => actionOf(batch.action).ledger !== ledger)) {
    throw malformed(`${place}.trail`, `an action is not one of ${ledger}`);
  }
  return { ledger: ledger as LedgerName, struct: name, kind, key, id: structHash(name, key), trail, place };
}

function checkpoint(item: Json): Checkpoint {
  const place = "anchor.checkpoint";
  const given = fields(item, place, "mirror", "signatures");
  const signatures = each(given.signatures, `${place}.signatures`, (one, path) => {
    const { witness, signature } = fields(one, path, "witness", "signature");
    return {
      witness: address(witness, `${path}.witness`),
      signature: bytesToHex(blob(signature, `${path}.signature`, SIGNATURE)),
    };
  });
  ascending(signatures.map(({ witness }) => witness.toLowerCase()), `${place}.signatures`);
  return { mirror: hash(given.mirror, `${place}.mirror`), signatures };
}

// --- kinds

function fields<Name extends string>(item: Json, place: string, ...names: Name[]): Fields<Name> {
  const isObject = typeof item === "object" && item !== null && !isList(item);
  if (!isObject || Object.keys(item).length !== names.length || !names.every((name) => Object.hasOwn(item, name))) {
    throw malformed(place, `an object of ${names.join(", ")} is needed, with all of them and no more`);
  }
  return item as Fields<Name>;
}

function each<T>(item: Json, place: string, reader: (item: Json, place: string) => T): T[] {
  if (!isList(item)) throw malformed(place, "a list is needed");
  return item.map((one, index) => reader(one, `${place}[${index}]`));
}

function number(item: Json, place: string, most: number): number {
  if (typeof item !== "number" || item < 0 || item > most) {
    throw malformed(place, `a whole number up to ${most} is needed`);
  }
  return item;
}

function blob(item: Json, place: string, size?: number): Uint8Array {
  const data = unblob(item);
  if (data === undefined || (size !== undefined && data.length !== size)) {
    throw malformed(place, `base64url without padding is needed${size === undefined ? "" : `, of ${size} bytes`}`);
  }
  return data;
}

function hashes(item: Json, place: string): Hex[] {
  const joined = blob(item, place);
  if (joined.length % HASH !== 0) throw malformed(place, "hashes of 32 bytes are needed");
  return Array.from({ length: joined.length / HASH }, (_, i) => bytesToHex(joined.subarray(i * HASH, (i + 1) * HASH)));
}

function hash(item: Json, place: string): Hex {
  if (typeof item !== "string" || !/^0x[0-9a-f]{64}$/.test(item)) {
    throw malformed(place, "0x and 64 lower-case hexadecimal digits are needed");
  }
  return item as Hex;
}

function address(item: Json, place: string): Address {
  if (typeof item !== "string" || !isAddress(item, { strict: false }) || getAddress(item) !== item) {
    throw malformed(place, "an address as EIP-55 writes it is needed");
  }
  return item;
}

/** A value in the one spelling of `contracts/action_json.py`. */
function struct(name: string, item: Json, place: string): Value {
  let value: Value;
  try {
    value = parse(name, item, place);
  } catch (error) {
    if (error instanceof TypedDataError) throw malformed(error.path, error.message);
    throw error;
  }
  if (dump(toJson(value)) !== dump(item)) {
    throw malformed(place, "a value is not written as contracts/action_json.py writes it");
  }
  return value;
}

function ascending(keys: readonly (number | string)[], place: string): void {
  if (keys.some((key, index) => index > 0 && key <= (keys[index - 1] as typeof key))) {
    throw malformed(place, "they do not ascend, or one comes twice");
  }
}

function malformed(place: string, message: string): Refusal {
  return new Refusal("file_malformed", place, message);
}
