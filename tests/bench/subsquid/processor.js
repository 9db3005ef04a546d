// Subsquid on the bench's chain: asks the node, decodes four kinds of event, makes the mirror's rows of them, writes
// them through its own store. Prints the seconds it took, without the start of the program.
"use strict";

const { Server } = require("node:net");
const { keccak_256 } = require("@noble/hashes/sha3");
const { EvmBatchProcessor } = require("@subsquid/evm-processor");
const { TypeormDatabase } = require("@subsquid/typeorm-store");
const model = require("./lib/model");

// Its metrics would listen on every interface of the machine.
const listen = Server.prototype.listen;
Server.prototype.listen = function (port, ...rest) {
  return listen.call(this, port, "127.0.0.1", ...rest);
};

const { PEER_RPC_URL, PEER_FIRST_BLOCK, PEER_LAST_BLOCK, PEER_LEDGER, PEER_LOT_KEY, PEER_TOPICS } = process.env;
const TOPICS = JSON.parse(PEER_TOPICS);
const NO_DISCREPANCY = 0;
const EXISTING = 0;
const LATEST = { record: "record_latest", transit: "transit_latest", consignment: "consignment_latest" };

const bytes = (hex) => Buffer.from(hex, "hex");
const number = (hex) => Number.parseInt(hex, 16);

/** Words of 32 bytes, as hex of 64 digits. */
class Words {
  constructor(data) {
    this.data = data;
  }
  at(index) {
    return this.data.slice(2 + 64 * index, 66 + 64 * index);
  }
  uint(index) {
    return number(this.at(index));
  }
}

/** A record's after-image: head bytes24, holder uint24, seq uint24, status uint8, flags uint8. */
function record(place, id, contract, word) {
  return {
    id: place,
    subject: bytes(id),
    contract,
    head: bytes(word.slice(0, 48)),
    holder: number(word.slice(48, 54)),
    seq: number(word.slice(54, 60)),
    status: number(word.slice(60, 62)),
    flags: number(word.slice(62, 64)),
  };
}

function authorised(log, place, words, rows) {
  rows.batch.push({
    id: place,
    contract: bytes(log.address.slice(2)),
    digest: bytes(log.topics[1].slice(2)),
    signer: bytes(log.topics[2].slice(26)),
    nonce: BigInt(`0x${words.at(0)}`).toString(),
    deadline: BigInt(`0x${words.at(1)}`).toString(),
    mode: words.uint(2),
    signature: bytes(words.data.slice(2 + 64 * 5, 2 + 64 * 5 + 2 * words.uint(4))),
    transaction: bytes(log.transactionHash.slice(2)),
  });
}

function event(log, place, kind, fields, rows) {
  rows.event.push({
    id: place,
    contract: bytes(log.address.slice(2)),
    kind,
    batch: bytes(log.topics[1].slice(2)),
    action_hash: bytes(log.topics[2].slice(2)),
    ...fields,
  });
}

function lotEvent(log, place, words, rows) {
  const contract = bytes(log.address.slice(2));
  // From the right: kind, action, schema, occurredAt, items, breaches, index.
  const facts = words.at(0);
  const part = (from, to) => number(facts.slice(64 - to / 4, 64 - from / 4));
  event(
    log,
    place,
    "LotEventRecorded",
    { index: part(144, 160), schema: part(16, 48), root: bytes(words.at(1)), occurred_at: part(48, 112) },
    rows,
  );
  rows.lot_event.push({ id: place, kind: part(0, 8), action: part(8, 16), breaches: part(128, 144) });
  const count = words.uint(3);
  for (let item = 0; item < count; item++) {
    const at = 4 + 4 * item;
    const [handle, packed, id, slot] = [words.at(at), words.at(at + 1), words.at(at + 2), words.at(at + 3)];
    // From the right: role, origin, maker, creator, serial, seq.
    const field = (from, to) => number(packed.slice(64 - to / 4, 64 - from / 4));
    const its = place + item + 1;
    const origin = field(8, 16);
    rows.record.push(record(its, id, contract, slot));
    rows.lot_event_item.push({ id: its, holding_id: bytes(id), role: field(0, 8), origin, seq: field(96, 120) });
    if (origin === EXISTING) continue;
    const maker = packed.slice(64 - 40 / 4, 64 - 16 / 4);
    rows.holding.push({
      id: its,
      subject: bytes(id),
      lot_id: Buffer.from(keccak_256(bytes(PEER_LOT_KEY + maker.padStart(64, "0") + handle))),
      maker: number(maker),
      handle: bytes(handle),
      creator: field(40, 64),
      serial: field(64, 96),
      origin,
    });
    rows.lineage.push({ id: place, target_number: its });
  }
}

