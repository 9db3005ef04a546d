/** What a verdict means, in plain words: proven, and what is only claimed. */
import type { Hex } from "viem";

import { decodeValue, type Leaf, SCHEMAS, TAGS, textOf } from "../signing/details";
import { TypedDataError } from "../signing/typedData";
import type { Verdict } from "./check";
import type { Evidence, SignedAction, Subject } from "./evidence";
import { FLAGS } from "./slots";
import { nameOf } from "./subjects";
import type { Trust } from "./trust";
import { type Language, say } from "./words";

/** One record: of what, by whom, which act, when by the signer's account, and the details shown of it, by path. */
export interface Row {
  readonly subject: Hex;
  /** What the subject is. */
  readonly of: string;
  readonly action: string;
  /** The hash of the action, by which a correction names it. */
  readonly hash: Hex;
  readonly act: string;
  readonly organisation: number;
  readonly who: string;
  readonly key: string;
  readonly claimedAt: string;
  readonly details: readonly (readonly [path: string, value: string])[];
}

/** A verdict for a reader. */
export interface Statement {
  readonly proven: readonly string[];
  readonly claimed: readonly string[];
  readonly doubts: readonly string[];
  readonly records: readonly Row[];
}

/** The verdict on a valid file. */
export function statement(evidence: Evidence, verdict: Verdict, trust: Trust, language: Language): Statement {
  const teller = new Teller(evidence, verdict, trust, language);
  return {
    proven: teller.proven(),
    claimed: teller.claimed(),
    doubts: verdict.doubts.map(({ code, about }) => say("doubts", code, language, { about })),
    records: evidence.subjects.flatMap((subject) => subject.trail.map((action) => teller.row(subject, action))),
  };
}

class Teller {
  constructor(
    private readonly evidence: Evidence,
    private readonly verdict: Verdict,
    private readonly trust: Trust,
    private readonly language: Language,
  ) {}

  proven(): string[] {
    const { block, witnesses } = this.verdict;
    const lines = [this.line("block", { number: block.number, time: timeOf(BigInt(block.time)) })];
    if (witnesses.length > 0) {
      lines.push(this.line("witnesses", { count: witnesses.length, names: witnesses.join(", ") }));
    }
    if (this.trust.seals !== null) lines.push(this.line("seals"));
    lines.push(...this.evidence.subjects.map((subject) => this.subject(subject)));
    lines.push(this.line("nothing_withheld"), this.line("signers"));
    const shown = this.evidence.actions.reduce((sum, { opening }) => sum + (opening?.leaves.length ?? 0), 0);
    if (shown > 0) lines.push(this.line("openings", { count: shown }));
    return lines;
  }

  claimed(): string[] {
    const lines = [this.line("times"), this.line("truth"), this.line("others", { count: this.verdict.unshown })];
    if (this.trust.names.size > 0) lines.push(this.line("names"));
    return lines;
  }

  row(subject: Subject, action: SignedAction): Row {
    const { action: name, signer } = action.batch;
    const organisation = this.verdict.keys.get(signer)?.organisation ?? 0;
    return {
      subject: subject.id,
      of: say("subjects", subject.struct, this.language),
      action: name,
      hash: action.hash,
      act: say("actions", name, this.language),
      organisation,
      who: this.name(organisation),
      key: signer,
      claimedAt: timeOf(action.value.occurredAt as bigint),
      details: detailsOf(action),
    };
  }

  private subject(subject: Subject): string {
    const { seq = 0, holder = 0, flags = 0 } = this.verdict.records.get(nameOf(subject)) ?? {};
    const set = Object.entries(FLAGS).filter(([, bit]) => (flags & bit) !== 0);
    return this.line("subject", {
      what: say("subjects", subject.struct, this.language),
      id: subject.id.slice(0, 18),
      count: seq,
      holder: this.name(holder),
      flags: set.map(([flag]) => `, ${say("flags", flag, this.language)}`).join(""),
    });
  }

  private name(organisation: number): string {
    const number = this.line("organisation", { number: organisation });
    const name = this.trust.names.get(String(organisation));
    return name ? `${name} (${number})` : number;
  }

  private line(word: string, values: Readonly<Record<string, unknown>> = {}): string {
    return say("lines", word, this.language, values);
  }
}

function detailsOf({ opening, value }: SignedAction): [path: string, value: string][] {
  const schema = SCHEMAS.get(Number(value.schema));
  return (opening?.leaves ?? []).map((leaf) => [schema?.fields[leaf.index]?.path ?? `#${leaf.index}`, shown(leaf)]);
}

/** A value as text. What its author committed to may be any bytes: those that are no text are shown as they are. */
function shown(leaf: Leaf): string {
  try {
    return String((leaf.tag === TAGS.json ? textOf(leaf) : decodeValue(leaf)) ?? "");
  } catch (error) {
    if (error instanceof TypedDataError) return leaf.value;
    throw error;
  }
}

/** A moment in Unix seconds. */
function timeOf(moment: bigint): string {
  const date = new Date(Number(moment) * 1000);
  // Beyond what a calendar here knows, the number itself; the last year is that of Python.
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999) return `${moment} s`;
  return date.toISOString().replace("T", " ").replace(".000Z", " UTC");
}
