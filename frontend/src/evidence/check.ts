/** Checks an evidence file against a trust file: the steps of docs/evidence.md, in their order. */
import { type Address, bytesToHex, type Hex, pad } from "viem";

import { SCHEMAS, verify as leadsTo } from "../signing/details";
import { fold, organisationId } from "../signing/ids";
import { recover } from "../signing/signatures";
import { actionOf, batchDigest, TypedDataError } from "../signing/typedData";
import { type Anchor, type Block, checkAnchor } from "./anchor";
import { type Batch, type Evidence, HOLDING, ORDER, type SignedAction, type Subject } from "./evidence";
import { Refusal } from "./refusal";
import { decode, type Item } from "./rlp";
import { ENROLLED_SLOT, type Key, keyOf, placeInMapping, type Record, RECORDS_SLOT, recordOf } from "./slots";
import { checkSubjects, nameOf } from "./subjects";
import { Nodes } from "./trie";
import type { LedgerName, Trust } from "./trust";

const CLOCK_SKEW = 300n;
const SUSPENDED = 3;

/** A reason to look closer, that does not make the file invalid; `about` is a key or an organisation's number. */
export interface Doubt {
  readonly code: "key_compromised" | "organisation_suspended";
  readonly about: string;
}

/**
 * What a valid file proves. `records` go by `nameOf` their subject; `unshown` counts the holdings its events name and do
 * not show.
 */
export interface Verdict extends Anchor {
  readonly records: ReadonlyMap<string, Record>;
  readonly keys: ReadonlyMap<Address, Key>;
  readonly organisations: ReadonlyMap<number, Record>;
  readonly unshown: number;
  readonly doubts: readonly Doubt[];
}

/** The ledgers as they stood in a block, as far as a file proves it. */
class State {
  private readonly roots = new Map<LedgerName, Hex>();

  constructor(
    private readonly nodes: Nodes,
    private readonly block: Block,
    private readonly trust: Trust,
  ) {}

  /** Proves a ledger's account. Throws `Refusal` `proof_*` or `ledger_unknown`. */
  open(ledger: LedgerName): void {
    const { address, codeHash } = this.trust.ledgers[ledger];
    const encoded = this.nodes.get(this.block.stateRoot, address, ledger);
    const account = encoded === undefined ? undefined : accountOf(encoded);
    if (account?.codeHash !== codeHash) {
      throw new Refusal("ledger_unknown", ledger, `${address} has not the code the trust file names`);
    }
    this.roots.set(ledger, account.root);
  }

  /** What stands in a mapping of a ledger, 32 bytes; `undefined` if nothing does. */
  word(ledger: LedgerName, key: Hex, slot: number, place: string): Hex | undefined {
    const encoded = this.nodes.get(this.roots.get(ledger) as Hex, placeInMapping(key, slot), place);
    if (encoded === undefined) return undefined;
    const value = decoded(encoded);
    // Anvil keeps leaves of slots that were looked at and never written.
    if (value instanceof Uint8Array && value.length === 0) return undefined;
    if (!(value instanceof Uint8Array) || value.length > 32 || value[0] === 0) {
      throw new Refusal("proof_invalid", place, "a slot holds no number");
    }
    return pad(bytesToHex(value), { size: 32 });
  }

  /** The record of a subject; `undefined` if there is none. */
  record(ledger: LedgerName, id: Hex, place: string): Record | undefined {
    const word = this.word(ledger, id, RECORDS_SLOT, place);
    return word === undefined ? undefined : recordOf(word);
  }
}

/** The root of an account's storage and the hash of its code; `undefined` if it is not written as an account is. */
function accountOf(encoded: Uint8Array): { readonly root: Hex; readonly codeHash: Hex } | undefined {
  const fields = decoded(encoded);
  if (fields === undefined || fields instanceof Uint8Array || fields.length !== 4) return undefined;
  const [nonce, balance, root, codeHash] = fields;
  if (!(nonce instanceof Uint8Array) || !(balance instanceof Uint8Array)) return undefined;
  if (!(root instanceof Uint8Array) || !(codeHash instanceof Uint8Array)) return undefined;
  return { root: bytesToHex(root), codeHash: bytesToHex(codeHash) };
}

function decoded(encoded: Uint8Array): Item | undefined {
  try {
    return decode(encoded);
  } catch {
    return undefined;
  }
}

/** What a file proves under a trust file. Throws `Refusal` with the first thing that is wrong. */
export async function check(evidence: Evidence, trust: Trust): Promise<Verdict> {
  const { block, witnesses } = await checkAnchor(evidence.header, evidence.checkpoint, trust);
  await checkBatches(evidence, trust);
  const nodes = new Nodes(evidence.nodes);
  const state = new State(nodes, block, trust);
  for (const ledger of ledgers(evidence)) state.open(ledger);
  const unshown = checkSubjects(evidence, trust, state.record.bind(state));
  const records = new Map(evidence.subjects.map((subject) => [nameOf(subject), checkTrail(subject, state)]));
  const { keys, organisations } = checkKeys(evidence, state, block);
  checkOpenings(evidence);
  if (nodes.unused > 0) throw new Refusal("proof_unused", "nodes", `${nodes.unused} lie on no way to anything`);
  const doubts = doubtsOf(evidence, keys, organisations);
  return { block, witnesses, records, keys, organisations, unshown, doubts };
}

