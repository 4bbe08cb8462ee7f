import type { QueryClient } from "@tanstack/react-query";
import type { QueueAnswer, Referral } from "../api/models";
import type { Move, Offer } from "./api";
import { referralsKey } from "./useReferrals";

export const PROVISIONAL = "provisional";

/** Show an offer as if it had been answered already. What the service says replaces it, also if it refuses. */
export function showOffer(queries: QueryClient, offer: Offer, now: number): void {
  const created = new Date(now).toISOString();
  const shown: Referral = {
    id: PROVISIONAL,
    need_id: offer.needId,
    provider_id: offer.providerId,
    status: "requested",
    units: offer.units,
    created_at: created,
    changed_at: null,
    expires_at: null,
    reason: null,
    part_of_id: null,
    is_synthetic: false,
    may_become: [],
    revision: 0,
  };
  queries.setQueryData<Referral[]>(referralsKey(offer.needId), (known = []) => [...known, shown]);
  queries.setQueriesData<QueueAnswer>({ queryKey: ["queue"] }, (answer) => offered(answer, offer));
}

export function showMove(queries: QueryClient, { referral, step, reason }: Move): void {
  queries.setQueryData<Referral[]>(referralsKey(referral.need_id), (known = []) =>
    known.map((each) => (each.id === referral.id ? { ...each, status: step, reason, may_become: [] } : each)),
  );
}

export function offered(answer: QueueAnswer | undefined, offer: Offer): QueueAnswer | undefined {
  if (answer === undefined) return undefined;
  const items = answer.items.map((item) =>
    item.need_id === offer.needId
      ? {
          ...item,
          state: item.state === "open" ? ("waiting" as const) : item.state,
          referral_status: item.referral_status ?? ("requested" as const),
          units_left: Math.max(0, item.units_left - offer.units),
          is_mine: true,
        }
      : item,
  );
  return { ...answer, items };
}

/** Read anew what an act may have changed. */
export function readAnew(queries: QueryClient, needId: string): Promise<unknown> {
  return Promise.all([
    queries.invalidateQueries({ queryKey: ["need", needId] }),
    queries.invalidateQueries({ queryKey: ["queue"] }),
    queries.invalidateQueries({ queryKey: ["map"] }),
    queries.invalidateQueries({ queryKey: ["provider"] }),
  ]);
}
