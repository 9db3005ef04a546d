/** Sentences in both languages, out of the file that `verifier/` reads too. */
import words from "../../../verifier/words.json";
import type { Code } from "./refusal";

export const LANGUAGES = ["zh", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
export type Room = keyof typeof words;
/** What stands in the gaps of a sentence. */
export type Values = Readonly<Record<string, unknown>>;

type Sentence = Readonly<Record<Language, string>>;

/** A sentence in a language, filled in. Throws `RangeError` for one that is not written. */
export function say(room: Room, word: string, language: Language, values: Values = {}): string {
  const sentences: Readonly<Record<string, Sentence>> = words[room];
  const sentence = sentences[word];
  if (sentence === undefined) throw new RangeError(`${room} has no ${word}`);
  return fill(sentence[language], values);
}

/** Puts values where `{names}` stand. */
export function fill(sentence: string, values: Values): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}

/** What a code of a refusal means. */
export function refusal(code: Code, language: Language): string {
  return say("refusals", code, language);
}

