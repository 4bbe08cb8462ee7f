import type { AcceptanceOutcome, PlanOutput } from "../api/models";
import { useCategories } from "../api/places";
import { Problem } from "../api/problems";
import { useSpeech } from "../i18n/context";
import { useNeed, useProviders } from "../suggestions/queries";
import { wordsFor } from "../ui/Trouble";

interface Props {
  index: number;
  start: number;
  referral: PlanOutput["referrals"][number];
  outcome: AcceptanceOutcome | undefined;
  isChosen: boolean;
  isBusy: boolean;
  onChoose: (isOn: boolean) => void;
}

export function PlannedRow({ index, start, referral, outcome, isChosen, isBusy, onChoose }: Props) {
  const { t, f } = useSpeech();
  const categories = useCategories();
  const need = useNeed(referral.need_id).data;
  const provider = useProviders([referral.provider_id]).get(referral.provider_id);
  const name = provider?.name ?? referral.provider_id;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={`planned-row ${need === undefined ? "" : `urgency-${need.urgency}`}`}
      style={{ transform: `translateY(${start}px)` }}
    >
      <span role="cell">
        <input
          type="checkbox"
          aria-label={t("plan.choose", { need: referral.need_id, provider: name })}
          checked={isChosen && outcome === undefined}
          disabled={isBusy || outcome !== undefined}
          onChange={(event) => onChoose(event.target.checked)}
        />
      </span>
      <span role="cell">
        {need !== undefined && <span className="urgency">{t(`urgency.${need.urgency}`)}</span>}{" "}
        {need === undefined ? "" : categories.nameOf(need.category_id)}{" "}
        <a className="hint" href={`/console/work?need=${encodeURIComponent(referral.need_id)}`}>
          {referral.need_id}
        </a>
      </span>
      <span role="cell">{name}</span>
      <span role="cell" className="number">
        {f.whole(referral.units)}
      </span>
      <span role="cell" className="number">
        {distanceInWords()}
      </span>
      <span role="cell">{outcome !== undefined && outcomeInWords(outcome)}</span>
    </div>
  );

  function distanceInWords(): string {
    if (categories.byId.get(need?.category_id ?? "")?.is_remote) return t("plan.by_phone");
    return referral.distance_km === null ? "–" : f.distance(referral.distance_km);
  }

  function outcomeInWords({ is_held, problem, detail }: AcceptanceOutcome): string {
    if (is_held) return t("plan.held");
    const refusal = new Problem(409, problem?.split("/").at(-1) ?? "", detail ?? "", null);
    return t("plan.refused", { words: wordsFor(refusal, true, t) });
  }
}
