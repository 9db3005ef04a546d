-- A past for the trace bench, written into the mirror without a chain: families of 12 levels with 100 holdings each.
-- Ten events lead from a level to the next; each takes ten holdings made by ten different events and makes ten.
-- So a holding of the last level comes from 1,010 others and 111 events, and a family has 2,300 edges.
-- Psycopg's placeholders: how many families, the organisation that holds everything, and its signer's address.

CREATE TEMPORARY TABLE made AS
SELECT family, level, place,
       place / 10 AS event,
       place %% 10 AS used_by,
       1000000 + family * 12 + level AS block,
       sha256(convert_to(format('holding %%s %%s %%s', family, level, place), 'UTF8')) AS id
FROM generate_series(0, %(families)s - 1) AS family, generate_series(0, 11) AS level, generate_series(0, 99) AS place;

CREATE TEMPORARY TABLE happened AS
SELECT DISTINCT family, level, event, block,
       (block::bigint << 32) | ((2 * event + 1) << 12) AS number,
       sha256(convert_to(format('batch %%s %%s %%s', family, level, event), 'UTF8')) AS batch
FROM made;

INSERT INTO mirror.block (number, hash, parent_hash, recorded_at)
SELECT DISTINCT block, sha256(int8send(block)), sha256(int8send(block - 1)), 1700000000 + block
FROM happened;

INSERT INTO mirror.batch (number, contract, digest, signer, nonce, deadline, mode, signature, transaction)
SELECT number - 4096, '\x01', batch, %(signer)s, number, 1800000000, 1, '\x02', batch
FROM happened;

INSERT INTO mirror.event (number, contract, kind, batch, index, action_hash, schema, root, occurred_at)
SELECT number, '\x01', 'LotEventRecorded', batch, 0, sha256(batch), 1, batch, 1700000000
FROM happened;

INSERT INTO mirror.lot_event (number, kind, action, breaches)
SELECT number, CASE level WHEN 0 THEN 0 ELSE 3 END, CASE level WHEN 0 THEN 1 ELSE 0 END, 0
FROM happened;

-- Of an event's items, places 1 to 10 are what it takes and 11 to 20 what it makes.
CREATE TEMPORARY TABLE placed AS
SELECT made.id, made.family, made.level, made.place,
       maker.number AS event_number,
       maker.number + 11 + place %% 10 AS number,
       taker.number AS taken_by,
       taker.number + 1 + place / 10 AS taken_at
FROM made
JOIN happened AS maker USING (family, level, event)
LEFT JOIN happened AS taker
    ON taker.family = made.family AND taker.level = made.level + 1 AND taker.event = made.used_by;

INSERT INTO mirror.holding (number, id, lot_id, maker, handle, creator, serial, origin)
SELECT number, id, sha256(id), %(organisation)s, sha256(id), %(organisation)s, 1, 1
FROM placed;

INSERT INTO mirror.lineage (source_number, target_number)
SELECT event_number, number FROM placed
UNION ALL
SELECT number, taken_by FROM placed WHERE taken_by IS NOT NULL;

INSERT INTO mirror.record (number, id, contract, head, holder, seq, status, flags)
SELECT number, id, '\x01'::bytea, substr(id, 1, 24), %(organisation)s, 1, 1, 0 FROM placed
UNION ALL
SELECT taken_at, id, '\x01'::bytea, substr(id, 1, 24), %(organisation)s, 2, 3, 64 FROM placed WHERE taken_by IS NOT NULL;

INSERT INTO mirror.record_latest (number, id, contract, head, holder, seq, status, flags)
SELECT DISTINCT ON (id) number, id, contract, head, holder, seq, status, flags
FROM mirror.record WHERE contract = '\x01'
ORDER BY id, number DESC;

-- The organisation itself: confirmed, with one key that is valid.
INSERT INTO mirror.organisation_latest (number, organisation, id, roles) VALUES (1, %(organisation)s, '\x03', 8);
INSERT INTO mirror.key_latest
    (number, id, address, organisation, rights, valid_from, valid_until, compromised_since, revoked_at, enrol_by)
VALUES (2, '\x04', %(signer)s, %(organisation)s, 1023, 0, 4000000000, 0, 0, 0);
INSERT INTO mirror.record_latest (number, id, contract, head, holder, seq, status, flags) VALUES
    (1, '\x03', '\x05', '\x06', %(organisation)s, 1, 2, 0),
    (2, '\x04', '\x05', '\x06', %(organisation)s, 1, 2, 0);

UPDATE mirror.cursor SET block = (SELECT max(number) FROM mirror.block), finalised = (SELECT max(number) FROM mirror.block);
