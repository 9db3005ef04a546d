/**
 * Proofs in Merkle-Patricia tries (Ethereum yellow paper, appendix D): what stands at a key under a root, or that
 * nothing does.
 */
import { bytesToHex, type Hex, keccak256 } from "viem";

import { Refusal } from "./refusal";
import { decode, encode, type Item } from "./rlp";

export const EMPTY_ROOT = keccak256("0x80");
const BRANCH = 17;
const SHORT = 2;

/** The nodes of a file, by hash, and which of them some way has passed. */
export class Nodes {
  private readonly encoded: ReadonlyMap<Hex, Uint8Array>;
  private readonly decoded = new Map<Hex, readonly Item[]>();

  constructor(nodes: readonly Uint8Array[]) {
    this.encoded = new Map(nodes.map((node) => [keccak256(node), node]));
  }

  /**
   * What stands at `keccak256(key)` under a root; `undefined` if it is proven that nothing does.
   *
   * Throws `Refusal` `proof_missing` or `proof_invalid`.
   */
  get(root: Hex, key: Hex, place: string): Uint8Array | undefined {
    if (root === EMPTY_ROOT) return undefined;
    let path = keccak256(key).slice(2);
    let node = this.at(root, place);
    for (;;) {
      let child: Item;
      if (node.length === BRANCH) {
        child = node[Number.parseInt(path.slice(0, 1), 16)] as Item;
        path = path.slice(1);
      } else {
        const [way, isLeaf] = wayOf(node[0] as Item, place);
        if (isLeaf) return way === path ? valueOf(node[1] as Item, place) : undefined;
        if (!path.startsWith(way)) return undefined;
        child = node[1] as Item;
        path = path.slice(way.length);
      }
      if (child instanceof Uint8Array && child.length === 0) return undefined;
      if (path === "") throw invalid(place, "a way goes on beyond its key");
      node = this.child(child, place);
    }
  }

  /** How many nodes no way has passed. */
  get unused(): number {
    return this.encoded.size - this.decoded.size;
  }

  /** A node of less than 32 bytes stands in its parent itself. */
  private child(child: Item, place: string): readonly Item[] {
    if (!(child instanceof Uint8Array)) {
      if (encode(child).length >= 32) throw invalid(place, "a long node stands in its parent");
      return checked(child, place);
    }
    if (child.length !== 32) throw invalid(place, "a reference has not 32 bytes");
    return this.at(bytesToHex(child), place);
  }

  private at(hash: Hex, place: string): readonly Item[] {
    const known = this.decoded.get(hash);
    if (known !== undefined) return known;
    const encoded = this.encoded.get(hash);
    if (encoded === undefined) throw new Refusal("proof_missing", place, `node ${hash} is not in the file`);
    let item: Item;
    try {
      item = decode(encoded);
    } catch (error) {
      throw invalid(place, `node ${hash}: ${(error as RangeError).message}`);
    }
    const node = checked(item, place);
    this.decoded.set(hash, node);
    return node;
  }
}

function checked(item: Item, place: string): readonly Item[] {
  if (item instanceof Uint8Array || (item.length !== BRANCH && item.length !== SHORT)) {
    throw invalid(place, "a node is neither a branch nor a leaf nor an extension");
  }
  return item;
}

/** The nibbles of a leaf or an extension, and whether it is a leaf (hex-prefix encoding). */
function wayOf(encoded: Item, place: string): [way: string, isLeaf: boolean] {
  const digits = encoded instanceof Uint8Array ? bytesToHex(encoded).slice(2) : "";
  // 0 and 2 are followed by a 0 that fills the byte; 1 and 3 by the first nibble.
  const [, even, odd] = /^(?:[02]0([0-9a-f]*)|[13]([0-9a-f]*))$/.exec(digits) ?? [];
  const way = even ?? odd;
  if (way === undefined) throw invalid(place, "a way is not hex-prefix encoded");
  const isLeaf = digits.startsWith("2") || digits.startsWith("3");
  if (!isLeaf && way === "") throw invalid(place, "an extension leads nowhere");
  return [way, isLeaf];
}

function valueOf(item: Item, place: string): Uint8Array {
  if (!(item instanceof Uint8Array) || item.length === 0) throw invalid(place, "a leaf holds no value");
  return item;
}

function invalid(place: string, message: string): Refusal {
  return new Refusal("proof_invalid", place, message);
}
