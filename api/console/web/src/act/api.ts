import type { AuditEvent, ReasonCode, Referral } from "../api/models";
import { all } from "../api/pages";
import { get, post } from "../api/typed";
import type { Step } from "./moves";

const MOST_MILLISECONDS = 2_000;

export interface Offer {
  needId: string;
  needRevision: number;
  providerId: string;
  units: number;
}

export interface Move {
  referral: Referral;
  step: Step;
  reason: ReasonCode | null;
  handOn: { providerId: string; units: number } | null;
}

export const sendOffer = ({ needId, needRevision, providerId, units }: Offer, key: string) =>
  post(
    "/v1/needs/{id}/referrals",
    { path: { id: needId }, body: { provider_id: providerId, units } },
    { revision: needRevision, key },
  );

export const sendMove = ({ referral, step, reason, handOn }: Move, key: string) =>
  post(
    "/v1/referrals/{id}/transitions",
    {
      path: { id: referral.id },
      body: {
        status: step,
        reason,
        hand_on: handOn === null ? null : { provider_id: handOn.providerId, units: handOn.units },
      },
    },
    { revision: referral.revision, key },
  );

export const sendAcknowledgement = (needId: string, key: string) =>
  post("/v1/needs/{id}/acknowledgement", { path: { id: needId } }, { key });

export const readReferrals = (needId: string, signal?: AbortSignal): Promise<Referral[]> =>
  all((cursor) =>
    get(
      "/v1/needs/{id}/referrals",
      { path: { id: needId }, query: { limit: 100, cursor } },
      signal === undefined ? {} : { signal },
    ),
  );

/** What was done about a need and its referrals. It is said beside a refusal, which does not wait for it long. */
export function readEvents(needId: string): Promise<AuditEvent[]> {
  const signal = AbortSignal.timeout(MOST_MILLISECONDS);
  return all((cursor) =>
    get("/v1/audit-events", { query: { need_id: needId, limit: 100, cursor } }, { tries: 1, signal }),
  );
}

export const readNeed = (needId: string) => get("/v1/needs/{id}", { path: { id: needId } });
