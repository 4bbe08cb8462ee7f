import { useState } from "react";
import type { Need, Provider, Suggestion } from "../api/models";
import { codeInWords } from "../i18n/codes";
import { useSpeech } from "../i18n/context";
import { Reasons } from "./Reasons";
import { distanceInWords } from "./reasons";
import { ScoreBar } from "./ScoreBar";

interface Props {
  suggestion: Suggestion;
  need: Need;
  provider: Provider | undefined;
  unitsLeft: number;
  isOpen: boolean;
  isBusy: boolean;
  isHighlighted: boolean;
  onToggle: () => void;
  onHighlight: (providerId: string | null) => void;
  /** Absent while the need takes no offers. */
  onOffer: ((units: number) => void) | undefined;
}

export function SuggestionCard(props: Props) {
  const { suggestion, need, provider, unitsLeft, isOpen, isBusy, onOffer } = props;
  const { t, f } = useSpeech();
  const most = Math.min(unitsLeft, suggestion.remaining_units);
  const [chosen, setChosen] = useState<number | null>(null);
  const units = need.is_indivisible ? unitsLeft : Math.min(chosen ?? most, most);
  const reasonsId = `reasons-${suggestion.provider_id}`;
  return (
    <li
      className={`suggestion ${props.isHighlighted ? "highlighted" : ""}`}
      data-provider={suggestion.provider_id}
      onMouseEnter={() => props.onHighlight(suggestion.provider_id)}
      onMouseLeave={() => props.onHighlight(null)}
      onFocus={() => props.onHighlight(suggestion.provider_id)}
    >
      <div className="suggestion-head">
        <span className="rank">{suggestion.rank}</span>
        <h4>{suggestion.name}</h4>
        <strong className="score">
          <span className="visually-hidden">
            {t("suggestions.score", { score: f.score(suggestion.score) })}
          </span>
          <span aria-hidden="true">{f.score(suggestion.score)}</span>
        </strong>
      </div>
      <ScoreBar suggestion={suggestion} />
      <div className="suggestion-foot">
        <span className="hint">
          {codeInWords(t, "kind", suggestion.kind)} · {distanceInWords(suggestion.distance_km, t, f)} ·{" "}
          <span>{t("suggestions.free", { free: suggestion.remaining_units })}</span>
        </span>
        <button
          type="button"
          className="quiet"
          aria-expanded={isOpen}
          aria-controls={reasonsId}
          aria-label={t("suggestions.why_provider", { name: suggestion.name })}
          onClick={props.onToggle}
        >
          {t("suggestions.why")}
        </button>
        {onOffer !== undefined && !need.is_indivisible && most > 1 && (
          <input
            type="number"
            className="units-input"
            aria-label={t("act.units", { name: suggestion.name })}
            min={1}
            max={most}
            value={units}
            onChange={(event) => setChosen(Math.max(1, Math.min(most, Number(event.target.value) || 1)))}
          />
        )}
        {onOffer !== undefined && (
          <button
            type="button"
            className={suggestion.rank === 1 ? "primary" : ""}
            disabled={isBusy}
            aria-label={t("act.offer_to", { name: suggestion.name })}
            onClick={() => onOffer(units)}
          >
            {t("act.offer")}
          </button>
        )}
      </div>
      <div id={reasonsId} hidden={!isOpen}>
        {isOpen && <Reasons suggestion={suggestion} need={need} provider={provider} />}
      </div>
    </li>
  );
}
