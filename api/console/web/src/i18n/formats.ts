import type { Language } from "./translate";

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** Less than that cannot be told: clocks are compared in whole seconds, and times shown are renewed now and then. */
const JUST_MILLISECONDS = 10_000;

export type Formats = ReturnType<typeof formatsOf>;

/** How one language writes numbers, distances and times. */
export function formatsOf(language: Language) {
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const decimal = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const fixed3 = new Intl.NumberFormat(language, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
  const metres = new Intl.NumberFormat(language, { style: "unit", unit: "meter", maximumFractionDigits: 0 });
  const kilometres = new Intl.NumberFormat(language, {
    style: "unit",
    unit: "kilometer",
    maximumFractionDigits: 1,
  });
  const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const moment = new Intl.DateTimeFormat(language, {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "always", style: "short" });
  const atOnce = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  const list = new Intl.ListFormat(language, { type: "conjunction" });
  const since = (text: string, now: number) => {
    const seconds = Math.round((Date.parse(text) - now) / 1000);
    if (seconds === 0) return atOnce.format(0, "second");
    const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? (["second", 1] as const);
    return relative.format(Math.trunc(seconds / size), unit);
  };
  return {
    whole: (value: number) => whole.format(value),
    decimal: (value: number) => decimal.format(value),
    score: (value: number) => fixed3.format(value),
    percent: (value: number) => percent.format(value),
    distance: (km: number) => (km < 1 ? metres.format(Math.round(km * 1000)) : kilometres.format(km)),
    time: (text: string) => clock.format(new Date(text)),
    moment: (text: string) => moment.format(new Date(text)),
    /** How long ago, or how long until, in the largest unit that fits. */
    since,
    /** How long ago. What was done is never still to come, however clocks differ. */
    ago: (text: string, now: number) => {
      if (now - Date.parse(text) >= JUST_MILLISECONDS) return since(text, now);
      return language === "zh-CN" ? "刚刚" : "just now";
    },
    list: (texts: readonly string[]) => list.format(texts.filter((each) => each !== "")),
    /** Whole clauses, which may have commas of their own. */
    clauses: (texts: readonly string[]) => texts.join(language === "zh-CN" ? "；" : "; "),
  };
}
