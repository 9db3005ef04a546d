/** TypeScript makes of the shared vectors what Solidity and Python make of them; contracts/vectors.py writes them. */
import { readFileSync } from "node:fs";
import type { Address, Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, test } from "vitest";

import * as details from "./details";
import {
  consignmentId,
  correctionId,
  fold,
  holdingId,
  lotId,
  milestoneId,
  orderId,
  organisationId,
  platformId,
  receiptId,
  sheetId,
  signerId,
} from "./ids";
import { recover, sign } from "./signatures";
import { actionHash, actionOf, batchDigest, batchRequest, cancelNoncesRequest, digest, parse, structHash, toJson, type Value } from "./typedData";
import { calldata, parseCalldata, type SignedBatch, type Trail } from "./wire";

interface BatchVector {
  action: string;
  chainId: number | string;
  verifyingContract: Address;
  actions: unknown[];
  nonce: number | string;
  deadline: number | string;
  mode: number;
  actionHashes: Hex[];
  digest: Hex;
  key: Hex;
  signer: Address;
  signature: Hex;
  trails: Trail[];
  calldata: Hex;
}

interface DetailsVector {
  schema: details.Schema;
  eventKey: Hex;
  fields: Record<string, string>;
  leaves: (details.Leaf & { hash: Hex })[];
  root: Hex;
  openings: { paths: string[]; indexes: number[]; siblings: Hex[] }[];
}

interface Vectors {
  batches: BatchVector[];
  cancelledNonces: (Omit<BatchVector, "actions"> & { word: string; mask: string })[];
  refusedSignatures: { why: string; digest: Hex; signature: Hex }[];
  ids: Record<string, { key: unknown; id: Hex }[]>;
  founders: { key: unknown; id: Hex }[];
  folds: { head: Hex; actionHash: Hex; signer: Address; after: Hex }[];
  handles: { identifier: string; salt: Hex; handle: Hex }[];
  details: DetailsVector[];
}

const vectors = JSON.parse(
  readFileSync(new URL("../../../contracts/test/vectors.json", import.meta.url), "utf8"),
) as Vectors;

function signedBatchOf(vector: BatchVector): SignedBatch {
  const actions = vector.actions.map((action) => parse(vector.action, action));
  const batch = {
    action: vector.action,
    actions,
    nonce: BigInt(vector.nonce),
    deadline: BigInt(vector.deadline),
    mode: BigInt(vector.mode),
  };
  return { batch, signer: vector.signer, signature: vector.signature, trails: vector.trails };
}

describe.each(vectors.batches)("a batch of $action", (vector) => {
  const signed = signedBatchOf(vector);
  const domain = { chainId: BigInt(vector.chainId), verifyingContract: vector.verifyingContract };
  const toSign = batchRequest(signed.batch, domain);

  test("has the digest and the action hashes of the vectors", () => {
    expect(digest(toSign)).toBe(vector.digest);
    expect(signed.batch.actions.map((action) => actionHash(vector.action, action))).toEqual(vector.actionHashes);
    expect(batchDigest({ ...signed.batch, hashes: vector.actionHashes }, domain)).toBe(vector.digest);
  });

  test("is read back from the JSON of its actions", () => {
    expect(signed.batch.actions.map((action) => parse(vector.action, toJson(action)))).toEqual(signed.batch.actions);
  });

  test("is signed as eth-account signs it", async () => {
    expect(await sign(privateKeyToAccount(vector.key), toSign)).toBe(vector.signature);
    expect(await recover(vector.digest, vector.signature)).toBe(vector.signer);
  });

  test("travels as the calldata of the vectors, and back", () => {
    expect(calldata(signed)).toBe(vector.calldata);
    expect(parseCalldata(actionOf(vector.action).ledger, vector.calldata)).toEqual(signed);
  });
});

test.each(vectors.cancelledNonces)("nonces of word $word are cancelled by the vectors' signature", async (vector) => {
  const cancelled = { word: BigInt(vector.word), mask: BigInt(vector.mask), deadline: BigInt(vector.deadline) };
  const domain = { chainId: BigInt(vector.chainId), verifyingContract: vector.verifyingContract };
  expect(digest(cancelNoncesRequest(cancelled, domain))).toBe(vector.digest);
  expect(await recover(vector.digest, vector.signature)).toBe(vector.signer);
});

test.each(vectors.refusedSignatures)("a signature with $why is refused", async (vector) => {
  await expect(recover(vector.digest, vector.signature)).rejects.toMatchObject({ code: "signature_invalid" });
});

