/** Every content has one encoding, and nothing else decodes. */
import { bytesToHex, type Hex, hexToBytes, toRlp } from "viem";
import { expect, test } from "vitest";

import { decode, encode, type Item } from "./rlp";

const CONTENTS: [string, Item][] = [
  ["no bytes", new Uint8Array()],
  ["a small byte", Uint8Array.of(0x7f)],
  ["a large byte", Uint8Array.of(0x80)],
  ["55 bytes", new Uint8Array(55)],
  ["56 bytes", new Uint8Array(56)],
  ["70,000 bytes", new Uint8Array(70_000)],
  ["an empty list", []],
  ["lists in lists", [[], [Uint8Array.of(1), [new Uint8Array(60)]], new Uint8Array(2)]],
];

const hexOf = (item: Item): unknown => (item instanceof Uint8Array ? bytesToHex(item) : item.map(hexOf));

test.each(CONTENTS)("%s is encoded as viem encodes it, and decoded again", (_, content) => {
  const encoded = encode(content);
  expect(bytesToHex(encoded)).toBe(toRlp(hexOf(content) as Hex));
  expect(hexOf(decode(encoded))).toEqual(hexOf(content));
});

test.each<[string, Hex]>([
  ["nothing", "0x"],
  ["a byte behind the end", "0x0100"],
  ["a small byte with a prefix", "0x817f"],
  ["bytes that are cut short", "0x820a"],
  ["a list that is cut short", "0xc201"],
  ["a long length for a short text", "0xb801ff"],
  ["a long length for 55 bytes", `0xb837${"ff".repeat(55)}`],
  ["a length that begins with nought", `0xb90038${"ff".repeat(56)}`],
  ["a length of eight bytes", "0xbfffffffffffffffff"],
  ["an item that reaches beyond its list", "0xc18101"],
  ["more levels than allowed", `0x${Array.from({ length: 18 }, (_, i) => (0xc0 + 17 - i).toString(16)).join("")}`],
])("%s is refused", (_, encoded) => {
  expect(() => decode(hexToBytes(encoded))).toThrow(RangeError);
});
