import type { Need } from "../api/models";
import { readNeed, sendOffer } from "./api";
import type { Intents } from "./intent";

export interface Part {
  providerId: string;
  units: number;
}

export type PartState = "waits" | "held" | { error: unknown };

/**
 * Ask one provider after the other, for each offer changes the need's revision. The first that fails ends it, and
 * what is held stays held: each part can be undone by itself. Repeated, it goes on with the parts that are left.
 */
export async function sendParts(
  need: Need,
  parts: readonly Part[],
  book: Intents,
  told: (providerId: string, state: PartState) => void,
): Promise<boolean> {
  for (const part of parts) told(part.providerId, "waits");
  for (const part of parts) {
    try {
      const { revision } = await readNeed(need.id);
      const offer = { needId: need.id, needRevision: revision, ...part };
      await book.run(`${part.providerId} ${part.units}`, (key) => sendOffer(offer, key));
      told(part.providerId, "held");
    } catch (error) {
      told(part.providerId, { error });
      return false;
    }
  }
  return true;
}
