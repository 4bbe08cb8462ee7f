import type { PlanStatus } from "../api/models";
import { useSpeech } from "../i18n/context";

const STAGES = ["read", "search", "price", "keep whole", "compare"] as const;

/** How far the plan is. */
export function PlanProgress({ status }: { status: PlanStatus }) {
  const { t, f } = useSpeech();
  if (status.state === "failed") {
    return <p role="alert">{t("plan.failed", { failure: status.failure ?? "" })}</p>;
  }
  const stage = STAGES.find((each) => each === status.stage);
  const reached = stage === undefined ? -1 : STAGES.indexOf(stage);
  return (
    <section aria-label={t("plan.progress")} className="progress">
      <p role="status">
        {t(`plan.state.${status.state}`)}
        {stage !== undefined && ` · ${t(`plan.stage.${stage === "keep whole" ? "keep_whole" : stage}`)}`}
      </p>
      <progress
        aria-label={t("plan.progress")}
        max={STAGES.length}
        value={Math.max(0, reached) + (status.total > 0 ? status.done / status.total : 0)}
      />
      {status.total > 1 && (
        <p className="hint">{t("plan.of", { done: f.whole(status.done), total: f.whole(status.total) })}</p>
      )}
    </section>
  );
}
