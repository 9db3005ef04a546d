/** What the page says beside the verdict, whose words are in `verifier/words.json`. */
import { fill, type Language, type Values } from "./words";

type Sentence = Readonly<Record<Language, string>>;

export const PAGE = {
  title: { zh: "证据核验", en: "Check evidence" },
  platform: { zh: "溯源", en: "Suyuan" },
  offline: {
    zh: "本页离线工作：您选择的文件不会离开这台设备，也不询问任何人的服务器。",
    en: "This page works offline: the files you choose stay on this device, and nobody's server is asked.",
  },
  trust: { zh: "信任文件", en: "Trust file" },
  trustHint: {
    zh: "您对这条链的了解。请向园区管委会或见证人索取，不要用交给您证据的人提供的。",
    en: "What you know of the chain. Get it from the authority or a witness, not from whoever gave you the evidence.",
  },
  evidence: { zh: "证据文件", en: "Evidence file" },
  evidenceHint: { zh: "要核验的文件。", en: "The file to check." },
  trustChoose: { zh: "选择文件，或拖到此处", en: "Choose a file, or drop it here" },
  evidenceChoose: { zh: "选择文件，或拖到本页任意处", en: "Choose a file, or drop it anywhere on this page" },
  oneAtATime: {
    zh: "请一次放入一个文件：信任文件放到它自己的框里。",
    en: "One file at a time, please: the trust file into its own frame.",
  },
  misplacedTrust: {
    zh: "这是一份信任文件。如果它来自您信任的人，请放到信任文件的框里。",
    en: "This is a trust file. If it is from somebody you trust, choose it in the frame of the trust file.",
  },
  checking: { zh: "正在核验……", en: "Checking…" },
  waitsForTrust: { zh: "还需要信任文件。", en: "The trust file is still needed." },
  waitsForEvidence: { zh: "还需要证据文件。", en: "The evidence file is still needed." },
  valid: { zh: "有效", en: "Valid" },
  validMeans: {
    zh: "下列“已证明”的内容不依赖于给您文件的人，也不依赖于平台。",
    en: "What is listed as proven rests neither on whoever gave you the file nor on the platform.",
  },
  mind: { zh: "请注意，所证内容中有：{flags}。", en: "Mind what is proven: {flags}." },
  and: { zh: "、", en: ", " },
  corrected: {
    zh: "有对该记录的更正，见下",
    en: "there is a correction of this record, see below",
  },
  corrections: {
    zh: "有 {count} 项更正，见下列记录。",
    en: "Corrections, see the records below: {count}.",
  },
  doubtful: { zh: "有效，但有存疑之处", en: "Valid, with doubts" },
  refused: { zh: "无效", en: "Not valid" },
  refusedMeans: { zh: "这份文件什么也没有证明。", en: "This file proves nothing." },
  unusable: { zh: "信任文件无法使用", en: "The trust file cannot be used" },
  unusableMeans: {
    zh: "证据还没有核验。请向管委会或见证人重新索取信任文件。",
    en: "The evidence was not checked. Ask the authority or a witness for the trust file again.",
  },
  failed: { zh: "本页出错，没有得出结论：", en: "This page failed; there is no verdict:" },
  precisely: { zh: "具体位置", en: "Precisely" },
  trusting: {
    zh: "以信任文件为准：第 {chain} 号链，{threshold} 位见证人（共列 {witnesses} 位）。",
    en: "Judged by the trust file: chain {chain}, {threshold} of {witnesses} witnesses.",
  },
  fingerprint: { zh: "信任文件的 SHA-256", en: "SHA-256 of the trust file" },
  more: { zh: "其余 {count} 项", en: "{count} more" },
  who: { zh: "谁", en: "Who" },
  what: { zh: "做了什么", en: "What" },
  when: { zh: "声称的时间", en: "When (claimed)" },
  key: { zh: "密钥", en: "key" },
  provenance: {
    zh: "本页本身也应来自您信任的人，而不是交给您证据的人。",
    en: "Have this page, too, from somebody you trust, not from whoever gave you the evidence.",
  },
} as const satisfies Readonly<Record<string, Sentence>>;

/** A sentence of the page, filled in. */
export function tell(word: keyof typeof PAGE, language: Language, values: Values = {}): string {
  return fill(PAGE[word][language], values);
}
