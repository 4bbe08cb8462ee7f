import type { Intents } from "../act/intent";
import type { AcceptanceOutcome } from "../api/models";
import { post } from "../api/typed";
import type { Formats } from "../i18n/formats";
import type { Translate } from "../i18n/translate";

export interface Assignment {
  need_id: string;
  provider_id: string;
}

/** What came of what was sent; nothing is said of what there is none of. */
export function acceptedInWords(held: number, refused: number, t: Translate, f: Formats): string {
  if (held === 0) return t("plan.accepted_none");
  return refused === 0
    ? t("plan.accepted_all", { held: f.whole(held) })
    : t("plan.accepted", { held: f.whole(held), refused: f.whole(refused) });
}

const AT_ONCE = 100;

export const keyOf = ({ need_id, provider_id }: Assignment) => `${need_id} ${provider_id}`;

/** So many at a time, but never the providers of one need apart: they are asked together or not at all. */
export function chunks<T extends Assignment>(assignments: readonly T[], most: number = AT_ONCE): T[][] {
  const byNeed = new Map<string, T[]>();
  for (const each of assignments) byNeed.set(each.need_id, [...(byNeed.get(each.need_id) ?? []), each]);
  const found: T[][] = [];
  for (const together of byNeed.values()) {
    const last = found.at(-1);
    if (last === undefined || last.length + together.length > most) found.push(together);
    else last.push(...together);
  }
  return found;
}

/** Accept parts of a plan, so many at a time, each part under a key of its own. What is told stays told if the line breaks. */
export async function accept(
  planId: string,
  assignments: readonly Assignment[],
  book: Intents,
  told: (outcomes: AcceptanceOutcome[]) => void,
): Promise<void> {
  for (const part of chunks(assignments)) {
    const description = `${planId}\n${part.map(keyOf).join("\n")}`;
    const given = {
      path: { id: planId },
      body: { assignments: part.map(({ need_id, provider_id }) => ({ need_id, provider_id })) },
    };
    const answer = await book.run(description, (key) => post("/v1/plans/{id}/acceptance", given, { key }));
    if (answer !== null) told(answer.outcomes);
  }
}
