import { useSpeech } from "../i18n/context";
import { FACTORS, type Weights } from "./weights";

interface Props {
  sliders: Weights;
  isMoved: boolean;
  isTrial: boolean;
  isExact: boolean;
  isRemote: boolean;
  onChange: (sliders: Weights) => void;
  onReset: () => void;
}

/** Weights to play with: nothing of it is stored. */
export function TrialWeights({ sliders, isMoved, isTrial, isExact, isRemote, onChange, onReset }: Props) {
  const { t, f } = useSpeech();
  const names = FACTORS.filter((name) => name !== "proximity" || !isRemote);
  const sum = names.reduce((total, name) => total + sliders[name], 0);
  return (
    <details className="trial-weights">
      <summary>{t("trial.heading")}</summary>
      {sum > 0 && (
        <p className="hint">
          <span className="mark trial">{t("trial.badge")}</span> {t("trial.hint")}
        </p>
      )}
      {names.map((name) => (
        <label key={name} className="slider">
          <span className={`swatch factor-${name}`} aria-hidden="true" />
          <span className="slider-name">{t(`factor.${name}`)}</span>
          <input
            type="range"
            min={0}
            max={100}
            value={sliders[name]}
            aria-valuetext={f.percent(sum === 0 ? 0 : sliders[name] / sum)}
            onChange={(event) => onChange({ ...sliders, [name]: Number(event.target.value) })}
          />
          <span className="number" aria-hidden="true">
            {f.percent(sum === 0 ? 0 : sliders[name] / sum)}
          </span>
        </label>
      ))}
      {sum === 0 && <p role="alert">{t("trial.zero")}</p>}
      {isTrial && (
        <p role="status" className="hint">
          {t(isExact ? "trial.exact" : "trial.rough")}
        </p>
      )}
      <button type="button" disabled={!isMoved} onClick={onReset}>
        {t("trial.reset")}
      </button>
    </details>
  );
}
