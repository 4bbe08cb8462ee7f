import { codeInWords } from "../i18n/codes";
import type { Translate } from "../i18n/translate";

const BAND = /^(\d+)-(\d+) km$/;
const BEYOND = /^over (\d+) km$/;

/** The name of a group of residents; bands of age are the same in all languages. */
export function groupInWords(t: Translate, grouping: string, group: string): string {
  if (grouping === "district" || grouping === "hardship") return codeInWords(t, grouping, group);
  const [, from, to] = BAND.exec(group) ?? [];
  if (from !== undefined && to !== undefined) return t("coverage.band", { from, to });
  const [, beyond] = BEYOND.exec(group) ?? [];
  return beyond === undefined ? group : t("coverage.beyond", { from: beyond });
}
