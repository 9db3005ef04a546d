/** Values out of JSON: what is wrong with one has a code, the same as in Python. */
import { zeroAddress } from "viem";
import { expect, test } from "vitest";

import { actionHash, parse } from "./typedData";

test.each([
  ["field_missing", { organisation: 1 }],
  ["field_unknown", { organisation: 1, key: zeroAddress, more: 1 }],
  ["value_out_of_range", { organisation: 2 ** 24, key: zeroAddress }],
  ["value_wrong_kind", { organisation: 1.5, key: zeroAddress }],
  ["value_wrong_kind", { organisation: "", key: zeroAddress }],
  ["value_wrong_kind", { organisation: true, key: zeroAddress }],
  ["address_invalid", { organisation: 1, key: "0x00" }],
])("%s is what is wrong with %j", (code, json) => {
  expect(() => parse("SignerKey", json)).toThrow(expect.objectContaining({ code }));
});

test("integers come as numbers or as decimal digits", () => {
  expect(parse("LotKey", { maker: 7, handle: `0x${"0".repeat(64)}` }).maker).toBe(7n);
  expect(parse("LotKey", { maker: "7", handle: `0x${"0".repeat(64)}` }).maker).toBe(7n);
});

test("a field is named by its path", () => {
  const item = { role: 0, origin: 0, holding: { maker: 0, creator: 0, serial: 0, handle: "0x00" }, seq: 0 };
  expect(() => parse("RecordLotEvent", { kind: 0, action: 0, items: [item] })).toThrow(
    expect.objectContaining({ code: "value_wrong_length", path: "items[0].holding.handle" }),
  );
});

test("a struct that is no action has no action hash", () => {
  expect(() => actionHash("PlatformKey", {})).toThrow(expect.objectContaining({ code: "action_unknown" }));
});
