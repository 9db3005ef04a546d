/** Which subjects a file must show: what it is about says it, and nothing may be missing or beside it. */
import type { Hex } from "viem";

import { correctionId, holdingId, lotId } from "../signing/ids";
import type { Value } from "../signing/typedData";
import { type Evidence, HOLDING, type Subject } from "./evidence";
import { Refusal } from "./refusal";
import type { Record } from "./slots";
import type { LedgerName, Trust } from "./trust";

const EVENT = "RecordLotEvent";
/** The item roles input and source. */
const SOURCES: readonly unknown[] = [3n, 5n];

/** Something that may bear on a subject, and where in the file the subject stands. */
interface Bearing {
  readonly ledger: LedgerName;
  readonly id: Hex;
  readonly place: string;
}

type Item = Value & { readonly role: bigint; readonly holding: Holding };
type Holding = Value & Parameters<typeof holdingId>[0];
type RecordOf = (ledger: LedgerName, id: Hex, place: string) => Record | undefined;

/**
 * Throws `Refusal` `subject_missing` or `subject_unexpected`; returns how many holdings the events of the file name
 * without showing them.
 */
export function checkSubjects(evidence: Evidence, trust: Trust, recordOf: RecordOf): number {
  const shown = new Map(evidence.subjects.map((subject) => [nameOf(subject), subject]));
  const needed = new Set(evidence.roots.map(nameOf));
  for (const id of sources(evidence, shown)) needed.add(nameOf({ ledger: "Traceability", id }));
  const traced = evidence.subjects.filter((subject) => needed.has(nameOf(subject)));
  for (const bearing of traced.flatMap((subject) => bearings(subject, trust))) {
    const name = nameOf(bearing);
    if (needed.has(name) || recordOf(bearing.ledger, bearing.id, bearing.place) === undefined) continue;
    if (!shown.has(name)) throw missing(bearing.place, name);
    needed.add(name);
  }
  for (const subject of evidence.subjects) {
    if (needed.has(nameOf(subject))) continue;
    throw new Refusal("subject_unexpected", subject.place, "it follows from nothing the file is about");
  }
  return [...namedHoldings(evidence)].filter((name) => !needed.has(name)).length;
}

/** By what a subject is told from any other. */
export function nameOf({ ledger, id }: { readonly ledger: string; readonly id: Hex }): string {
  return `${id} of ${ledger}`;
}

/** The keys of the holdings a holding was made or split from: those its first action used. */
function sourcesOf(subject: Subject): Holding[] {
  const [first] = subject.trail;
  if (first?.batch.action !== EVENT) return [];
  return (first.value.items as readonly Item[])
    .filter(({ role, holding }) => SOURCES.includes(role) && holdingId(holding) !== subject.id)
    .map(({ holding }) => holding);
}

/** What may bear on a holding or order: its lot's recall, and a correction of each of its records. */
function bearings(subject: Subject, trust: Trust): Bearing[] {
  const { id, key, kind, ledger, place, trail } = subject;
  const found: Bearing[] = [];
  if (kind === HOLDING) {
    found.push({ ledger: "Recalls", id: lotId(key.maker as bigint, key.handle as Hex), place });
  }
  const { address } = trust.ledgers[ledger];
  for (const { hash } of trail) {
    found.push({ ledger: "Corrections", id: correctionId({ ledger: address, subject: id, corrects: hash }), place });
  }
  return found;
}

/** The ids of every holding up to `depth` away from the roots. Level by level: the nearest distance counts. */
function sources({ roots, depth }: Evidence, shown: ReadonlyMap<string, Subject>): Set<Hex> {
  let level = roots.filter(({ kind }) => kind === HOLDING);
  const found = new Set(level.map(({ id }) => id));
  for (let distance = 0; distance < depth; distance++) {
    const further: Subject[] = [];
    for (const subject of level) {
      for (const key of sourcesOf(subject)) {
        const id = holdingId(key);
        if (found.has(id)) continue;
        const name = nameOf({ ledger: "Traceability", id });
        const source = shown.get(name);
        if (source === undefined) throw missing(subject.place, name);
        found.add(id);
        further.push(source);
      }
    }
    if (further.length === 0) throw new Refusal("subject_missing", "about.depth", "there are no sources that deep");
    level = further;
  }
  return found;
}

function namedHoldings(evidence: Evidence): Set<string> {
  const events = evidence.actions.filter(({ batch }) => batch.action === EVENT);
  const items = events.flatMap(({ value }) => value.items as readonly Item[]);
  return new Set(items.map(({ holding }) => nameOf({ ledger: "Traceability", id: holdingId(holding) })));
}

function missing(place: string, name: string): Refusal {
  return new Refusal("subject_missing", place, `${name} bears on it and is not in the file`);
}
