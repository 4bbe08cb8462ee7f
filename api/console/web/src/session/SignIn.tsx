import { type FormEvent, useState } from "react";
import { serviceTime } from "../api/clock";
import type { Session } from "../api/models";
import { LanguageChoice } from "../app/LanguageChoice";
import { useSpeech } from "../i18n/context";
import { Trouble } from "../ui/Trouble";
import { signIn } from "./api";
import { isWrong, lockedUntil } from "./locked";

interface Props {
  hasEnded: boolean;
  onEnter: (session: Session) => void;
}

export function SignIn({ hasEnded, onEnter }: Props) {
  const { t, f } = useSpeech();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [locked, setLocked] = useState<Date | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const credential = String(new FormData(event.currentTarget).get("credential")).trim();
    setBusy(true);
    setError(null);
    try {
      onEnter(await signIn(credential));
    } catch (caught) {
      setError(caught);
      setLocked(lockedUntil(caught, serviceTime()));
      setBusy(false);
    }
  };
  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <p className="brand">{t("app.name")}</p>
        <h1>{t("session.heading")}</h1>
        {hasEnded && <p role="status">{t("session.ended")}</p>}
        <label htmlFor="credential">{t("session.credential")}</label>
        <input
          id="credential"
          name="credential"
          type="password"
          autoComplete="current-password"
          spellCheck={false}
          required
          aria-describedby="credential-hint"
          aria-invalid={isWrong(error)}
        />
        <p id="credential-hint" className="hint">
          {t("session.hint")}
        </p>
        {isWrong(error) || (error !== null && locked !== null) ? (
          <p role="alert" className="trouble">
            {locked === null
              ? t("session.refused")
              : t("session.locked", { time: f.time(locked.toISOString()) })}
          </p>
        ) : (
          <Trouble error={error} />
        )}
        <button type="submit" className="primary" disabled={isBusy}>
          {isBusy ? t("session.submitting") : t("session.submit")}
        </button>
        <LanguageChoice />
      </form>
    </main>
  );
}
