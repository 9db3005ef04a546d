/**
 * Details: the confidential fields of an action, which it commits to by one root and which can be shown one by one.
 *
 * `contracts/details.py` says byte for byte what leaves, nodes, salts and handles are; schemas come from what it wrote
 * to `contracts/artifacts/details.json`.
 */
import { hmac } from "@noble/hashes/hmac";
import { sha256 } from "@noble/hashes/sha2";
import {
  bytesToHex,
  concat,
  encodeAbiParameters,
  type Hex,
  hexToBigInt,
  hexToBytes,
  keccak256,
  numberToHex,
  parseAbiParameters,
  size,
  stringToBytes,
  stringToHex,
} from "viem";

import definitions from "../../../contracts/artifacts/details.json";
import { TypedDataError } from "./typedData";

/** What a leaf holds. The number is part of the leaf. */
export const TAGS = { absent: 0, text: 1, integer: 2, bytes: 3, json: 4 } as const;
export type FieldType = Exclude<keyof typeof TAGS, "absent">;

/** Which field stands at which place. */
export interface Schema {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly fields: readonly { readonly path: string; readonly type: FieldType }[];
}

/** Text as it is; an integer; bytes, and RFC 8785 bytes of a JSON value, as a `0x` string. */
export type Detail = string | bigint;

/** One place of a tree, opened. */
export interface Leaf {
  readonly index: number;
  readonly tag: number;
  readonly value: Hex;
  readonly salt: Hex;
}

/** Some leaves of a tree, ascending by index, and the hashes that lead from them to the root, level by level. */
export interface Opening {
  readonly leaves: readonly Leaf[];
  readonly siblings: readonly Hex[];
}

export const SCHEMAS: ReadonlyMap<number, Schema> = new Map(
  (definitions.schemas as readonly Schema[]).map((schema) => [schema.id, schema]),
);

const LEAF = parseAbiParameters("uint32, uint8, uint8, bytes, bytes32");
const INTEGER_BOUND = 1n << 255n;

/** Every leaf of the tree of some fields; `eventKey` has 32 bytes. Throws `TypedDataError` naming the field. */
export function leaves(schema: Schema, fields: Readonly<Record<string, Detail | undefined>>, eventKey: Hex): Leaf[] {
  if (size(eventKey) !== 32) throw new TypedDataError("value_wrong_length", "event_key", "32 bytes are needed");
  for (const path of Object.keys(fields)) indexOf(schema, path);
  return Array.from({ length: schema.size }, (_, index) => {
    const field = schema.fields[index];
    const value = field && fields[field.path];
    const ownSalt = salt(schema, field?.path ?? `#${index}`, eventKey);
    if (field === undefined || value === undefined) return { index, tag: TAGS.absent, value: "0x", salt: ownSalt };
    return { index, tag: TAGS[field.type], value: encodeValue(field.type, value, field.path), salt: ownSalt };
  });
}

/** The salt of one place. */
export function salt(schema: Schema, path: string, eventKey: Hex): Hex {
  const message = concat([stringToHex("salt"), numberToHex(schema.id, { size: 4 }), stringToHex(path)]);
  return bytesToHex(hmac(sha256, hexToBytes(eventKey), hexToBytes(message)));
}

/** The bytes of a value in its leaf. */
export function encodeValue(type: FieldType, value: Detail, path = "value"): Hex {
  if (type === "text" && typeof value === "string") return bytesToHex(utf8(value, path));
  if (type === "integer" && typeof value === "bigint") {
    if (value < -INTEGER_BOUND || value >= INTEGER_BOUND) {
      throw new TypedDataError("value_out_of_range", path, "-2^255 to 2^255 - 1 is allowed");
    }
    return numberToHex(value, { signed: true, size: 32 });
  }
  if ((type === "bytes" || type === "json") && isBytes(value)) return value.toLowerCase() as Hex;
  throw new TypedDataError("value_wrong_kind", path, `this is no value of ${type}`);
}

/** The value a leaf shows; `undefined` if it is absent. Throws `TypedDataError` `value_malformed`. */
export function decodeValue(leaf: Leaf): Detail | undefined {
  if (leaf.tag === TAGS.text) return textOf(leaf);
  if (leaf.tag === TAGS.integer && size(leaf.value) === 32) return hexToBigInt(leaf.value, { signed: true });
  if (leaf.tag === TAGS.bytes || leaf.tag === TAGS.json) return leaf.value;
  if (leaf.tag === TAGS.absent && leaf.value === "0x") return undefined;
  throw malformed(leaf);
}

