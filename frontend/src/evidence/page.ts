/** The page that checks a dropped file, without a server. Built into one file by `evidencePage.mjs`. */
import { sha256 } from "@noble/hashes/sha2";
import { bytesToHex } from "viem";

import { SIZE_MAX } from "./canonical";
import { element, harmless } from "./element";
import { judge, type Outcome } from "./judge";
import { tell } from "./pageWords";
import { view } from "./view";
import { LANGUAGES, type Language } from "./words";

type Role = "trust" | "evidence";

interface Chosen {
  readonly name: string;
  readonly data: Uint8Array;
}

/** What is said while there is no outcome. */
interface Note {
  readonly word: "checking" | "waitsForTrust" | "waitsForEvidence" | "oneAtATime" | "misplacedTrust" | "failed";
  readonly more: string;
}

/** What a language calls itself. */
const OWN_NAMES: Readonly<Record<Language, string>> = { zh: "中文", en: "English" };

class Page {
  private language: Language = navigator.language.startsWith("zh") ? "zh" : "en";
  private readonly chosen = new Map<Role, Chosen>();
  private outcome: Outcome | undefined;
  private note: Note | undefined;
  /** Tells the answer to the last question from one that comes late. */
  private question = 0;

  // Stays in the document: a region that comes with its words in it is not read aloud.
  private readonly status = element("div", { role: "status" });
  private readonly above = element("div");
  private readonly below = element("div");

  start(root: HTMLElement): void {
    root.append(this.above, this.status, this.below);
    document.addEventListener("dragover", (event) => {
      event.preventDefault();
      document.body.classList.add("dropping");
    });
    document.addEventListener("dragleave", () => document.body.classList.remove("dropping"));
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      document.body.classList.remove("dropping");
      const place = event.target instanceof Element ? event.target.closest("label")?.querySelector("input")?.id : "";
      void this.take(Array.from(event.dataTransfer?.files ?? []), place === "trust" ? "trust" : "evidence");
    });
    this.show();
  }

  /**
   * Takes a file for what it was given as, never for what it says it is: else a trust file of the cheat's own, given
   * among the evidence, would take the place of the reader's.
   */
  private async take(files: readonly File[], role: Role): Promise<void> {
    const [file, ...others] = files;
    if (file === undefined) return;
    const question = ++this.question;
    try {
      if (others.length > 0) return this.showNote("oneAtATime");
      // One byte more than any good file has is enough to refuse it.
      const data = new Uint8Array(await file.slice(0, SIZE_MAX + 1).arrayBuffer());
      if (question !== this.question) return;
      if (role === "evidence" && isTrust(data)) return this.showNote("misplacedTrust");
      this.chosen.set(role, { name: file.name, data });
      await this.answer(question);
    } catch (error) {
      if (question === this.question) this.showNote("failed", String(error));
    }
  }

  private async answer(question: number): Promise<void> {
    const trust = this.chosen.get("trust");
    const evidence = this.chosen.get("evidence");
    if (trust === undefined) return this.showNote("waitsForTrust");
    if (evidence === undefined) return this.showNote("waitsForEvidence");
    this.showNote("checking");
    // The word must be on the screen before the check takes the thread.
    await new Promise((resolve) => setTimeout(resolve, 30));
    const outcome = await judge(evidence.data, trust.data);
    if (question !== this.question) return;
    this.outcome = outcome;
    this.note = undefined;
    this.show();
  }

  private showNote(word: Note["word"], more = ""): void {
    this.outcome = undefined;
    this.note = { word, more };
    this.show();
  }

  private show(): void {
    const { language } = this;
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = `${tell("title", language)} · ${tell("platform", language)}`;
    const focused = document.activeElement?.id ?? "";
    this.above.replaceChildren(this.header(), this.files());
    this.showOutcome();
    document.getElementById(focused)?.focus();
  }

  private header(): HTMLElement {
    const buttons = LANGUAGES.map((language) => {
      const isOn = String(language === this.language);
      const attributes = { type: "button", id: language, "aria-pressed": isOn, lang: language };
      const button = element("button", attributes, OWN_NAMES[language]);
      button.addEventListener("click", () => this.speak(language));
      return button;
    });
    const platform = element("small", {}, ` · ${tell("platform", this.language)}`);
    const title = element("h1", {}, tell("title", this.language), platform);
    return element("header", {}, title, element("div", {}, ...buttons));
  }

  private speak(language: Language): void {
    this.language = language;
    this.show();
  }

  private files(): HTMLElement {
    const intro = element("p", { class: "faint" }, tell("offline", this.language));
    const both = element("div", { class: "files" }, this.file("trust"), this.file("evidence"));
    return element("section", {}, intro, both);
  }

  private file(role: Role): HTMLElement {
    const chosen = this.chosen.get(role);
    const name = chosen === undefined ? tell(`${role}Choose`, this.language) : harmless(chosen.name);
    const input = element("input", { type: "file", id: role, accept: ".json,application/json" });
    input.addEventListener("change", () => void this.take(Array.from(input.files ?? []), role));
    return element(
      "label",
      { class: chosen === undefined ? "file" : "file chosen" },
      element("strong", {}, tell(role, this.language)),
      element("span", { class: "faint" }, tell(`${role}Hint`, this.language)),
      element("span", { class: "name" }, name),
      input,
    );
  }

  private showOutcome(): void {
    const provenance = element("p", { class: "faint" }, tell("provenance", this.language));
    const trust = this.chosen.get("trust");
    if (this.outcome === undefined || trust === undefined) {
      const note = this.note === undefined ? "" : `${tell(this.note.word, this.language)} ${this.note.more}`;
      this.status.replaceChildren(element("p", {}, note));
      this.below.replaceChildren(provenance);
      return;
    }
    const { verdict, below } = view(this.outcome, bytesToHex(sha256(trust.data)).slice(2), this.language);
    this.status.replaceChildren(verdict);
    this.below.replaceChildren(...below, provenance);
  }
}

/** Whether a file says near its beginning that it is a trust file. No evidence file can: its texts have no such sign. */
function isTrust(data: Uint8Array): boolean {
  return new TextDecoder().decode(data.subarray(0, 4096)).includes('"suyuan-trust/');
}

const root = document.getElementById("page");
if (root !== null) new Page().start(root);