/** The part that a dispatch and its end have in common; `statement` is the word at which occurredAt stands. */
function line(log, place, words, rows, table, kind, statement, own, lapsesAt) {
  const contract = bytes(log.address.slice(2));
  event(
    log,
    place,
    kind,
    {
      index: words.uint(0),
      schema: words.uint(statement + 1),
      root: bytes(words.at(statement + 2)),
      occurred_at: words.uint(statement),
    },
    rows,
  );
  const touched = statement + 5;
  const [holding, consignment] = [words.at(touched), words.at(touched + 2)];
  const slots = [words.at(touched + 1), words.at(touched + 3)];
  const [sender, receiver] = [words.uint(5), words.uint(6)];
  rows.record.push(record(place + 1, holding, contract, slots[0]), record(place + 2, consignment, contract, slots[1]));
  rows[table].push({
    id: place,
    subject: bytes(holding),
    consignment_id: bytes(consignment),
    holding_maker: words.uint(1),
    holding_handle: bytes(words.at(2)),
    holding_creator: words.uint(3),
    holding_serial: words.uint(4),
    consignment_from: sender,
    consignment_to: receiver,
    consignment_handle: bytes(words.at(7)),
    seq: words.uint(8),
    ...own,
  });
  rows.transit.push({
    id: place + 1,
    holding_id: bytes(holding),
    consignment_id: bytes(consignment),
    sender,
    receiver,
    lapses_at: lapsesAt,
  });
  rows.consignment.push({
    id: place + 2,
    subject: bytes(consignment),
    sender,
    receiver,
    handle: bytes(words.at(7)),
    head: bytes(slots[1].slice(0, 48)),
    discrepancy: NO_DISCREPANCY,
  });
}

function dispatched(log, place, words, rows) {
  const lapsesAt = words.uint(11);
  const own = { order: bytes(words.at(9)), line: words.uint(10), lapses_at: lapsesAt };
  line(log, place, words, rows, "goods_dispatched", "GoodsDispatched", 12, own, lapsesAt);
}

function ended(log, place, words, rows) {
  line(log, place, words, rows, "dispatch_ended", "DispatchEnded", 9, {}, null);
}

const READERS = new Map([
  [TOPICS.Authorised, authorised],
  [TOPICS.LotEventRecorded, lotEvent],
  [TOPICS.GoodsDispatched, dispatched],
  [TOPICS.DispatchEnded, ended],
]);

/** The last row of each key, with the key's first column as `id` and the place as `number`. */
function latest(rows, key) {
  const last = new Map();
  for (const { id, [key]: own, ...others } of rows) last.set(own.toString("hex"), { id: own, number: id, ...others });
  return [...last.values()];
}

const KEYS = { record: "subject", transit: "holding_id", consignment: "subject" };
const began = performance.now();

new EvmBatchProcessor()
  .setRpcEndpoint({ url: PEER_RPC_URL })
  .setFinalityConfirmation(1)
  .setBlockRange({ from: Number(PEER_FIRST_BLOCK), to: Number(PEER_LAST_BLOCK) })
  .setFields({ log: { transactionHash: true, address: true, topics: true, data: true }, block: { timestamp: true } })
  .addLog({ address: [PEER_LEDGER] })
  .run(new TypeormDatabase({ supportHotBlocks: false, projectDir: __dirname }), async (context) => {
    const rows = Object.fromEntries(Object.keys(model).map((name) => [name, []]));
    for (const { header, logs } of context.blocks) {
      if (logs.length === 0) continue;
      rows.block.push({
        id: header.height,
        hash: bytes(header.hash.slice(2)),
        parent_hash: bytes(header.parentHash.slice(2)),
        recorded_at: header.timestamp / 1000,
      });
      for (const log of logs) {
        const place = header.height * 2 ** 32 + log.logIndex * 2 ** 12;
        READERS.get(log.topics[0])(log, place, new Words(log.data), rows);
      }
    }
    for (const [name, own] of Object.entries(rows)) {
      const entities = own.map((row) => new model[name](row));
      if (!Object.values(LATEST).includes(name)) await context.store.insert(entities);
    }
    for (const [name, table] of Object.entries(LATEST)) {
      await context.store.upsert(latest(rows[name], KEYS[name]).map((row) => new model[table](row)));
    }
  });

process.on("exit", (code) => {
  if (code === 0) process.stdout.write(`${(performance.now() - began) / 1000}\n`);
});
