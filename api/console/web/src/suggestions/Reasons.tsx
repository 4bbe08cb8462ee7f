import type { Need, Provider, Suggestion } from "../api/models";
import { useCategories, useSkills } from "../api/places";
import { useSpeech } from "../i18n/context";
import { factorInWords } from "./reasons";
import { FACTORS } from "./weights";

interface Props {
  suggestion: Suggestion;
  need: Need;
  provider: Provider | undefined;
}

/** The score as a sum, each factor in words. */
export function Reasons({ suggestion, need, provider }: Props) {
  const { t, f } = useSpeech();
  const skills = useSkills();
  const usualSkills = useCategories().byId.get(need.category_id)?.required_skills ?? [];
  const facts = { suggestion, need, usualSkills, provider, skillName: skills.nameOf };
  const rows = FACTORS.filter((name) => (suggestion.factors[name]?.weight ?? 0) > 0);
  return (
    <table className="reasons" aria-label={t("suggestions.why_provider", { name: suggestion.name })}>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">{t("suggestions.factor")}</th>
          <th scope="col">{t("suggestions.words")}</th>
          <th scope="col">{t("suggestions.counts")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((name) => {
          const part = suggestion.factors[name];
          return (
            <tr key={name}>
              <th scope="row">
                <span className={`swatch factor-${name}`} aria-hidden="true" />
                {t(`factor.${name}`)}
              </th>
              <td>{factorInWords(name, facts, t, f)}</td>
              <td className="number">
                <span className="hint">{`${f.decimal(part?.weight ?? 0)} × ${f.score(part?.value ?? 0)} =`}</span>{" "}
                {f.score(part?.contribution ?? 0)}
              </td>
            </tr>
          );
        })}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{t("suggestions.total")}</th>
          <td />
          <td className="number">
            <strong>{f.score(suggestion.score)}</strong>
          </td>
        </tr>
      </tfoot>
    </table>
  );
}
