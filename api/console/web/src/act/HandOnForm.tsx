import { useId } from "react";
import type { Referral, Suggestion } from "../api/models";
import { useSpeech } from "../i18n/context";
import type { Move } from "./api";
import { endsWhenHandedOn, type Step } from "./moves";

interface Props {
  referral: Referral;
  suggestions: readonly Suggestion[];
  onCancel: () => void;
  onMove: (step: Step, rest: Partial<Move>) => void;
}

/** Ask another provider in the place of this one. */
export function HandOnForm({ referral, suggestions, onCancel, onMove }: Props) {
  const { t, f } = useSpeech();
  const id = useId();
  const others = suggestions.filter(
    (each) => each.provider_id !== referral.provider_id && each.remaining_units > 0,
  );
  if (others.length === 0) return <p className="hint">{t("act.nobody")}</p>;
  return (
    <form
      className="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        const chosen = String(new FormData(event.currentTarget).get("provider"));
        const free = others.find((each) => each.provider_id === chosen)?.remaining_units ?? referral.units;
        onMove(endsWhenHandedOn(referral), {
          reason: "handed_on",
          handOn: { providerId: chosen, units: Math.min(referral.units, free) },
        });
      }}
    >
      <label htmlFor={id}>{t("act.hand_on_to")}</label>
      {/* biome-ignore lint/a11y/noAutofocus: the form opens at the button that was pressed for it */}
      <select id={id} name="provider" autoFocus>
        {others.map((each) => (
          <option key={each.provider_id} value={each.provider_id}>
            {`${each.name} · ${f.score(each.score)}`}
          </option>
        ))}
      </select>
      <button type="submit" className="primary">
        {t("act.confirm")}
      </button>
      <button type="button" className="quiet" onClick={onCancel}>
        {t("app.cancel")}
      </button>
      <p className="hint">{t("act.hand_on_hint")}</p>
    </form>
  );
}
