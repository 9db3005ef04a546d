/** The trust file: what the reader knows of the chain from somebody else than the giver of the evidence. */
import { type Address, getAddress, type Hex, isAddress } from "viem";

import { isList, type Json } from "./canonical";
import { TrustError } from "./refusal";

const FORMAT = "suyuan-trust/1";
const NEEDED = ["Participants", "Recalls", "Traceability", "Procurement", "Corrections"] as const;
const SIZE_MAX = 1024 * 1024;

/** The ledgers evidence rests on. */
export type LedgerName = (typeof NEEDED)[number];

/** Where a ledger stands and the hash of its code. */
export interface Ledger {
  readonly address: Address;
  readonly codeHash: Hex;
}

/** Who seals blocks, by which consensus. */
export interface Seals {
  readonly kind: "qbft" | "clique";
  readonly validators: ReadonlySet<Address>;
}

/** A trust file. `threshold` of the `witnesses` must have signed; none is asked for if it is 0. */
export interface Trust {
  readonly chainId: bigint;
  readonly genesis: Hex;
  readonly ledgers: Readonly<Record<LedgerName, Ledger>>;
  readonly threshold: number;
  readonly witnesses: ReadonlySet<Address>;
  readonly seals: Seals | null;
  readonly notBefore: number;
  readonly names: ReadonlyMap<string, string>;
}

/** Reads a trust file. Throws `TrustError` with code `trust_unreadable` or `trust_empty`. */
export function read(data: Uint8Array): Trust {
  check(data.length <= SIZE_MAX, `${data.length} bytes, ${SIZE_MAX} are allowed`);
  let json: Json;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data)) as Json;
  } catch (error) {
    throw unreadable(`this is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const trust = trustOf(json);
  if (trust.threshold === 0 && (trust.seals === null || trust.seals.kind === "clique")) {
    throw new TrustError(
      "trust_empty",
      "it asks for no witnesses, and for no seals of more than one validator: it would trust anybody",
    );
  }
  return trust;
}

function trustOf(json: Json): Trust {
  const file = object(json, "the file");
  const names = ["format", "chain", "ledgers", "witnesses", "seals", "not_before", "names"];
  const isWhole = Object.keys(file).length === names.length && names.every((name) => Object.hasOwn(file, name));
  check(isWhole, `the fields are ${names.join(", ")}`);
  check(file.format === FORMAT, `format ${FORMAT} is needed`);

  const chain = object(file.chain, "chain");
  const witnesses = object(file.witnesses, "witnesses");
  const addressesOfWitnesses = addresses(witnesses.addresses);
  const threshold = number(witnesses.threshold, "witnesses.threshold");
  check(threshold <= addressesOfWitnesses.size, "the threshold is higher than there are witnesses");
  return {
    chainId: BigInt(number(chain.id, "chain.id")),
    genesis: hash(chain.genesis, "chain.genesis"),
    ledgers: ledgers(file.ledgers),
    threshold,
    witnesses: addressesOfWitnesses,
    seals: file.seals === null ? null : seals(file.seals),
    notBefore: number(file.not_before, "not_before"),
    names: namesOf(file.names),
  };
}

function ledgers(json: Json | undefined): Trust["ledgers"] {
  const given = object(json, "ledgers");
  check(NEEDED.every((name) => Object.hasOwn(given, name)), `the ledgers ${NEEDED.join(", ")} are needed`);
  const known = Object.entries(given).map(([name, item]) => {
    const ledger = object(item, `ledgers.${name}`);
    return [name, { address: address(ledger.address), codeHash: hash(ledger.code_hash, `ledgers.${name}.code_hash`) }];
  });
  return Object.fromEntries(known) as Trust["ledgers"];
}

function seals(json: Json | undefined): Seals {
  const { kind, validators } = object(json, "seals");
  if (kind !== "qbft" && kind !== "clique") throw unreadable("seals are of kind qbft or clique");
  const known = addresses(validators);
  check(known.size > 0, "seals need validators");
  return { kind, validators: known };
}

function namesOf(json: Json | undefined): Map<string, string> {
  return new Map(
    Object.entries(object(json, "names")).map(([organisation, name]) => {
      if (typeof name !== "string") throw unreadable("a name is a text");
      return [organisation, name];
    }),
  );
}

function addresses(json: Json | undefined): Set<Address> {
  if (json === undefined || !isList(json)) throw unreadable("a list of addresses is needed");
  const known = new Set(json.map(address));
  check(known.size === json.length, "an address comes twice");
  return known;
}

function address(json: Json | undefined): Address {
  if (typeof json !== "string" || !isAddress(json, { strict: false })) {
    throw unreadable(`${JSON.stringify(json)} is no address: 0x and 40 hexadecimal digits`);
  }
  return getAddress(json);
}

function hash(json: Json | undefined, place: string): Hex {
  if (typeof json !== "string" || !/^0x[0-9a-f]{64}$/.test(json)) {
    throw unreadable(`${place} is no hash: 0x and 64 lower-case hexadecimal digits`);
  }
  return json as Hex;
}

function number(json: Json | undefined, place: string): number {
  if (typeof json !== "number" || !Number.isSafeInteger(json) || json < 0) {
    throw unreadable(`${place} is no number`);
  }
  return json;
}

function object(json: Json | undefined, place: string): Readonly<Record<string, Json>> {
  if (typeof json !== "object" || json === null || isList(json)) throw unreadable(`${place} is no object`);
  return json;
}

function check(holds: boolean, message: string): void {
  if (!holds) throw unreadable(message);
}

function unreadable(message: string): TrustError {
  return new TrustError("trust_unreadable", message);
}
