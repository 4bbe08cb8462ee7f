import { useCallback, useState } from "react";
import { unitsLeft } from "../act/moves";
import type { Conflict } from "../act/useActs";
import { useReferrals } from "../act/useReferrals";
import type { Suggestion } from "../api/models";
import { useSpeech } from "../i18n/context";
import { flawOf, unranked, useNeed, useSuggestions } from "../suggestions/queries";
import { Trouble } from "../ui/Trouble";
import { ConflictNotice } from "./ConflictNotice";
import { NeedDesk } from "./NeedDesk";
import { useNextNeed } from "./useNextNeed";

interface Props {
  needId: string | null;
  /** The need whose suggestions are to have the focus as soon as they are there. */
  opened: string | null;
  onArrive: () => void;
  highlighted: string | null;
  onHighlight: (providerId: string | null) => void;
  /** Called with what a trial of weights lists, and with null once there is none. */
  onTry: (tried: readonly Suggestion[] | null) => void;
  onSelect: (needId: string) => void;
}

/** Everything about one need: what it is, who is asked, who could be. */
export function NeedPanel({ needId, opened, onArrive, highlighted, onHighlight, onTry, onSelect }: Props) {
  const { t } = useSpeech();
  const need = useNeed(needId);
  const answer = useSuggestions(needId);
  const referrals = useReferrals(needId);
  const nextNeed = useNextNeed();
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const units = need.data?.units ?? 0;
  const meet = useCallback(
    (met: Conflict) => {
      setConflict(met);
      // A need that is gone makes room for the next one. One that is open in part stays, as does one whose provider is full.
      const isGone = met.taken !== undefined && unitsLeft(units, met.found) === 0;
      const next = isGone ? nextNeed(met.needId) : null;
      if (next !== null) onSelect(next);
    },
    [nextNeed, onSelect, units],
  );
  const flaw = flawOf(answer.error);
  const shown = flaw !== null && need.data !== undefined ? unranked(need.data) : answer.data;
  const error = need.error ?? (flaw === null ? answer.error : null) ?? referrals.error;
  return (
    <section
      className="desk"
      aria-labelledby={need.data === undefined ? undefined : "need-heading"}
      aria-label={t("need.heading")}
    >
      {conflict !== null && (
        <ConflictNotice
          conflict={conflict}
          shownNeed={needId}
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
      {flaw !== null && (
        <p role="alert" className="remark">
          {t("suggestions.flaw", { flaw })}
        </p>
      )}
      {need.data !== undefined && shown !== undefined && referrals.data !== undefined && (
        <NeedDesk
          key={need.data.id}
          need={need.data}
          answer={shown}
          referrals={referrals.data}
          isOpened={opened === need.data.id}
          onArrive={onArrive}
          highlighted={highlighted}
          onHighlight={onHighlight}
          onTry={onTry}
          onConflict={meet}
        />
      )}
    </section>
  );
}
