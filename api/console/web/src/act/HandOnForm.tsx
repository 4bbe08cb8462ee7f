import type { Referral, Suggestion } from "../api/models";
import { useSpeech } from "../i18n/context";
import type { Move } from "./api";
import { InlineForm } from "./InlineForm";
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
  const others = suggestions.filter(
    (each) => each.provider_id !== referral.provider_id && each.remaining_units > 0,
  );
  if (others.length === 0) return <p className="hint">{t("act.nobody")}</p>;
  const handOn = (chosen: string) => {
    const free = others.find((each) => each.provider_id === chosen)?.remaining_units ?? referral.units;
    onMove(endsWhenHandedOn(referral), {
      reason: "handed_on",
      handOn: { providerId: chosen, units: Math.min(referral.units, free) },
    });
  };
  return (
    <InlineForm
      label={t("act.hand_on_to")}
      choices={others.map((each) => [each.provider_id, `${each.name} · ${f.score(each.score)}`])}
      hint={t("act.hand_on_hint")}
      onCancel={onCancel}
      onChoose={handOn}
    />
  );
}
