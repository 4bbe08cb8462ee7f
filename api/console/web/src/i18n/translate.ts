import { IntlMessageFormat } from "intl-messageformat";
import { MESSAGES, type MessageKey } from "./messages";

export const LANGUAGES = ["zh-CN", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
export type Values = Record<string, string | number>;
export type Translate = (key: MessageKey, values?: Values) => string;

const COLUMN: Record<Language, 0 | 1> = { en: 0, "zh-CN": 1 };

/** Make the function that says things in one language; each message is compiled when first said. */
export function translator(language: Language): Translate {
  const compiled = new Map<MessageKey, IntlMessageFormat>();
  return (key, values) => {
    let message = compiled.get(key);
    if (message === undefined) {
      message = new IntlMessageFormat(MESSAGES[key][COLUMN[language]], language);
      compiled.set(key, message);
    }
    return String(message.format(values));
  };
}

/** The language that was chosen before, else the best of those that the browser names. */
export function preferredLanguage(chosen: string | null, named: readonly string[]): Language {
  const known = LANGUAGES.find((language) => language === chosen);
  if (known !== undefined) return known;
  const first = named
    .map((each) => each.toLowerCase().split("-")[0])
    .find((each) => each === "zh" || each === "en");
  return first === "en" ? "en" : "zh-CN";
}
