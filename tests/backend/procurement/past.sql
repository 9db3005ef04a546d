-- A past for the plans of queries, written into the mirror without a chain: orders of two lines, each issued, confirmed
-- and delivered on by one holding in a consignment of its own; one in twenty holdings is still on its way, one in fifty
-- consignments is disputed, one order in a hundred awaits its confirmation, and one receipt in three is one-sided.
-- Psycopg's placeholder: how many orders. Buyers are 100 to 119, suppliers 200 to 206.

CREATE TEMPORARY TABLE past AS
SELECT i,
       100 + i %% 20 AS buyer,
       200 + i %% 7 AS supplier,
       i %% 100 = 99 AS is_offered,
       i %% 20 = 19 AS is_on_its_way,
       sha256(convert_to(format('order %%s', i), 'UTF8')) AS order_id,
       sha256(convert_to(format('holding %%s', i), 'UTF8')) AS holding_id,
       sha256(convert_to(format('consignment %%s', i), 'UTF8')) AS consignment_id
FROM generate_series(0, %(orders)s - 1) AS i;

CREATE TEMPORARY TABLE happened AS
SELECT past.*, act, kind,
       1000000 + 4 * i + act AS block,
       ((1000000 + 4 * i + act)::bigint << 32) | 4096 AS number,
       sha256(convert_to(format('act %%s %%s', i, act), 'UTF8')) AS hash
FROM past
CROSS JOIN (VALUES (0, 'OrderIssued'), (1, 'OrderConfirmed'), (2, 'GoodsDispatched'), (3, 'GoodsReceived')) AS acts (act, kind)
WHERE NOT (is_offered AND act > 0) AND NOT (is_on_its_way AND act = 3);

INSERT INTO mirror.block (number, hash, parent_hash, recorded_at)
SELECT block, hash, hash, 1700000000 + block FROM happened;

INSERT INTO mirror.batch (number, contract, digest, signer, nonce, deadline, mode, signature, transaction)
SELECT number - 4096, '\x01', hash, '\x0a', number, 1800000000, 1, '\x02', hash FROM happened;

INSERT INTO mirror.event (number, contract, kind, batch, index, action_hash, schema, root, occurred_at)
SELECT number, '\x01', kind, hash, 0, hash, 1, hash, 1700000000 + i FROM happened;

INSERT INTO mirror.order_issued (number, id, order_buyer, order_supplier, order_handle, lines, services, quarantines, lapses_at)
SELECT number, order_id, buyer, supplier, order_id, 2, 2, 0, 4000000000 FROM happened WHERE act = 0;

INSERT INTO mirror.purchase_order
    (number, id, buyer, supplier, lines, done, first_promised_at, promised_at, lapses_at, proposer, next_promised_at, open_lines)
SELECT number + 1, order_id, buyer, supplier, 2, 0, act * 1700000000::bigint, act * 1700000000::bigint,
       (1 - act) * 4000000000::bigint, 0, 0, 3
FROM happened WHERE act < 2;
INSERT INTO mirror.purchase_order_latest SELECT DISTINCT ON (id) * FROM mirror.purchase_order ORDER BY id, number DESC;

INSERT INTO mirror.order_step (number, order_id, buyer, supplier, line, holding_id)
SELECT number, order_id, buyer, supplier, CASE WHEN act > 1 THEN 0 END, CASE WHEN act > 1 THEN holding_id END FROM happened;
INSERT INTO mirror.order_step_latest
SELECT DISTINCT ON (order_id) * FROM mirror.order_step ORDER BY order_id, number DESC;

INSERT INTO mirror.holding (number, id, lot_id, maker, handle, creator, serial, origin)
SELECT number - 4096, holding_id, holding_id, supplier, holding_id, supplier, 1, 1 FROM happened WHERE act = 2;

INSERT INTO mirror.goods_dispatched
    (number, id, consignment_id, holding_maker, holding_handle, holding_creator, holding_serial, consignment_from,
     consignment_to, consignment_handle, seq, "order", line, lapses_at)
SELECT number, holding_id, consignment_id, supplier, holding_id, supplier, 1, supplier, buyer, consignment_id, 1, order_id, 0,
       4000000000
FROM happened WHERE act = 2;

INSERT INTO mirror.goods_received
    (number, id, consignment_id, holding_maker, holding_handle, holding_creator, holding_serial, consignment_from,
     consignment_to, consignment_handle, agrees_to, outcome, cause, quarantine)
SELECT number, holding_id, consignment_id, supplier, holding_id, supplier, 1, supplier, buyer, consignment_id, '\x00', 1, 0, false
FROM happened WHERE act = 3;

INSERT INTO mirror.transit (number, holding_id, consignment_id, sender, receiver, lapses_at)
SELECT number + 1, holding_id, consignment_id, supplier, buyer, CASE act WHEN 2 THEN 4000000000 END FROM happened WHERE act > 1;
INSERT INTO mirror.transit_latest
SELECT DISTINCT ON (holding_id) * FROM mirror.transit ORDER BY holding_id, number DESC;

INSERT INTO mirror.consignment (number, id, sender, receiver, handle, head, discrepancy)
SELECT number + 2, consignment_id, supplier, buyer, consignment_id, substr(hash, 1, 24), CASE WHEN i %% 50 = 0 THEN 1 ELSE 0 END
FROM happened WHERE act > 1;
INSERT INTO mirror.consignment_latest SELECT DISTINCT ON (id) * FROM mirror.consignment ORDER BY id, number DESC;

INSERT INTO mirror.record (number, id, contract, head, holder, seq, status, flags)
SELECT number + 1, CASE WHEN act < 2 THEN order_id ELSE holding_id END, '\x01'::bytea, substr(hash, 1, 24), buyer, 1,
       CASE act WHEN 0 THEN 1 WHEN 1 THEN 2 WHEN 2 THEN 2 ELSE 1 END, CASE WHEN act = 3 AND i %% 30 = 0 THEN 128 ELSE 0 END
FROM happened;
INSERT INTO mirror.record_latest
SELECT DISTINCT ON (id) * FROM mirror.record WHERE contract = '\x01' ORDER BY id, number DESC;

INSERT INTO mirror.received_direct
    (number, id, holding_maker, holding_handle, holding_creator, holding_serial, "order", line, claim, quarantine)
SELECT number + 8192, sha256(holding_id), 0, holding_id, buyer, 1, decode(repeat('00', 32), 'hex'), 0, sha256(order_id), false
FROM happened WHERE act = 0 AND i %% 3 = 0;
INSERT INTO mirror.event (number, contract, kind, batch, index, action_hash, schema, root, occurred_at)
SELECT number + 8192, '\x01', 'ReceivedDirect', hash, 1, sha256(hash), 1, hash, 1700000000 + i
FROM happened WHERE act = 0 AND i %% 3 = 0;
INSERT INTO mirror.receipt_countersigned (number, id, receipt_receipt, secret)
SELECT number + 12288, sha256(holding_id), sha256(hash), hash FROM happened WHERE act = 0 AND i %% 30 = 0;
INSERT INTO mirror.record (number, id, contract, head, holder, seq, status, flags)
SELECT number + 12289, sha256(holding_id), '\x02', substr(hash, 1, 24), supplier, 1, 3, 0
FROM happened WHERE act = 0 AND i %% 30 = 0;

ANALYZE;
