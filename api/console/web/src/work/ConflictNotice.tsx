import type { Conflict } from "../act/useActs";
import { useCategories } from "../api/places";
import { useSpeech } from "../i18n/context";
import { useNeed, useProviders } from "../suggestions/queries";
import { wordsFor } from "../ui/Trouble";
import { useNow } from "../ui/useNow";

interface Props {
  conflict: Conflict;
  nextProvider: string | undefined;
  onShow: () => void;
  onDismiss: () => void;
}

/** Says honestly that somebody else was faster, and what comes next. */
export function ConflictNotice({ conflict, nextProvider, onShow, onDismiss }: Props) {
  const { t, f } = useSpeech();
  const now = useNow(5);
  const { taken } = conflict;
  const need = useNeed(conflict.needId).data;
  const providers = useProviders(taken === undefined ? [] : [taken.provider_id]);
  const categories = useCategories();
  const words = wordsFor(conflict.error, true, t);
  return (
    <div role="alert" className="conflict">
      <p>
        {taken !== undefined
          ? t("act.taken", {
              since: f.since(taken.created_at, now),
              name: providers.get(taken.provider_id)?.name ?? taken.provider_id,
              category: need === undefined ? "" : categories.nameOf(need.category_id),
            })
          : nextProvider === undefined
            ? t("act.changed", { words })
            : t("act.next_provider", { words, name: nextProvider })}
      </p>
      <div className="steps">
        {taken !== undefined && (
          <button type="button" onClick={onShow}>
            {t("act.show_taken")}
          </button>
        )}
        <button type="button" className="quiet" onClick={onDismiss}>
          {t("act.dismiss")}
        </button>
      </div>
    </div>
  );
}
