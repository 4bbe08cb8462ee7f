import type { SuggestionAnswer } from "../api/models";
import { useNames } from "../api/places";
import { useSpeech } from "../i18n/context";
import type { MessageKey } from "../i18n/messages";
import { gapsInWords } from "./reasons";

/** Why there are not more: what held the others back, and who is one change away. */
export function Others({ answer }: { answer: SuggestionAnswer }) {
  const { t, f } = useSpeech();
  const names = useNames();
  const { considered, rejected, near_misses: near } = answer;
  if (considered === null || rejected === null || near === null) return null;
  const rules = Object.entries(rejected).filter(([, count]) => count > 0);
  const eligible = considered - rules.reduce((sum, [, count]) => sum + count, 0);
  const most = Math.max(1, ...rules.map(([, count]) => count));
  return (
    <details className="others" open={answer.suggestions.length === 0}>
      <summary>{t("others.heading")}</summary>
      <p>{t("others.considered", { considered: f.whole(considered), suggested: f.whole(eligible) })}</p>
      <table className="bars">
        <thead>
          <tr>
            <th scope="col">{t("others.rejected")}</th>
            <th scope="col" className="number">
              {t("others.providers")}
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map(([rule, count]) => (
            <tr key={rule}>
              <th scope="row">{t(`rule.${rule}` as MessageKey)}</th>
              <td className="number">
                <span className="stretch" aria-hidden="true" style={{ width: `${(count / most) * 90}px` }} />
                {f.whole(count)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <h4>{t("others.near")}</h4>
      {near.length === 0 && <p className="hint">{t("others.none")}</p>}
      <ul className="near-misses">
        {near.map((miss) => (
          <li key={miss.provider_id}>
            <strong>{miss.name}</strong> <span className="mark">{t(`rule.${miss.reason}`)}</span>
            <br />
            {[
              gapsInWords(miss.reason, miss.gaps, names, t, f),
              t("suggestions.score", { score: f.score(miss.score) }),
            ]
              .filter((words) => words !== "")
              .join(" · ")}
          </li>
        ))}
      </ul>
    </details>
  );
}
