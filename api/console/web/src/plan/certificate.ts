import type { PlanOutput } from "../api/models";
import type { Formats } from "../i18n/formats";
import type { Translate } from "../i18n/translate";

export type Certified = Pick<PlanOutput["certificate"], "gap" | "is_most_served" | "is_proven">;

const LEAST_SHARE = 0.001;

export const isBest = ({ gap, is_proven }: Certified): boolean => is_proven || gap === 0;

/** How good a plan is. Where none serves more, the gap is a share of the score, which is never told as less than it is. */
export function certificateInWords(certificate: Certified, t: Translate, f: Formats): string {
  const { gap, is_most_served: isMostServed } = certificate;
  if (isBest(certificate)) return t("plan.proven");
  if (!isMostServed) return t("plan.unproven");
  return gap < LEAST_SHARE
    ? t("plan.most_served_nearly", { gap: f.percent(LEAST_SHARE) })
    : t("plan.most_served", { gap: f.percent(Math.ceil(gap / LEAST_SHARE) * LEAST_SHARE) });
}
