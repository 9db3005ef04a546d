/**
 * Every action a signer signs: its EIP-712 type, its hash, its digest.
 *
 * `contracts/typed_data.py` is the one definition; this reads what it wrote to `contracts/artifacts/typed_data.json`.
 * A value of a struct is an object: `bigint` for `uintN`, `boolean`, `0x` strings for `bytesN` and `address`, objects for nested
 * structs, arrays for arrays. `parse` makes one out of JSON.
 */
import {
  type Address,
  concat,
  domainSeparator,
  getAddress,
  type Hex,
  hashStruct,
  hashTypedData,
  isAddress,
  isHex,
  keccak256,
  numberToHex,
  stringToHex,
} from "viem";

import definitions from "../../../contracts/artifacts/typed_data.json";

export type FieldValue = bigint | boolean | Hex | Value | readonly FieldValue[];
export interface Value {
  readonly [field: string]: FieldValue;
}

/** A value in JSON. */
export type JsonValue = boolean | number | string | readonly JsonValue[] | { readonly [field: string]: JsonValue };

export interface Field {
  readonly name: string;
  readonly type: string;
}

export interface Action {
  readonly ledger: string;
  readonly function: string;
  readonly event: string;
  /** An unsigned argument between the actions and the authorisation. */
  readonly proof?: string;
}

export const MODE_EACH = 0n;
export const MODE_ALL = 1n;

const STRUCTS: Readonly<Record<string, readonly Field[]>> = definitions.structs;
export const ACTIONS: Readonly<Record<string, Action>> = definitions.actions;

/** A value does not fit its type. `code` is stable and the same as in Python; `path` names the field. */
export class TypedDataError extends Error {
  constructor(
    readonly code: string,
    readonly path: string,
    message: string,
  ) {
    super(`${code}: ${path}: ${message}`);
  }
}

/** Where a signature counts: one contract on one chain. */
export interface Domain {
  readonly chainId: bigint;
  readonly verifyingContract: Address;
}

/** What one signature covers: actions of one kind, a nonce unused by the signer, a deadline in Unix seconds. */
export interface Batch {
  readonly action: string;
  readonly actions: readonly Value[];
  readonly nonce: bigint;
  readonly deadline: bigint;
  readonly mode: bigint;
}

/** A batch by the hashes of its actions. */
export interface HashedBatch extends Omit<Batch, "actions"> {
  readonly hashes: readonly Hex[];
}

/** What a wallet is given to show and sign. */
export interface Request {
  readonly domain: Domain & { readonly name: string; readonly version: string };
  readonly types: Record<string, readonly Field[]>;
  readonly primaryType: string;
  readonly message: Record<string, unknown>;
}

export function actionOf(name: string): Action {
  const action = ACTIONS[name];
  if (action === undefined) {
    throw new TypedDataError("action_unknown", name, `known are ${Object.keys(ACTIONS).join(", ")}`);
  }
  return action;
}

export function fieldsOf(struct: string): readonly Field[] {
  const fields = STRUCTS[struct];
  if (fields === undefined) throw new TypedDataError("struct_unknown", struct, "no such struct is defined");
  return fields;
}

export function isStruct(type: string): boolean {
  return Object.hasOwn(STRUCTS, type);
}

/** EIP-712 `hashStruct`. */
export function structHash(struct: string, value: Value): Hex {
  return hashStruct({ data: value, primaryType: struct, types: typesOf(struct) });
}

/** The hash by which the ledger, its events and its heads know an action. */
export function actionHash(action: string, value: Value): Hex {
  actionOf(action);
  return structHash(action, value);
}

/** What to sign for a batch. */
export function batchRequest(batch: Batch, domain: Domain): Request {
  actionOf(batch.action);
  const { action, ...message } = batch;
  return request(`${action}Batch`, message, domain);
}

/** What to sign for making the nonces `word * 256 + bit` of a mask unusable. */
export function cancelNoncesRequest(
  cancelled: { readonly word: bigint; readonly mask: bigint; readonly deadline: bigint },
  domain: Domain,
): Request {
  return request("CancelNonces", cancelled, domain);
}

function request(struct: string, message: Record<string, unknown>, domain: Domain): Request {
  return {
    domain: { ...definitions.domain, chainId: domain.chainId, verifyingContract: domain.verifyingContract },
    types: typesOf(struct),
    primaryType: struct,
    message,
  };
}

/** The 32 bytes that are signed; those of a batch are also its name on chain. */
export function digest(toSign: Request): Hex {
  return hashTypedData(toSign);
}

