import { useEffect, useState } from "react";
import { unitsLeft } from "../act/moves";
import { Referrals } from "../act/Referrals";
import { SplitDialog } from "../act/SplitDialog";
import { statusInWords } from "../act/status";
import { type Conflict, TROUBLE_ID, useActs } from "../act/useActs";
import type { Need, Referral, Suggestion, SuggestionAnswer } from "../api/models";
import { useCategories } from "../api/places";
import { isOpen } from "../domain/needs";
import { useSpeech } from "../i18n/context";
import { NeedHead } from "../suggestions/NeedHead";
import { Others } from "../suggestions/Others";
import { useProviders } from "../suggestions/queries";
import { SuggestionList } from "../suggestions/SuggestionList";
import { TrialWeights } from "../suggestions/TrialWeights";
import { useRanking } from "../suggestions/useRanking";
import { WhyNot } from "../suggestions/WhyNot";
import { focusSoon } from "../ui/focus";
import { Trouble } from "../ui/Trouble";

interface Props {
  need: Need;
  answer: SuggestionAnswer;
  referrals: readonly Referral[];
  isOpened: boolean;
  onArrive: () => void;
  highlighted: string | null;
  onHighlight: (providerId: string | null) => void;
  onTry: (tried: readonly Suggestion[] | null) => void;
  onConflict: (conflict: Conflict) => void;
}

export function NeedDesk(props: Props) {
  const { need, answer, referrals, isOpened, onArrive, highlighted, onHighlight, onTry, onConflict } = props;
  const { t, f } = useSpeech();
  const category = useCategories().byId.get(need.category_id);
  const acts = useActs(need.id, onConflict);
  const ranking = useRanking(need.id, answer, category);
  const [isSplitting, setSplitting] = useState(false);
  const listed = ranking.listed.map((each) => each.provider_id);
  const asked = referrals.map((each) => each.provider_id);
  const providers = useProviders([...new Set([...listed, ...asked])]);
  useEffect(() => {
    if (!isOpened) return;
    document.getElementById("suggestions-heading")?.focus();
    onArrive();
  }, [isOpened, onArrive]);
  const tried = ranking.isTrial ? ranking.listed : null;
  useEffect(() => {
    onTry(tried);
    return () => onTry(null);
  }, [tried, onTry]);
  const left = unitsLeft(need.units, referrals);
  const nameOf = (id: string) => providers.get(id)?.name ?? id;
  const offer = (suggestion: Suggestion, units: number) => {
    focusSoon("#referrals-heading");
    acts.offer(
      { needId: need.id, needRevision: need.revision, providerId: suggestion.provider_id, units },
      (made) =>
        t("act.held", {
          name: suggestion.name,
          units: made.units,
          time: made.expires_at === null ? "" : f.time(made.expires_at),
        }),
    );
  };
  const canSplit = !need.is_indivisible && left > 1 && ranking.listed.length > 1;
  return (
    <>
      <NeedHead
        need={need}
        remarks={answer.remarks}
        unitsLeft={left}
        isBusy={acts.isSending}
        onAcknowledge={() => acts.acknowledge(t("need.acknowledged"))}
      />
      <Trouble id={TROUBLE_ID} error={acts.error} isWrite onRetry={acts.retry} />
      <Referrals
        referrals={referrals}
        providers={providers}
        suggestions={answer.suggestions}
        isBusy={acts.isSending}
        onMove={(move) => {
          focusSoon("#referrals-heading");
          acts.move(move, (moved) => {
            const name = nameOf(moved.provider_id);
            return move.handOn === null
              ? t("act.done", { name, status: statusInWords(moved, t) })
              : t("act.handed_on", { name, next: nameOf(move.handOn.providerId) });
          });
        }}
      />
      {isOpen(need) && (
        <>
          <SuggestionList
            need={need}
            answer={answer}
            listed={ranking.listed}
            isTrial={ranking.isTrial}
            providers={providers}
            unitsLeft={left}
            isBusy={acts.isSending}
            highlighted={highlighted}
            onHighlight={onHighlight}
            onOffer={offer}
          />
          {canSplit && (
            <button type="button" onClick={() => setSplitting(true)}>
              {t("act.split")}
            </button>
          )}
          {isSplitting && (
            <SplitDialog
              need={need}
              left={left}
              suggestions={ranking.listed}
              onClose={() => setSplitting(false)}
            />
          )}
          {answer.suggestions.length > 0 && (
            <TrialWeights
              sliders={ranking.sliders}
              isMoved={ranking.isMoved}
              isTrial={ranking.isTrial}
              isExact={ranking.isExact}
              isRemote={category?.is_remote ?? false}
              onChange={ranking.setSliders}
              onReset={() => ranking.setSliders(null)}
            />
          )}
          <Others answer={answer} />
          <WhyNot needId={need.id} known={[...(answer.near_misses ?? []), ...answer.suggestions]} />
        </>
      )}
    </>
  );
}