/** The bytes of a leaf as the UTF-8 of a text. Throws `TypedDataError` `value_malformed`. */
export function textOf(leaf: Leaf): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(hexToBytes(leaf.value));
  } catch {
    throw malformed(leaf);
  }
}

function malformed(leaf: Leaf): TypedDataError {
  return new TypedDataError("value_malformed", `leaves[${leaf.index}]`, `these bytes are no value of tag ${leaf.tag}`);
}

function isBytes(value: Detail): value is Hex {
  return typeof value === "string" && /^0x(?:[0-9a-f]{2})*$/i.test(value);
}

function utf8(text: string, path: string): Uint8Array {
  // An encoder would put a replacement character there, and Python refuses: two roots for one text.
  if (/\p{Surrogate}/u.test(text)) {
    throw new TypedDataError("text_invalid", path, "half of a surrogate pair stands alone in it");
  }
  return stringToBytes(text.normalize("NFC"));
}

/** The root of every leaf of a schema's tree. */
export function root(schema: Schema, allLeaves: readonly Leaf[]): Hex {
  return levels(schema, allLeaves).at(-1)?.[0] ?? "0x";
}

/** Opens some fields, present or absent. */
export function openFields(schema: Schema, allLeaves: readonly Leaf[], paths: readonly string[]): Opening {
  let places = ascending(paths.map((path) => indexOf(schema, path)));
  const shown = allLeaves.filter((leaf) => places.includes(leaf.index));
  const siblings: Hex[] = [];
  for (const level of levels(schema, allLeaves).slice(0, -1)) {
    const unknown = places.map((place) => place ^ 1).filter((place) => !places.includes(place));
    siblings.push(...unknown.flatMap((place) => level[place] ?? []));
    places = ascending(places.map((place) => place >> 1));
  }
  return { leaves: shown, siblings };
}

/** Whether these leaves stand in the tree with that root, with the types their schema gives them. */
export function verify(schema: Schema, expectedRoot: Hex, opening: Opening): boolean {
  const places = opening.leaves.map((leaf) => leaf.index);
  const areOrdered = places.every((place, i) => place < schema.size && place > (places[i - 1] ?? -1));
  if (places.length === 0 || !areOrdered || !opening.leaves.every((leaf) => isOfType(schema, leaf))) return false;

  let level = new Map(opening.leaves.map((leaf) => [leaf.index, leafHash(schema, leaf)]));
  const siblings = [...opening.siblings];
  for (let width = schema.size; width > 1; width /= 2) {
    const above = new Map<number, Hex>();
    for (const [place, own] of level) {
      if (above.has(place >> 1)) continue;
      const sibling = level.get(place ^ 1) ?? siblings.shift();
      if (sibling === undefined) return false;
      above.set(place >> 1, place % 2 === 0 ? nodeHash(own, sibling) : nodeHash(sibling, own));
    }
    level = above;
  }
  return siblings.length === 0 && level.get(0) === expectedRoot;
}

function isOfType(schema: Schema, leaf: Leaf): boolean {
  if (leaf.tag === TAGS.absent) return leaf.value === "0x";
  const field = schema.fields[leaf.index];
  return field !== undefined && leaf.tag === TAGS[field.type];
}

function levels(schema: Schema, allLeaves: readonly Leaf[]): Hex[][] {
  let level = allLeaves.map((leaf) => leafHash(schema, leaf));
  const all = [level];
  while (level.length > 1) {
    level = Array.from({ length: level.length / 2 }, (_, i) => nodeHash(...(level.slice(2 * i, 2 * i + 2) as [Hex, Hex])));
    all.push(level);
  }
  return all;
}

export function leafHash(schema: Schema, leaf: Leaf): Hex {
  const encoded = encodeAbiParameters(LEAF, [schema.id, leaf.index, leaf.tag, leaf.value, leaf.salt]);
  return keccak256(concat(["0x00", keccak256(encoded)]));
}

function nodeHash(left: Hex, right: Hex): Hex {
  return keccak256(concat(["0x01", left, right]));
}

/** The salted hash by which the chain knows a trade identifier. The salt has 32 random bytes. */
export function handle(identifier: string, ownSalt: Hex): Hex {
  if (size(ownSalt) !== 32) throw new TypedDataError("value_wrong_length", "salt", "32 bytes are needed");
  return keccak256(concat([ownSalt, bytesToHex(utf8(identifier, "identifier"))]));
}

function indexOf(schema: Schema, path: string): number {
  const index = schema.fields.findIndex((field) => field.path === path);
  if (index < 0) throw new TypedDataError("field_unknown", path, `schema ${schema.name} has no such field`);
  return index;
}

function ascending(places: readonly number[]): number[] {
  return [...new Set(places)].sort((a, b) => a - b);
}