/** The digest of a batch of which only the hashes of its actions are at hand. */
export function batchDigest(batch: HashedBatch, domain: Domain): Hex {
  const { action, hashes, nonce, deadline, mode } = batch;
  const words = [nonce, deadline, mode].map((word) => numberToHex(word, { size: 32 }));
  const body = keccak256(concat([typeHash(`${action}Batch`), keccak256(concat(hashes)), ...words]));
  return keccak256(concat(["0x1901", domainSeparator({ domain: { ...definitions.domain, ...domain } }), body]));
}

/** EIP-712 `typeHash`. */
function typeHash(struct: string): Hex {
  const { [struct]: own = [], ...parts } = typesOf(struct);
  const types: [string, readonly Field[]][] = [[struct, own], ...Object.entries(parts).sort()];
  const texts = types.map(([name, fields]) => `${name}(${fields.map((field) => `${field.type} ${field.name}`).join()})`);
  return keccak256(stringToHex(texts.join("")));
}

/** A struct and all it consists of: wallets refuse types that are not used. */
function typesOf(struct: string): Record<string, readonly Field[]> {
  const types: Record<string, readonly Field[]> = {};
  const pending = [struct];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    types[name] = fieldsOf(name);
    for (const field of fieldsOf(name)) {
      const part = field.type.replace(/\[\]$/, "");
      if (isStruct(part) && types[part] === undefined) pending.push(part);
    }
  }
  return types;
}

/**
 * Makes a value of a struct out of JSON: integers from numbers or decimal strings.
 *
 * Throws `TypedDataError` naming the field (`actions[3].items[0].seq`) and what is wrong with it.
 */
export function parse(struct: string, json: unknown, path = ""): Value {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new TypedDataError("value_wrong_kind", path || struct, `an object of ${struct} is needed`);
  }
  const fields = fieldsOf(struct);
  for (const name of Object.keys(json)) {
    if (!fields.some((field) => field.name === name)) {
      throw new TypedDataError("field_unknown", below(path, name), `${struct} has no such field`);
    }
  }
  const given = json as Record<string, unknown>;
  return Object.fromEntries(
    fields.map(({ name, type }) => {
      if (!Object.hasOwn(given, name)) {
        throw new TypedDataError("field_missing", below(path, name), `${struct} needs ${type} ${name}`);
      }
      return [name, parseField(type, given[name], below(path, name))];
    }),
  );
}

function below(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function parseField(type: string, json: unknown, path: string): FieldValue {
  if (type.endsWith("[]")) {
    if (!Array.isArray(json)) throw new TypedDataError("value_wrong_kind", path, "a list is needed");
    return json.map((item, index) => parseField(type.slice(0, -2), item, `${path}[${index}]`));
  }
  if (isStruct(type)) return parse(type, json, path);
  if (type.startsWith("uint")) return parseUint(BigInt(type.slice(4)), json, path);
  if (type === "bool") {
    if (typeof json !== "boolean") throw new TypedDataError("value_wrong_kind", path, "true or false is needed");
    return json;
  }
  if (typeof json !== "string") {
    throw new TypedDataError("value_wrong_kind", path, `a 0x string of ${type} is needed`);
  }
  if (type === "address") {
    if (!isAddress(json, { strict: false })) {
      throw new TypedDataError("address_invalid", path, "0x and 40 hexadecimal digits are needed");
    }
    return getAddress(json);
  }
  return parseBytes(Number(type.slice(5)), json, path);
}

function parseUint(bits: bigint, json: unknown, path: string): bigint {
  const isDigits = typeof json === "string" && /^[0-9]{1,78}$/.test(json);
  if (!isDigits && typeof json !== "bigint" && !Number.isInteger(json)) {
    throw new TypedDataError("value_wrong_kind", path, "a whole number (or its decimal digits) is needed");
  }
  const value = BigInt(json as string | number | bigint);
  if (value < 0n || value >= 1n << bits) {
    throw new TypedDataError("value_out_of_range", path, `0 to 2^${bits} - 1 is allowed`);
  }
  return value;
}

function parseBytes(size: number, json: string, path: string): Hex {
  if (!isHex(json) || json.length % 2 !== 0) {
    throw new TypedDataError("value_wrong_kind", path, "0x and hexadecimal digits are needed");
  }
  if (json.length !== 2 + 2 * size) {
    throw new TypedDataError("value_wrong_length", path, `${size} bytes are needed, not ${json.length / 2 - 1}`);
  }
  return json.toLowerCase() as Hex;
}

/** The reverse of `parse`, in the one spelling of `contracts/action_json.py`: integers past 2^53 as decimal strings. */
export function toJson(value: FieldValue): JsonValue {
  if (typeof value === "bigint") return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
  if (typeof value !== "object") return value;
  if (isList(value)) return value.map(toJson);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toJson(item)]));
}

// `Array.isArray` does not tell a read-only list from an object for the compiler.
function isList(value: FieldValue): value is readonly FieldValue[] {
  return Array.isArray(value);
}
