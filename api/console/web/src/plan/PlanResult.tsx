import type { PlanOutput } from "../api/models";
import { useSpeech } from "../i18n/context";
import { Comparison } from "./Comparison";
import { certificateInWords, isBest } from "./certificate";
import { PlannedReferrals } from "./PlannedReferrals";
import { Unserved } from "./Unserved";

interface Props {
  id: string;
  plan: PlanOutput;
  /** The service does not have it any more, so that none of it can be accepted. */
  isGone: boolean;
}

export function PlanResult({ id, plan, isGone }: Props) {
  const { t, f } = useSpeech();
  const { certificate } = plan;
  return (
    <>
      <div className="cards">
        <section aria-labelledby="certificate-heading" className="card">
          <h3 id="certificate-heading">{t("plan.certificate")}</h3>
          <p className={isBest(certificate) ? "proven" : ""}>{certificateInWords(certificate, t, f)}</p>
          <p className="hint">
            {t("plan.checked", { pairs: f.whole(certificate.pairs), rounds: certificate.rounds })}
          </p>
          {plan.locked.length > 0 && (
            <p className="hint">{t("plan.locked", { count: plan.locked.length })}</p>
          )}
          <p className="hint">
            {t("plan.made", { when: f.moment(plan.made_at), revision: String(plan.graph_revision) })}
          </p>
        </section>
        <Comparison plan={plan} />
      </div>
      <PlannedReferrals planId={id} referrals={plan.referrals} isGone={isGone} />
      <Unserved unserved={plan.unserved} />
    </>
  );
}
