/** The one form of a file: RFC 8785 of a part of JSON - ASCII strings, whole numbers, nothing else that has spellings. */
import { Refusal } from "./refusal";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export const SIZE_MAX = 64 * 1024 * 1024;
const DEPTH_MAX = 32;
const BASE64 = /^[A-Za-z0-9_-]*$/;
// Bits of the last digit that no byte takes, by the digits beyond a multiple of four: they must be zero.
const ENDINGS = [/^/, /$^/, /[AQgw]$/, /[AEIMQUYcgkosw048]$/];

/** The content of a file. Throws `Refusal` `file_unreadable`. */
export function load(data: Uint8Array): Json {
  if (data.length > SIZE_MAX) throw unreadable(`${data.length} bytes, ${SIZE_MAX} are allowed`);
  if (data.some((byte) => byte > 0x7f)) throw unreadable("there are bytes that are not ASCII");
  const text = new TextDecoder().decode(data);
  let content: Json;
  try {
    content = JSON.parse(text) as Json;
  } catch (error) {
    throw unreadable(`this is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (dump(content) !== text) throw unreadable("the content is not in its one form (RFC 8785)");
  return content;
}

/** The one form of a content. Throws `Refusal` `file_unreadable` for what has none. */
export function dump(content: Json): string {
  const parts: string[] = [];
  write(content, 0, parts);
  return parts.join("");
}

function write(content: Json, depth: number, parts: string[]): void {
  if (typeof content === "string") {
    // An escape can write what no byte of the file is.
    if (!/^[\0-\x7f]*$/.test(content)) throw unreadable("there are characters that are not ASCII");
    parts.push(JSON.stringify(content));
  } else if (typeof content === "number") {
    if (!Number.isSafeInteger(content)) throw unreadable(`${content} is no whole number up to 2^53 - 1`);
    parts.push(String(content));
  } else if (content === null || typeof content === "boolean") {
    parts.push(String(content));
  } else {
    if (depth === DEPTH_MAX) throw unreadable(`nested more than ${DEPTH_MAX} deep`);
    writeMany(content, depth + 1, parts);
  }
}

function writeMany(content: readonly Json[] | { readonly [name: string]: Json }, depth: number, parts: string[]): void {
  if (isList(content)) {
    content.forEach((item, index) => {
      parts.push(index === 0 ? "[" : ",");
      write(item, depth, parts);
    });
    parts.push(content.length === 0 ? "[]" : "]");
    return;
  }
  const names = Object.keys(content).sort();
  names.forEach((name, index) => {
    parts.push(index === 0 ? "{" : ",");
    write(name, depth, parts);
    parts.push(":");
    write(content[name] as Json, depth, parts);
  });
  parts.push(names.length === 0 ? "{}" : "}");
}

/** The bytes of a b64 in its one form; `undefined` if it is none. */
export function unblob(text: Json): Uint8Array | undefined {
  if (typeof text !== "string" || !BASE64.test(text) || !ENDINGS[text.length % 4]?.test(text)) return undefined;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (digit) => digit.charCodeAt(0));
}

// `Array.isArray` does not tell a read-only list from an object for the compiler.
export function isList(content: Json): content is readonly Json[] {
  return Array.isArray(content);
}

function unreadable(message: string): Refusal {
  return new Refusal("file_unreadable", "", message);
}
