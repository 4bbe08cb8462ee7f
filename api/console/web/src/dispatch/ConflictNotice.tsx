import { useEffect, useRef } from "react";
import { type Act, actorInWords } from "../act/blame";
import type { Conflict } from "../act/useActs";
import { useCategories } from "../api/places";
import { Problem } from "../api/problems";
import { useSpeech } from "../i18n/context";
import { useSession } from "../session/context";
import { useNeed, useProviders } from "../suggestions/queries";
import { focusSoon } from "../ui/focus";
import { wordsFor } from "../ui/Trouble";
import { useNow } from "../ui/useNow";

interface Props {
  conflict: Conflict;
  shownNeed: string | null;
  nextProvider: string | undefined;
  onShow: () => void;
  onDismiss: () => void;
}

/** Refusals that speak against the provider, not against acting on the need. */
const FULL = new Set(["capacity-exceeded", "already-asked", "provider-excluded"]);

/** Says honestly that somebody else was faster, and what comes next. */
export function ConflictNotice({ conflict, shownNeed, nextProvider, onShow, onDismiss }: Props) {
  const { t, f } = useSpeech();
  const now = useNow();
  const { session } = useSession();
  const { taken, act } = conflict;
  const need = useNeed(conflict.needId).data;
  const providers = useProviders(taken === undefined ? [] : [taken.provider_id]);
  const categories = useCategories();
  const notice = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each conflict takes the focus once, for the button pressed is gone
  useEffect(() => notice.current?.focus(), [conflict]);
  const hasMovedOn = shownNeed !== conflict.needId;
  return (
    <div ref={notice} role="alert" tabIndex={-1} className="conflict">
      <p>{inWords()}</p>
      <div className="steps">
        {hasMovedOn && (
          <>
            <button type="button" onClick={dismiss}>
              {t("act.show_next")}
            </button>
            <button type="button" onClick={onShow}>
              {t("act.show_taken")}
            </button>
          </>
        )}
        <button type="button" className="quiet" onClick={dismiss}>
          {t("act.dismiss")}
        </button>
      </div>
    </div>
  );

  /** The need that comes next is shown already: what is left is to go there. */
  function dismiss() {
    focusSoon("#need-heading");
    onDismiss();
  }

  function actor(act: Act): string {
    return actorInWords(act, session, t);
  }

  function inWords(): string {
    if (taken === undefined) {
      const words = wordsFor(conflict.error, true, t);
      const who =
        act === undefined ? undefined : { words, actor: actor(act), since: f.ago(act.recorded_at, now) };
      const isFull = conflict.error instanceof Problem && FULL.has(conflict.error.type);
      return isFull && nextProvider !== undefined
        ? t("act.next_provider", { words, name: nextProvider })
        : who === undefined
          ? t("act.changed", { words })
          : t("act.changed_by", who);
    }
    const told = {
      actor: act === undefined ? t("act.by_another") : actor(act),
      since: f.ago(act?.recorded_at ?? taken.created_at, now),
      name: providers.get(taken.provider_id)?.name ?? taken.provider_id,
      category: need === undefined ? "" : categories.nameOf(need.category_id),
    };
    return hasMovedOn ? t("act.taken", told) : t("act.taken_in_part", told);
  }
}
