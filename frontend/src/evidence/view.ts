/** What the page shows of an outcome. */
import { element, harmless } from "./element";
import { CORRECTION } from "./evidence";
import type { Outcome } from "./judge";
import { tell } from "./pageWords";
import { FLAGS } from "./slots";
import { type Row, statement } from "./statement";
import type { Trust } from "./trust";
import { type Language, refusal, say } from "./words";

const GRAVE = ["HELD_BY_PARTY", "HELD_BY_REGULATOR", "RECALLED", "DISPUTED", "BREACH", "QUARANTINED"] as const;

type Valid = Extract<Outcome, { kind: "valid" }>;

/** Lines of a list that are shown before the rest is folded away. */
const LINES_SHOWN = 12;

/** An outcome on the screen: the verdict, which is read aloud as well, and what stands below it. */
export interface View {
  readonly verdict: HTMLElement;
  readonly below: readonly HTMLElement[];
}

/** The outcome in a language. `fingerprint` is the SHA-256 of the trust file. */
export function view(outcome: Outcome, fingerprint: string, language: Language): View {
  switch (outcome.kind) {
    case "refused": {
      const { code, place, reason } = outcome.refusal;
      const word = tell("refused", language);
      return {
        verdict: banner("bad", "✕", word, refusal(code, language), tell("refusedMeans", language)),
        below: [precisely(`${code} (${place || "-"}): ${reason}`, language)],
      };
    }
    case "unusable": {
      const { code, reason } = outcome.error;
      const word = tell("unusable", language);
      return {
        verdict: banner("bad", "?", word, say("lines", code, language), tell("unusableMeans", language)),
        below: [precisely(`${code}: ${reason}`, language)],
      };
    }
    case "valid":
      return valid(outcome, fingerprint, language);
  }
}

function valid(outcome: Valid, fingerprint: string, language: Language): View {
  const told = statement(outcome.evidence, outcome.verdict, outcome.trust, language);
  const corrected = correctedOf(outcome);
  const isDoubtful = told.doubts.length > 0;
  const word = tell(isDoubtful ? "doubtful" : "valid", language);
  const [tone, mark] = isDoubtful ? (["doubt", "!"] as const) : (["good", "✓"] as const);
  const lines = [tell("validMeans", language), ...warnings(outcome, corrected.size, language)];
  return {
    verdict: banner(tone, mark, word, ...lines),
    below: [
      trusting(outcome.trust, fingerprint, language),
      ...(isDoubtful ? [heading("doubts", language), list(told.doubts, language)] : []),
      heading("proven", language),
      list(told.proven, language),
      heading("claimed", language),
      list(told.claimed, language),
      heading("records", language, ` (${told.records.length})`),
      table(told.records, corrected, language),
    ],
  };
}

/** What is proven and speaks against the goods: valid evidence of a recall must not read as "all is well". */
function warnings({ verdict }: Valid, corrections: number, language: Language): string[] {
  const flags = new Set<string>();
  for (const { flags: set } of verdict.records.values()) {
    for (const flag of GRAVE) if ((set & FLAGS[flag]) !== 0) flags.add(say("flags", flag, language));
  }
  const lines = flags.size === 0 ? [] : [tell("mind", language, { flags: [...flags].join(tell("and", language)) })];
  if (corrections > 0) lines.push(tell("corrections", language, { count: corrections }));
  return lines;
}

/** The records somebody corrected, or began to, each as its subject and the hash of its action. */
function correctedOf({ evidence }: Valid): ReadonlySet<string> {
  const corrections = evidence.subjects.filter(({ kind }) => kind === CORRECTION);
  return new Set(corrections.map(({ key }) => `${key.subject} ${key.corrects}`));
}

function banner(tone: "good" | "doubt" | "bad", mark: string, word: string, ...lines: readonly string[]): HTMLElement {
  const title = element("strong", {}, element("span", { "aria-hidden": "true" }, `${mark} `), word);
  return element("div", { class: `verdict ${tone}` }, title, ...lines.map((line) => element("p", {}, line)));
}

function precisely(text: string, language: Language): HTMLElement {
  const code = element("code", {}, harmless(text));
  return element("p", { class: "faint" }, `${tell("precisely", language)}: `, code);
}

function trusting({ chainId, threshold, witnesses }: Trust, fingerprint: string, language: Language): HTMLElement {
  const values = { chain: chainId, threshold, witnesses: witnesses.size };
  const hash = element("code", {}, fingerprint);
  const line = `${tell("trusting", language, values)} ${tell("fingerprint", language)}: `;
  return element("p", { class: "faint" }, line, hash);
}

function heading(word: string, language: Language, more = ""): HTMLElement {
  return element("h2", {}, say("lines", word, language) + more);
}

function list(lines: readonly string[], language: Language): HTMLElement {
  const items = lines.map((line) => element("li", {}, harmless(line)));
  const shown = element("ul", { class: "told" }, ...items.slice(0, LINES_SHOWN));
  const rest = items.slice(LINES_SHOWN);
  if (rest.length === 0) return shown;
  const summary = element("summary", {}, tell("more", language, { count: rest.length }));
  return element("div", {}, shown, element("details", {}, summary, element("ul", { class: "told" }, ...rest)));
}

/** The records, each subject's together. */
function table(rows: readonly Row[], corrected: ReadonlySet<string>, language: Language): HTMLElement {
  const columns = (["when", "who", "what"] as const).map((word) => tell(word, language));
  const head = element("tr", {}, ...columns.map((column) => element("th", { scope: "col" }, column)));
  const groups = new Map<string, HTMLElement>();
  for (const row of rows) {
    const group = groups.get(row.subject) ?? groupOf(row, columns.length);
    const key = element("div", { class: "faint" }, `${tell("key", language)} `, element("code", {}, row.key));
    const isCorrected = corrected.has(`${row.subject} ${row.hash}`);
    const mark = isCorrected ? [element("div", { class: "doubt mark" }, tell("corrected", language))] : [];
    const cells = [[row.claimedAt], [harmless(row.who), key], [row.act, ...mark, ...details(row)]];
    const made = cells.map((cell, i) => element("td", { "data-label": columns[i] ?? "" }, ...cell));
    group.append(element("tr", {}, ...made));
    groups.set(row.subject, group);
  }
  return element("table", {}, element("thead", {}, head), ...groups.values());
}

function groupOf({ of, subject }: Row, columns: number): HTMLElement {
  const title = element("th", { scope: "rowgroup", colspan: String(columns) }, `${of} `);
  title.append(element("code", {}, subject.slice(0, 18)));
  return element("tbody", {}, element("tr", { class: "subject" }, title));
}

function details({ details }: Row): HTMLElement[] {
  if (details.length === 0) return [];
  const pairs = details.flatMap(([path, value]) => [
    element("dt", {}, harmless(path)),
    element("dd", {}, harmless(value) || "–"),
  ]);
  return [element("dl", {}, ...pairs)];
}
