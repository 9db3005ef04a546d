/** Files have one form; another spelling of the same content is refused. */
import { expect, test } from "vitest";

import { load, unblob } from "./canonical";

const bytes = (text: string) => new TextEncoder().encode(text);
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

test.each([
  '{"a":[1,-1,0,9007199254740991],"b":{"c":null},"d":true}',
  '["\\"\\\\\\n\\u001f\u007f"]',
  nested(32),
  '"text"',
])("%s is in the one form", (text) => {
  expect(load(bytes(text))).toEqual(JSON.parse(text));
});

test.each([
  ["a space", '{"a": 1}'],
  ["a newline at the end", '{"a":1}\n'],
  ["names out of order", '{"b":1,"a":2}'],
  ["a name that comes twice", '{"a":1,"a":1}'],
  ["a fraction", "[1.5]"],
  ["a fraction that is none", "[1.0]"],
  ["an exponent", "[1e3]"],
  ["minus nought", "[-0]"],
  ["a number past 2^53 - 1", "[9007199254740992]"],
  ["a number beyond all", "[1e999]"],
  ["an escape of a letter", '["\\u0061"]'],
  ["an escape of what is not ASCII", '["\\u4e2d"]'],
  ["half a surrogate pair", '["\\ud800"]'],
  ["what is not ASCII", '["中"]'],
  ["a mark of the byte order", "\ufeff[]"],
  ["an end before the end", '{"a":['],
  ["nothing", ""],
  ["more levels than allowed", nested(33)],
  ["far more levels than any stack has", "[".repeat(1_000_000)],
])("%s is refused", (_, text) => {
  expect(() => load(bytes(text))).toThrow(expect.objectContaining({ code: "file_unreadable" }));
});

test("b64 has one form: no padding, no bits left over, no other alphabet", () => {
  expect(unblob("")).toEqual(new Uint8Array());
  expect(unblob("_-8")).toEqual(Uint8Array.of(0xff, 0xef));
  for (const text of ["_-8=", "_-9", "_-", "_", "/+8", "_-8 ", 7, null]) expect(unblob(text)).toBeUndefined();
});