type IdOf = (key: Value) => Hex;
const ids: [string, IdOf][] = [
  ["OrganisationKey", (key) => organisationId(key.organisation as bigint)],
  ["SignerKey", (key) => signerId(key.organisation as bigint, key.key as Address)],
  ["PlatformKey", () => platformId()],
  ["LotKey", (key) => lotId(key.maker as bigint, key.handle as Hex)],
  ["HoldingKey", (key) => holdingId(key as unknown as Parameters<typeof holdingId>[0])],
  ["CorrectionKey", (key) => correctionId(key as unknown as Parameters<typeof correctionId>[0])],
  ["OrderKey", (key) => orderId(key as unknown as Parameters<typeof orderId>[0])],
  ["MilestoneKey", (key) => milestoneId(key as unknown as Parameters<typeof milestoneId>[0])],
  ["ConsignmentKey", (key) => consignmentId(key as unknown as Parameters<typeof consignmentId>[0])],
  ["ReceiptKey", (key) => receiptId(key.receipt as Hex)],
  ["SheetKey", (key) => sheetId(key.organisation as bigint, key.day as bigint)],
];

test("every kind of id has a function", () => {
  expect(ids.map(([kind]) => kind)).toEqual(Object.keys(vectors.ids));
});

test.each(ids)("the id of a %s is that of the vectors", (kind, idOf) => {
  const expected = vectors.ids[kind] ?? [];
  expect(expected.map(({ key }) => idOf(parse(kind, key)))).toEqual(expected.map(({ id }) => id));
});

test("founders hash as in the vectors", () => {
  expect(vectors.founders.map(({ key }) => structHash("Founder", parse("Founder", key)))).toEqual(
    vectors.founders.map(({ id }) => id),
  );
});

test.each(vectors.folds)("a head folds to $after", (vector) => {
  expect(fold(vector.head, vector.actionHash, vector.signer)).toBe(vector.after);
});

test.each(vectors.handles)("the handle of '$identifier' is that of the vectors", (vector) => {
  expect(details.handle(vector.identifier, vector.salt)).toBe(vector.handle);
});

describe.each(vectors.details)("details of schema $schema.name", (vector) => {
  const { schema } = vector;
  const integers = new Set(schema.fields.filter(({ type }) => type === "integer").map(({ path }) => path));
  const fields = Object.fromEntries(
    Object.entries(vector.fields).map(([path, value]) => [path, integers.has(path) ? BigInt(value) : value]),
  );
  const leaves = details.leaves(schema, fields, vector.eventKey);

  test("make the leaves and the root of the vectors", () => {
    expect(leaves.map((leaf) => ({ ...leaf, hash: details.leafHash(schema, leaf) }))).toEqual(vector.leaves);
    expect(details.root(schema, leaves)).toBe(vector.root);
  });

  test.each(vector.openings)("show $paths by the siblings of the vectors", ({ paths, indexes, siblings }) => {
    const opening = details.openFields(schema, leaves, paths);
    expect(opening.siblings).toEqual(siblings);
    expect(opening.leaves.map(({ index }) => index)).toEqual(indexes);
    expect(details.verify(schema, vector.root, opening)).toBe(true);
  });

  test.each(vector.openings)("do not show $paths any other way", ({ paths }) => {
    const opening = details.openFields(schema, leaves, paths);
    const [first] = opening.leaves;
    if (first === undefined) throw new Error("an opening shows something");
    const others: Partial<details.Leaf>[] = [
      { index: first.index ^ 1 },
      { index: first.index + schema.size },
      { tag: (first.tag + 1) % 5 },
      { value: `${first.value}00` },
      { salt: vector.eventKey },
    ];
    for (const other of others) {
      const leaves = [{ ...first, ...other }, ...opening.leaves.slice(1)];
      expect(details.verify(schema, vector.root, { ...opening, leaves })).toBe(false);
    }
    const [, ...fewer] = opening.siblings;
    expect(details.verify(schema, vector.root, { ...opening, leaves: [] })).toBe(false);
    expect(details.verify(schema, vector.root, { ...opening, siblings: [...opening.siblings, vector.root] })).toBe(false);
    if (opening.siblings.length > 0) {
      expect(details.verify(schema, vector.root, { ...opening, siblings: fewer })).toBe(false);
    }
    expect(details.verify(schema, vector.eventKey, opening)).toBe(false);
  });
});

test("a schema of the one definition is known by its number", () => {
  expect(details.SCHEMAS.get(1)).toMatchObject({ name: "lot event", size: 64 });
});

test("a correction without its trail does not travel", () => {
  const vector = vectors.batches.find(({ trails }) => trails.length > 0);
  if (vector === undefined) throw new Error("the vectors have a correction");
  const { trails: _, ...bare } = signedBatchOf(vector);
  expect(() => calldata(bare)).toThrow(expect.objectContaining({ code: "trails_mismatch" }));
});
