import type { PlanOutput } from "../api/models";
import { useSpeech } from "../i18n/context";

const SHOWN = 200;

/** The needs that are left over, and why. */
export function Unserved({ unserved }: { unserved: PlanOutput["unserved"] }) {
  const { t, f } = useSpeech();
  if (unserved.length === 0) return null;
  return (
    <details className="card">
      <summary>{t("plan.unserved", { count: f.whole(unserved.length) })}</summary>
      <ul className="unserved">
        {unserved.slice(0, SHOWN).map((each) => (
          <li key={each.need_id}>
            {each.urgency !== null && (
              <span className={`urgency urgency-${each.urgency}`}>{t(`urgency.${each.urgency}`)}</span>
            )}{" "}
            <a href={`/console/work?need=${encodeURIComponent(each.need_id)}`}>{each.need_id}</a>{" "}
            {t(`plan.unserved.${each.reason}`)}
          </li>
        ))}
      </ul>
    </details>
  );
}
