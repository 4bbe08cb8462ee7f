import { useId } from "react";
import { useSpeech } from "../i18n/context";

interface Props {
  label: string;
  /** What can be chosen: its value, and how it is called. */
  choices: readonly (readonly [value: string, words: string])[];
  hint?: string;
  onCancel: () => void;
  onChoose: (value: string) => void;
}

/** One question under the button that asked for it. */
export function InlineForm({ label, choices, hint, onCancel, onChoose }: Props) {
  const { t } = useSpeech();
  const id = useId();
  return (
    <form
      className="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        onChoose(String(new FormData(event.currentTarget).get("choice")));
      }}
    >
      <label htmlFor={id}>{label}</label>
      {/* biome-ignore lint/a11y/noAutofocus: the form opens at the button that was pressed for it */}
      <select id={id} name="choice" autoFocus>
        {choices.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
      <button type="submit" className="primary">
        {t("act.confirm")}
      </button>
      <button type="button" className="quiet" onClick={onCancel}>
        {t("app.cancel")}
      </button>
      {hint !== undefined && <p className="hint">{hint}</p>}
    </form>
  );
}
