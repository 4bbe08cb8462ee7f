import type { ReasonCode, Referral, ReferralStatus } from "../api/models";

/** Reasons that make sense for a step; a step without an entry needs none. */
export const REASONS: Partial<Record<ReferralStatus, readonly ReasonCode[]>> = {
  rejected: ["declined", "no_capacity", "not_eligible", "not_reachable", "other"],
  "on-hold": ["waiting_for_resident", "waiting_for_provider", "other"],
  failed: ["no_show", "not_reachable", "unsafe", "other"],
  cancelled: ["withdrawn", "served_otherwise", "duplicate", "other"],
};

export type Step = Exclude<ReferralStatus, "draft" | "entered-in-error">;

const STEPS: readonly Step[] = [
  "accepted",
  "requested",
  "in-progress",
  "completed",
  "rejected",
  "on-hold",
  "failed",
  "cancelled",
];

const LIVE = new Set<ReferralStatus>(["draft", "requested", "accepted", "in-progress", "on-hold"]);

export const isLive = (referral: Pick<Referral, "status">) => LIVE.has(referral.status);

/** The steps that a referral may take, in the order in which they are mostly needed. */
export function stepsOf(referral: Pick<Referral, "status" | "may_become">): Step[] {
  // What was asked and has not been answered is undone, not called off.
  return STEPS.filter(
    (step) =>
      referral.may_become.includes(step) && !(referral.status === "requested" && step === "cancelled"),
  );
}

/** How a referral ends when the next provider is asked in its place. */
export const endsWhenHandedOn = (referral: Pick<Referral, "status">): Step =>
  referral.status === "requested" ? "rejected" : "cancelled";

/** Whether the hold still runs, so that the offer can be taken back. */
export function isWithinHold(referral: Pick<Referral, "status" | "expires_at">, now: number): boolean {
  return (
    referral.status === "requested" && (referral.expires_at === null || Date.parse(referral.expires_at) > now)
  );
}

/** Units of a need that no referral holds or has served. */
export function unitsLeft(units: number, referrals: readonly Pick<Referral, "status" | "units">[]): number {
  const taken = referrals.filter(
    (each) => each.status === "completed" || (isLive(each) && each.status !== "draft"),
  );
  return Math.max(0, units - taken.reduce((sum, each) => sum + each.units, 0));
}

/** Share the open units out, to at least two providers if there are two: the best first, each at most half to begin with. */
export function split(left: number, free: readonly { id: string; units: number }[]): Map<string, number> {
  const given = new Map<string, number>();
  let rest = left;
  for (const most of [Math.ceil(left / 2), left]) {
    for (const { id, units } of free) {
      const part = Math.min(rest, Math.min(units, most) - (given.get(id) ?? 0));
      if (part > 0) given.set(id, (given.get(id) ?? 0) + part);
      rest -= Math.max(0, part);
    }
  }
  return given;
}

/** The live referral that somebody made after we last looked: what a conflict is about. */
export function takenBy(
  seen: readonly Pick<Referral, "id">[],
  found: readonly Referral[],
): Referral | undefined {
  const known = new Set(seen.map((each) => each.id));
  return found
    .filter((each) => isLive(each) && !known.has(each.id))
    .sort((one, other) => Date.parse(other.created_at) - Date.parse(one.created_at))[0];
}