function ledgers({ roots }: Evidence): LedgerName[] {
  const kinds = new Set(roots.map(({ kind }) => kind));
  const needed: LedgerName[] = ["Participants"];
  if (kinds.has(HOLDING)) needed.push("Recalls", "Traceability");
  if (kinds.has(ORDER)) needed.push("Procurement");
  return [...needed, "Corrections"];
}

async function checkBatches({ actions, batches }: Evidence, trust: Trust): Promise<void> {
  for (const { batch, index, hash, place } of actions) {
    if (batch.hashes[index] === hash) continue;
    throw new Refusal("action_not_in_batch", place, "another action stands at its place of the batch");
  }
  for (const [place, batch] of batches.entries()) {
    if ((await signerOf(batch, trust)) === batch.signer) continue;
    throw new Refusal("signature_invalid", `batches[${place}]`, `${batch.signer} did not sign it`);
  }
}

async function signerOf(batch: Batch, { chainId, ledgers }: Trust): Promise<Address | undefined> {
  const { address } = ledgers[actionOf(batch.action).ledger as LedgerName];
  try {
    return await recover(batchDigest(batch, { chainId, verifyingContract: address }), batch.signature);
  } catch (error) {
    if (error instanceof TypedDataError) return undefined;
    throw error;
  }
}

function checkTrail({ ledger, id, place, trail }: Subject, state: State): Record {
  const record = state.record(ledger, id, place);
  if (record === undefined) {
    throw new Refusal("record_missing", place, "the ledger has no record of it in that block");
  }
  if (record.seq !== trail.length) {
    const reason = `${trail.length} actions are shown, ${record.seq} were recorded`;
    throw new Refusal("trail_incomplete", place, reason);
  }
  const head = trail.reduce<Hex>((before, { hash, batch }) => fold(before, hash, batch.signer), `0x${"00".repeat(24)}`);
  if (head !== record.head) {
    throw new Refusal("trail_broken", place, "the actions shown are not those recorded, or in another order");
  }
  return record;
}

/** The keys of the signers and their organisations, in the order of the actions. */
function checkKeys({ actions }: Evidence, state: State, block: Block): Pick<Verdict, "keys" | "organisations"> {
  const keys = new Map<Address, Key>();
  const organisations = new Map<number, Record>();
  for (const action of actions) {
    const { signer } = action.batch;
    const place = `${action.place} by ${signer}`;
    const key = keys.get(signer) ?? enrolled(signer, state, place);
    if (!organisations.has(key.organisation)) {
      const record = state.record("Participants", organisationId(BigInt(key.organisation)), place);
      if (record === undefined) {
        throw new Refusal("key_unknown", place, `organisation ${key.organisation} has no record`);
      }
      organisations.set(key.organisation, record);
    }
    keys.set(signer, key);
    checkPeriod(key, action, block, place);
  }
  return { keys, organisations };
}

function enrolled(signer: Address, state: State, place: string): Key {
  const word = state.word("Participants", signer, ENROLLED_SLOT, place);
  if (word === undefined) throw new Refusal("key_unknown", place, "the key is not enrolled");
  return keyOf(word);
}

/** The ledger recorded the action between these moments; at one of them the key must have been valid. */
function checkPeriod(key: Key, { batch, value }: SignedAction, block: Block, place: string): void {
  const recordedAfter = (value.occurredAt as bigint) - CLOCK_SKEW;
  const earliest = recordedAfter < 0n ? 0n : recordedAfter;
  const latest = batch.deadline < BigInt(block.time) ? batch.deadline : BigInt(block.time);
  if (key.validFrom > latest) {
    throw new Refusal("key_not_yet_valid", place, `the key is valid from ${key.validFrom}, recorded by ${latest}`);
  }
  if (key.validUntil <= earliest) {
    throw new Refusal("key_expired", place, `the key expired at ${key.validUntil}, recorded after ${earliest}`);
  }
  if (key.revokedAt !== 0n && key.revokedAt < earliest) {
    throw new Refusal("key_revoked", place, `the key was revoked at ${key.revokedAt}, recorded after ${earliest}`);
  }
}

function checkOpenings({ actions }: Evidence): void {
  for (const { opening, place, value } of actions) {
    if (opening === null) continue;
    const schema = SCHEMAS.get(Number(value.schema));
    if (schema === undefined || !leadsTo(schema, value.root as Hex, opening)) {
      throw new Refusal("opening_invalid", place, "what is shown is not what was committed to");
    }
  }
}

function doubtsOf({ actions }: Evidence, keys: Verdict["keys"], organisations: Verdict["organisations"]): Doubt[] {
  const doubts: Doubt[] = [];
  for (const [signer, { compromisedSince }] of keys) {
    const own = actions.filter(({ batch }) => batch.signer === signer);
    const isContested = own.some(({ value }) => (value.occurredAt as bigint) >= compromisedSince);
    if (compromisedSince !== 0n && isContested) doubts.push({ code: "key_compromised", about: signer });
  }
  for (const [number, { status }] of organisations) {
    if (status === SUSPENDED) doubts.push({ code: "organisation_suspended", about: String(number) });
  }
  return doubts;
}
