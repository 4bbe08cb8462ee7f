import type { Intents } from "../act/intent";
import type { AcceptanceOutcome } from "../api/contract";
import { post } from "../api/typed";

export interface Assignment {
  need_id: string;
  provider_id: string;
}

const AT_ONCE = 100;

export const keyOf = ({ need_id, provider_id }: Assignment) => `${need_id} ${provider_id}`;

export function chunks<T>(items: readonly T[], size: number = AT_ONCE): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
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
    const given = { path: { id: planId }, body: { assignments: part } };
    const answer = await book.run(description, (key) => post("/v1/plans/{id}/acceptance", given, { key }));
    if (answer !== null) told(answer.outcomes);
  }
}
