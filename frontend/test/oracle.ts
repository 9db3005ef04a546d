/**
 * Answers a test in another language what TypeScript makes of a batch or of details: one JSON request a line on
 * standard input, one JSON answer a line on standard output.
 */
import { createInterface } from "node:readline";
import type { Address, Hex } from "viem";

import * as details from "../src/signing/details";
import { recover } from "../src/signing/signatures";
import { actionHash, actionOf, batchRequest, digest, parse } from "../src/signing/typedData";
import { calldata, parseCalldata, type SignedBatch, type Trail } from "../src/signing/wire";

interface BatchRequest {
  readonly about: "batch";
  readonly action: string;
  readonly actions: readonly unknown[];
  readonly nonce: string;
  readonly deadline: string;
  readonly mode: string;
  readonly chainId: string;
  readonly verifyingContract: Address;
  readonly signer: Address;
  readonly signature: Hex;
  readonly trails: readonly Trail[];
}

interface DetailsRequest {
  readonly about: "details";
  readonly schema: details.Schema;
  readonly eventKey: Hex;
  readonly fields: Readonly<Record<string, string>>;
  readonly shown: readonly string[];
}

interface HandleRequest {
  readonly about: "handle";
  readonly identifier: string;
  readonly salt: Hex;
}

async function answerBatch(request: BatchRequest): Promise<unknown> {
  const batch = {
    action: request.action,
    actions: request.actions.map((action, index) => parse(request.action, action, `actions[${index}]`)),
    nonce: BigInt(request.nonce),
    deadline: BigInt(request.deadline),
    mode: BigInt(request.mode),
  };
  const { signer, signature, trails } = request;
  const signed: SignedBatch = { batch, signer, signature, trails };
  const domain = { chainId: BigInt(request.chainId), verifyingContract: request.verifyingContract };
  const data = calldata(signed);
  const readBack = parseCalldata(actionOf(batch.action).ledger, data);
  return {
    digest: digest(batchRequest(batch, domain)),
    actionHashes: batch.actions.map((action) => actionHash(batch.action, action)),
    signer: await recover(digest(batchRequest(batch, domain)), signature),
    calldata: data,
    again: calldata(readBack),
  };
}

function answerDetails({ schema, eventKey, fields, shown }: DetailsRequest): unknown {
  const integers = new Set(schema.fields.filter(({ type }) => type === "integer").map(({ path }) => path));
  const values = Object.fromEntries(
    Object.entries(fields).map(([path, value]) => [path, integers.has(path) ? BigInt(value) : value]),
  );
  const leaves = details.leaves(schema, values, eventKey);
  const root = details.root(schema, leaves);
  const opening = details.openFields(schema, leaves, shown);
  return { root, siblings: opening.siblings, verified: details.verify(schema, root, opening) };
}

async function answer(request: BatchRequest | DetailsRequest | HandleRequest): Promise<unknown> {
  if (request.about === "batch") return answerBatch(request);
  if (request.about === "details") return answerDetails(request);
  return { handle: details.handle(request.identifier, request.salt) };
}

for await (const line of createInterface({ input: process.stdin })) {
  let reply: unknown;
  try {
    reply = await answer(JSON.parse(line) as BatchRequest | DetailsRequest | HandleRequest);
  } catch (error) {
    reply = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
