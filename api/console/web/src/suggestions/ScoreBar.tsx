import type { FactorName, Suggestion } from "../api/models";
import { useSpeech } from "../i18n/context";
import { FACTORS } from "./weights";

/** One stretch for each factor; together they are as long as the score. */
export function ScoreBar({ suggestion }: { suggestion: Suggestion }) {
  const { t, f } = useSpeech();
  const parts = FACTORS.map((name) => ({ name, part: suggestion.factors[name] })).filter(
    ({ part }) => part !== undefined && part.contribution > 0,
  );
  const told = parts.map(({ name, part }) => `${t(`factor.${name}`)} ${f.score(part?.contribution ?? 0)}`);
  return (
    <div
      className="score-bar"
      role="img"
      aria-label={t("suggestions.adds", { score: f.score(suggestion.score), parts: f.list(told) })}
    >
      {parts.map(({ name, part }) => (
        <span
          key={name}
          className={`factor-${name}`}
          style={{ width: `${(part?.contribution ?? 0) * 100}%` }}
          title={partInWords(name)}
        />
      ))}
    </div>
  );

  function partInWords(name: FactorName): string {
    const part = suggestion.factors[name];
    return t("suggestions.part", {
      factor: t(`factor.${name}`),
      weight: f.decimal(part?.weight ?? 0),
      value: f.score(part?.value ?? 0),
      contribution: f.score(part?.contribution ?? 0),
    });
  }
}
