import { useState, useSyncExternalStore } from "react";
import { useSpeech } from "../i18n/context";
import { useSession } from "../session/context";
import { focusSoon } from "../ui/focus";
import { memory } from "./memory";

/** Says that an act of whoever was signed in before got no answer; what it was is not for this person. */
export function OthersUnanswered() {
  const { t } = useSpeech();
  const { subject } = useSession().session;
  const hasSome = useSyncExternalStore(memory.subscribe, () => memory.hasOfOthers(subject));
  const [isRead, setRead] = useState(false);
  if (!hasSome || isRead) return null;
  return (
    <div role="alert" className="trouble">
      <p>{t("act.others_unanswered")}</p>
      <button
        type="button"
        onClick={() => {
          setRead(true);
          focusSoon("#main h2");
        }}
      >
        {t("act.dismiss")}
      </button>
    </div>
  );
}
