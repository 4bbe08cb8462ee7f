import { MESSAGES, type MessageKey } from "./messages";
import type { Translate } from "./translate";

const SETS = { kind: "kind.", hardship: "hardship.", district: "district.", role: "role." };

/** A code of an open set in words, or as it is if the console does not know it. */
export function codeInWords(t: Translate, set: keyof typeof SETS, code: string): string {
  const key = SETS[set] + code;
  return key in MESSAGES ? t(key as MessageKey) : code;
}
