import { isConflict, LineDown, Problem } from "../api/problems";
import { useSpeech } from "../i18n/context";
import type { MessageKey } from "../i18n/messages";
import type { Translate } from "../i18n/translate";

interface Props {
  /** By which it can be given the focus. */
  id?: string;
  error: unknown;
  isWrite?: boolean;
  onRetry?: (() => void) | undefined;
}

/** An error in words, with the request's id for whoever looks into the log. */
export function Trouble({ id, error, isWrite = false, onRetry }: Props) {
  const { t } = useSpeech();
  if (error === null || error === undefined) return null;
  const requestId = error instanceof Problem ? error.requestId : null;
  return (
    <div id={id} role="alert" tabIndex={id === undefined ? undefined : -1} className="trouble">
      <p>{wordsFor(error, isWrite, t)}</p>
      {requestId !== null && <p className="hint">{t("problem.request", { id: requestId })}</p>}
      {onRetry !== undefined && (
        <button type="button" onClick={onRetry}>
          {t("app.retry")}
        </button>
      )}
    </div>
  );
}

export function wordsFor(error: unknown, isWrite: boolean, t: Translate): string {
  if (error instanceof LineDown) return t(isWrite ? "problem.line_write" : "problem.line");
  if (!(error instanceof Problem)) return t("problem.other", { detail: String(error) });
  if (isConflict(error)) return t(`problem.${error.type}` as MessageKey);
  if (isOutcomeOpen(error)) return t(isWrite ? "problem.line_write" : "problem.busy");
  if (error.type === "study-under-way") return t("problem.study");
  if (error.status === 401) return t("problem.signed_out");
  if (error.status === 403) return t("problem.forbidden");
  if (error.status === 404) return t("problem.not_found");
  if (error.status === 503 || error.status === 429) return t("problem.busy");
  return t("problem.other", { detail: error.message });
}

/** Whether a write may have taken effect all the same: the service says so, or something before it knows no better. */
const isOutcomeOpen = ({ status, type }: Problem) =>
  type === "outcome-unknown" || type === "deadline-exceeded" || status === 502 || status === 504;
