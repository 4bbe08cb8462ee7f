import { useState } from "react";
import type { Need, Provider, Suggestion, SuggestionAnswer } from "../api/models";
import { isOpen } from "../domain/needs";
import { useSpeech } from "../i18n/context";
import { SuggestionCard } from "./SuggestionCard";

interface Props {
  need: Need;
  answer: SuggestionAnswer;
  listed: readonly Suggestion[];
  isTrial: boolean;
  providers: ReadonlyMap<string, Provider>;
  unitsLeft: number;
  isBusy: boolean;
  highlighted: string | null;
  onHighlight: (providerId: string | null) => void;
  onOffer: (suggestion: Suggestion, units: number) => void;
}

/** The ranked providers; the reasons of the first one are open. */
export function SuggestionList(props: Props) {
  const { need, answer, listed, unitsLeft } = props;
  const { t } = useSpeech();
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const canOffer = unitsLeft > 0 && isOpen(need);
  const toggle = (id: string) =>
    setToggled((now) => {
      const next = new Set(now);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  return (
    <section className="suggestions" aria-labelledby="suggestions-heading">
      <h3 id="suggestions-heading" tabIndex={-1}>
        {t("suggestions.heading")}
        {props.isTrial && <span className="mark trial">{t("trial.badge")}</span>}
      </h3>
      {answer.is_stale && <p role="status">{t("suggestions.stale")}</p>}
      {unitsLeft === 0 && listed.length > 0 && <p className="hint">{t("suggestions.covered")}</p>}
      {listed.length === 0 && unitsLeft > 0 && answer.considered !== null && (
        <p className="empty">{t("suggestions.none")}</p>
      )}
      <ol>
        {listed.map((suggestion) => (
          <SuggestionCard
            key={suggestion.provider_id}
            suggestion={suggestion}
            need={need}
            provider={props.providers.get(suggestion.provider_id)}
            unitsLeft={unitsLeft}
            isOpen={toggled.has(suggestion.provider_id) !== (suggestion.rank === 1 && canOffer)}
            isBusy={props.isBusy}
            isHighlighted={props.highlighted === suggestion.provider_id}
            onToggle={() => toggle(suggestion.provider_id)}
            onHighlight={props.onHighlight}
            onOffer={canOffer ? (units) => props.onOffer(suggestion, units) : undefined}
          />
        ))}
      </ol>
    </section>
  );
}
