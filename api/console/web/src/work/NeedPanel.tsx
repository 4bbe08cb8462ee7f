import { useCallback, useState } from "react";
import type { Conflict } from "../act/useActs";
import { useReferrals } from "../act/useReferrals";
import { useSpeech } from "../i18n/context";
import { useNeed, useSuggestions } from "../suggestions/queries";
import { Trouble } from "../ui/Trouble";
import { ConflictNotice } from "./ConflictNotice";
import { NeedDesk } from "./NeedDesk";
import { useNextNeed } from "./useNextNeed";

interface Props {
  needId: string | null;
  highlighted: string | null;
  onHighlight: (providerId: string | null) => void;
  onSelect: (needId: string) => void;
}

/** Everything about one need: what it is, who is asked, who could be. */
export function NeedPanel({ needId, highlighted, onHighlight, onSelect }: Props) {
  const { t } = useSpeech();
  const need = useNeed(needId);
  const answer = useSuggestions(needId);
  const referrals = useReferrals(needId);
  const nextNeed = useNextNeed();
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const meet = useCallback(
    (met: Conflict) => {
      setConflict(met);
      // A need that is gone makes room for the next one; a provider that is full does not.
      const next = met.taken === undefined ? null : nextNeed(met.needId);
      if (next !== null) onSelect(next);
    },
    [nextNeed, onSelect],
  );
  const error = need.error ?? answer.error ?? referrals.error;
  return (
    <section
      className="desk"
      aria-labelledby={need.data === undefined ? undefined : "need-heading"}
      aria-label={t("need.heading")}
    >
      {conflict !== null && (
        <ConflictNotice
          conflict={conflict}
          nextProvider={answer.data?.suggestions[0]?.name}
          onShow={() => {
            onSelect(conflict.needId);
            setConflict(null);
          }}
          onDismiss={() => setConflict(null)}
        />
      )}
      {needId === null && <p className="empty">{t("need.none")}</p>}
      <Trouble
        error={error}
        onRetry={() => void Promise.all([need.refetch(), answer.refetch(), referrals.refetch()])}
      />
      {needId !== null && need.data === undefined && error === null && (
        <p className="waiting">{t("app.loading")}</p>
      )}
      {need.data !== undefined && answer.data !== undefined && referrals.data !== undefined && (
        <NeedDesk
          key={need.data.id}
          need={need.data}
          answer={answer.data}
          referrals={referrals.data}
          highlighted={highlighted}
          onHighlight={onHighlight}
          onConflict={meet}
        />
      )}
    </section>
  );
}
