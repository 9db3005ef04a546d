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

/** What a language calls itself. */
const OWN_NAMES: Readonly<Record<Language, string>> = { zh: "中文", en: "English" };

class Page {
  private language: Language = navigator.language.startsWith("zh") ? "zh" : "en";
  private readonly chosen = new Map<Role, Chosen>();
  private outcome: Outcome | undefined;
  private note: string | undefined;
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
      void this.take(Array.from(event.dataTransfer?.files ?? []));
    });
    this.show();
  }

  /** Takes files, each for what it says it is unless its place says so. */
  private async take(files: readonly File[], place?: Role): Promise<void> {
    if (files.length === 0) return;
    const question = ++this.question;
    this.outcome = undefined;
    try {
      for (const file of files) {
        // One byte more than any good file has is enough to refuse it.
        const data = new Uint8Array(await file.slice(0, SIZE_MAX + 1).arrayBuffer());
        this.chosen.set(place ?? roleOf(data), { name: file.name, data });
      }
      await this.answer(question);
    } catch (error) {
      this.note = `${tell("failed", this.language)}: ${String(error)}`;
      this.show();
    }
  }

  private async answer(question: number): Promise<void> {
    const { trust, evidence } = Object.fromEntries(this.chosen);
    this.note = tell(trust ? (evidence ? "checking" : "waitsForEvidence") : "waitsForTrust", this.language);
    this.show();
    if (trust === undefined || evidence === undefined) return;
    // The word that it is being checked must be on the screen before the check takes the thread.
    await new Promise((resolve) => setTimeout(resolve, 30));
    const outcome = await judge(evidence.data, trust.data);
    if (question !== this.question) return;
    this.outcome = outcome;
    this.note = undefined;
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
    if (this.outcome === undefined && this.note !== undefined) void this.answer(++this.question);
    else this.show();
  }

  private files(): HTMLElement {
    const intro = element("p", { class: "faint" }, tell("offline", this.language));
    const both = element("div", { class: "files" }, this.file("trust"), this.file("evidence"));
    return element("section", {}, intro, both);
  }

  private file(role: Role): HTMLElement {
    const chosen = this.chosen.get(role);
    const input = element("input", { type: "file", id: role, accept: ".json,application/json" });
    input.addEventListener("change", () => void this.take(Array.from(input.files ?? []), role));
    return element(
      "label",
      { class: chosen === undefined ? "file" : "file chosen" },
      element("strong", {}, tell(role, this.language)),
      element("span", { class: "faint" }, tell(`${role}Hint`, this.language)),
      element("span", { class: "name" }, chosen === undefined ? tell("choose", this.language) : harmless(chosen.name)),
      input,
    );
  }

  private showOutcome(): void {
    const provenance = element("p", { class: "faint" }, tell("provenance", this.language));
    const trust = this.chosen.get("trust");
    if (this.outcome === undefined || trust === undefined) {
      this.status.replaceChildren(element("p", {}, this.note ?? ""));
      this.below.replaceChildren(provenance);
      return;
    }
    const { verdict, below } = view(this.outcome, bytesToHex(sha256(trust.data)).slice(2), this.language);
    this.status.replaceChildren(verdict);
    this.below.replaceChildren(...below, provenance);
  }
}

/** A file that says it is a trust file is taken for one; whatever else was dropped is to be checked. */
function roleOf(data: Uint8Array): Role {
  const beginning = new TextDecoder().decode(data.subarray(0, 1024 * 1024));
  return /"format"\s*:\s*"suyuan-trust\//.test(beginning) ? "trust" : "evidence";
}

const root = document.getElementById("page");
if (root !== null) new Page().start(root);
