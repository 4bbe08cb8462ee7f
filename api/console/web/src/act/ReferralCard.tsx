import { useState } from "react";
import type { Provider, Referral, Suggestion } from "../api/models";
import { useSpeech } from "../i18n/context";
import { useNow } from "../ui/useNow";
import type { Move } from "./api";
import { HandOnForm } from "./HandOnForm";
import { isLive, isWithinHold, REASONS, type Step, stepsOf } from "./moves";
import { PROVISIONAL } from "./optimistic";
import { ReasonForm } from "./ReasonForm";
import { isTelling, statusInWords } from "./status";

interface Props {
  referral: Referral;
  provider: Provider | undefined;
  suggestions: readonly Suggestion[];
  isBusy: boolean;
  onMove: (move: Move) => void;
}

/** One referral with the steps that it may take. */
export function ReferralCard({ referral, provider, suggestions, isBusy, onMove }: Props) {
  const { t, f } = useSpeech();
  const now = useNow();
  const [form, setForm] = useState<Step | "hand_on" | null>(null);
  const name = provider?.name ?? referral.provider_id;
  const move = (step: Step, rest: Partial<Move> = {}) => {
    setForm(null);
    onMove({ referral, step, reason: null, handOn: null, ...rest });
  };
  const take = (step: Step) => (REASONS[step] === undefined ? move(step) : setForm(step));
  const isHeld = referral.status === "requested" && referral.expires_at !== null;
  return (
    <li className={`referral status-${referral.status}`} data-referral={referral.id}>
      <p className="referral-line">
        <strong>{name}</strong>
        <span className="mark">
          {referral.id === PROVISIONAL ? t("act.sending") : statusInWords(referral, t)}
        </span>
        <span className="hint">
          {t("act.row", {
            units: referral.units,
            since: f.ago(referral.changed_at ?? referral.created_at, now),
          })}
        </span>
      </p>
      {referral.reason !== null && !isTelling(referral.reason) && (
        <p className="hint">{t("act.because", { reason: t(`why.${referral.reason}`) })}</p>
      )}
      {isHeld && referral.expires_at !== null && (
        <p className="hint">
          {t("act.held_until", {
            time: f.time(referral.expires_at),
            since: f.since(referral.expires_at, now),
          })}
        </p>
      )}
      {isLive(referral) && referral.id !== PROVISIONAL && (
        <div className="steps">
          {stepsOf(referral).map((step) => (
            <button
              key={step}
              type="button"
              disabled={isBusy}
              aria-expanded={REASONS[step] === undefined ? undefined : form === step}
              aria-label={t("act.of", { action: t(`act.to.${step}`), name })}
              onClick={() => take(step)}
            >
              {t(`act.to.${step}`)}
            </button>
          ))}
          <button
            type="button"
            disabled={isBusy}
            aria-expanded={form === "hand_on"}
            aria-label={t("act.of", { action: t("act.hand_on"), name })}
            onClick={() => setForm("hand_on")}
          >
            {t("act.hand_on")}
          </button>
          {isWithinHold(referral, now) && (
            <button
              type="button"
              className="quiet"
              disabled={isBusy}
              aria-label={t("act.undo_for", { name })}
              onClick={() => move("cancelled", { reason: "undone" })}
            >
              {t("act.undo")}
            </button>
          )}
        </div>
      )}
      {form === "hand_on" && (
        <HandOnForm
          referral={referral}
          suggestions={suggestions}
          onCancel={() => setForm(null)}
          onMove={move}
        />
      )}
      {form !== null && form !== "hand_on" && (
        <ReasonForm
          step={form}
          onCancel={() => setForm(null)}
          onReason={(reason) => move(form, { reason })}
        />
      )}
    </li>
  );
}
