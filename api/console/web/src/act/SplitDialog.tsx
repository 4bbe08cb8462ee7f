import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { Need, Suggestion } from "../api/models";
import { useSpeech } from "../i18n/context";
import { useAnnounce } from "../ui/announce";
import { Dialog } from "../ui/Dialog";
import { focusSoon } from "../ui/focus";
import { wordsFor } from "../ui/Trouble";
import { type PartState, sendParts } from "./bundle";
import { intents } from "./intent";
import { split } from "./moves";
import { readAnew } from "./optimistic";

interface Props {
  need: Need;
  left: number;
  suggestions: readonly Suggestion[];
  onClose: () => void;
}

/** One need served by several providers: the open units are shared out, and each provider is asked for its part. */
export function SplitDialog({ need, left: leftNow, suggestions: listed, onClose }: Props) {
  const { t, f } = useSpeech();
  const queries = useQueryClient();
  const say = useAnnounce();
  const book = useRef(intents());
  // As it was when one began to share out: each part that is held changes what is open and who is listed.
  const [{ left, suggestions }] = useState({ left: leftNow, suggestions: listed });
  const [units, setUnits] = useState(() =>
    split(
      left,
      suggestions.map((each) => ({ id: each.provider_id, units: each.remaining_units })),
    ),
  );
  const [states, setStates] = useState<ReadonlyMap<string, PartState>>(new Map());
  const [isSending, setSending] = useState(false);
  const given = Array.from(units.values()).reduce((sum, each) => sum + each, 0);
  const send = async () => {
    setSending(true);
    const parts = Array.from(units, ([providerId, count]) => ({ providerId, units: count }));
    const pending = parts.filter((part) => part.units > 0 && states.get(part.providerId) !== "held");
    const told = (id: string, state: PartState) => setStates((now) => new Map(now).set(id, state));
    const areAllHeld = await sendParts(need, pending, book.current, told);
    await readAnew(queries, need.id);
    setSending(false);
    if (!areAllHeld) return;
    const asked = parts.filter((part) => part.units > 0);
    say(t("act.split_held", { count: asked.length, units: given }));
    // The button that opened the dialog is gone if no units are left.
    focusSoon("#referrals-heading");
    onClose();
  };
  return (
    <Dialog heading={t("act.split_heading")} onClose={onClose}>
      <table className="split">
        <tbody>
          {suggestions.map((each) => (
            <tr key={each.provider_id}>
              <th scope="row">{each.name}</th>
              <td className="number">{f.score(each.score)}</td>
              <td className="hint">{t("suggestions.free", { free: each.remaining_units })}</td>
              <td>
                <input
                  type="number"
                  className="units-input"
                  min={0}
                  max={Math.min(left, each.remaining_units)}
                  aria-label={t("act.units", { name: each.name })}
                  value={units.get(each.provider_id) ?? 0}
                  disabled={isSending || states.get(each.provider_id) === "held"}
                  onChange={(event) => {
                    const wanted = Math.max(
                      0,
                      Math.min(each.remaining_units, Number(event.target.value) || 0),
                    );
                    setUnits((now) => new Map(now).set(each.provider_id, wanted));
                  }}
                />
              </td>
              <td role="status">{stateInWords(states.get(each.provider_id))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p role="status">{t("act.split_left", { given, left })}</p>
      <div className="steps">
        <button
          type="button"
          className="primary"
          disabled={isSending || given === 0 || given > left}
          onClick={() => void send()}
        >
          {isSending ? t("act.sending") : t("act.split_submit")}
        </button>
        <button type="button" className="quiet" onClick={onClose}>
          {t("app.cancel")}
        </button>
      </div>
    </Dialog>
  );

  function stateInWords(state: PartState | undefined): string {
    if (state === undefined) return "";
    if (state === "held") return t("act.split_done");
    if (state === "waits") return t("act.split_waits");
    return t("act.split_failed", { words: wordsFor(state.error, true, t) });
  }
}
