import type { ReasonCode, Referral } from "../api/models";
import type { Translate } from "../i18n/translate";

/** Reasons that say who ended a referral where its status alone would lay it on the provider. */
const TELLING: ReadonlySet<ReasonCode> = new Set(["handed_on", "undone", "expired"]);

/** Whether a reason says all there is to say, so that it stands in the place of the status. */
export const isTelling = (reason: ReasonCode | null): reason is "handed_on" | "undone" | "expired" =>
  reason !== null && TELLING.has(reason);

/** How a referral stands. */
export const statusInWords = (
  { status, reason }: Pick<Referral, "status" | "reason">,
  t: Translate,
): string => (isTelling(reason) ? t(`ended.${reason}`) : t(`referral.${status}`));
