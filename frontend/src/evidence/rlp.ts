/**
 * Recursive Length Prefix, strictly: one encoding for each content, no byte behind it (Ethereum yellow paper,
 * appendix B).
 *
 * viem's own is lax at the edges (nothing at all decodes, lengths end at four bytes), and every verdict must be the
 * same as that of `verifier/rlp.py`.
 */
import { concat } from "viem";

export type Item = Uint8Array | readonly Item[];

const DEPTH_MAX = 16;

/** Bytes, or lists of them at any depth. */
export function encode(item: Item): Uint8Array {
  if (item instanceof Uint8Array) {
    return item.length === 1 && (item[0] as number) < 0x80 ? item : concat([prefix(item.length, 0x80), item]);
  }
  const content = concat(item.map(encode));
  return concat([prefix(content.length, 0xc0), content]);
}

function prefix(length: number, offset: number): Uint8Array {
  if (length < 56) return Uint8Array.of(offset + length);
  const size: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) size.unshift(rest % 256);
  return Uint8Array.of(offset + 55 + size.length, ...size);
}

/** The reverse of `encode`. Throws `RangeError` for anything it does not give. */
export function decode(data: Uint8Array): Item {
  const [item, end] = itemAt(data, 0, 0);
  if (end !== data.length) throw new RangeError("there are bytes behind the end");
  return item;
}

function itemAt(data: Uint8Array, at: number, level: number): [Item, number] {
  const first = data[at];
  if (first === undefined || level > DEPTH_MAX) throw new RangeError("cut short, or nested too deep");
  if (first < 0x80) return [data.subarray(at, at + 1), at + 1];
  const offset = first < 0xc0 ? 0x80 : 0xc0;
  const [begin, end] = extent(data, at, first - offset);
  if (offset === 0x80) {
    if (end - begin === 1 && (data[begin] as number) < 0x80) throw new RangeError("a single byte has a prefix");
    return [data.subarray(begin, end), end];
  }
  const items: Item[] = [];
  let next = begin;
  while (next < end) {
    const [item, behind] = itemAt(data, next, level + 1);
    items.push(item);
    next = behind;
  }
  if (next !== end) throw new RangeError("an item reaches beyond its list");
  return [items, end];
}

function extent(data: Uint8Array, at: number, short: number): [number, number] {
  let begin = at + 1;
  let length = short;
  if (length > 55) {
    const size = data.subarray(begin, begin + length - 55);
    begin += length - 55;
    length = size.reduce((sum, digit) => sum * 256 + digit, 0);
    if (length < 56 || size[0] === 0) throw new RangeError("a length is written longer than needed");
  }
  if (begin + length > data.length) throw new RangeError("cut short");
  return [begin, begin + length];
}
