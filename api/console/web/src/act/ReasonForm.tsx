import { useId } from "react";
import type { ReasonCode } from "../api/models";
import { useSpeech } from "../i18n/context";
import { REASONS, type Step } from "./moves";

interface Props {
  step: Step;
  onCancel: () => void;
  onReason: (reason: ReasonCode) => void;
}

export function ReasonForm({ step, onCancel, onReason }: Props) {
  const { t } = useSpeech();
  const id = useId();
  return (
    <form
      className="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        onReason(new FormData(event.currentTarget).get("reason") as ReasonCode);
      }}
    >
      <label htmlFor={id}>{t("act.reason")}</label>
      {/* biome-ignore lint/a11y/noAutofocus: the form opens at the button that was pressed for it */}
      <select id={id} name="reason" autoFocus>
        {(REASONS[step] ?? []).map((reason) => (
          <option key={reason} value={reason}>
            {t(`why.${reason}`)}
          </option>
        ))}
      </select>
      <button type="submit" className="primary">
        {t("act.confirm")}
      </button>
      <button type="button" className="quiet" onClick={onCancel}>
        {t("app.cancel")}
      </button>
    </form>
  );
}
