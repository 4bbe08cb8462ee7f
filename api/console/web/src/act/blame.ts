import type { AuditEvent, Referral, Session } from "../api/models";
import { Problem } from "../api/problems";
import { codeInWords } from "../i18n/codes";
import type { Translate } from "../i18n/translate";
import { takenBy } from "./moves";

/** Who did what one has run into, and when. */
export type Act = Pick<
  AuditEvent,
  "actor" | "actor_name" | "role" | "action" | "recorded_at" | "object_kind" | "object_id"
>;

/** Refusals that speak of a provider's other work, which is not ours to look into. */
const ELSEWHERE = new Set(["capacity-exceeded", "provider-excluded"]);
/** That a call goes out or climbs changes nothing of a need. */
const CALLS = new Set(["need.pushed", "need.escalated"]);
const ACTED_ON = new Set(["Need", "Referral"]);
const SHOWN_OF_DIGEST = 6;

/** The referral that one has run into; of a need that is covered the newest one, whether it was seen before or not. */
export function inTheWay(
  error: unknown,
  seen: readonly Pick<Referral, "id">[],
  found: readonly Referral[],
): Referral | undefined {
  const isCovered = error instanceof Problem && error.type === "need-covered";
  return takenBy(isCovered ? [] : seen, found);
}

/** Whether somebody can be named for a refusal at all. */
export const isBlamed = (error: unknown) => !(error instanceof Problem && ELSEWHERE.has(error.type));

/** The act that made a thing or was the last on it, from the events of a need in the order of time. */
export function actBehind(events: readonly Act[], objectId: string, isMade: boolean): Act | undefined {
  return events.filter((each) => each.object_id === objectId).at(isMade ? 0 : -1);
}

/** The last act on a need or one of its referrals: what made a picture of it old. */
export function lastActOn(events: readonly Act[]): Act | undefined {
  return events.findLast((each) => ACTED_ON.has(each.object_kind) && !CALLS.has(each.action));
}

/** Whoever acted, by the subject of their credential: a person or a program, oneself, or the service. */
export function actorInWords(
  act: Pick<Act, "actor" | "actor_name" | "role">,
  session: Pick<Session, "subject">,
  t: Translate,
): string {
  if (act.actor === session.subject) return t("act.by_you");
  if (act.actor === "system") return t("act.by_service");
  const name = act.actor_name ?? act.actor.replace(/^(user|key):/, "");
  // Some identity providers know people by addresses: of these there is a digest, whose start tells one from another.
  const short = name.startsWith("~") ? name.slice(0, SHOWN_OF_DIGEST + 1) : name;
  return t("act.by", { name: short, role: codeInWords(t, "role", act.role) });
}
