import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { drawKey } from "../api/keys";
import type { PlanStatus } from "../api/models";
import { isMissing } from "../api/problems";
import { get, post } from "../api/typed";
import { useAddress } from "../app/address";
import { useSpeech } from "../i18n/context";
import { Trouble } from "../ui/Trouble";
import { PlanProgress } from "./PlanProgress";
import { PlanResult } from "./PlanResult";
import { type Scope, ScopeForm } from "./ScopeForm";

const ASK_MILLISECONDS = 700;

/** Run a plan, watch it being made, see what it is worth, accept it or parts of it. */
export default function PlanView() {
  const { t } = useSpeech();
  const { query, set } = useAddress();
  const id = query.get("plan");
  const [isStarting, setStarting] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const plan = useQuery({
    queryKey: ["plan", id],
    enabled: id !== null,
    queryFn: ({ signal }) => get("/v1/plans/{id}", { path: { id: id ?? "" } }, { signal }),
    refetchInterval: ({ state }) =>
      !isMissing(state.error) && isInTheMaking(state.data) ? ASK_MILLISECONDS : false,
  });
  const start = async ({ districts, categories }: Scope) => {
    setStarting(true);
    setError(null);
    try {
      const body = { area_codes: orAll(districts), category_ids: orAll(categories) };
      set({ plan: (await post("/v1/plans", { body }, { key: drawKey() })).id });
    } catch (caught) {
      setError(caught);
    }
    setStarting(false);
  };
  const status = plan.data;
  // What was read of it before is still at hand then.
  const isGone = isMissing(plan.error);
  const isBusy = isStarting || (!isGone && isInTheMaking(status));
  return (
    <div className="two-columns">
      <div className="side">
        <h2 tabIndex={-1}>{t("plan.heading")}</h2>
        <ScopeForm isBusy={isBusy} hasPlan={status !== undefined} onRun={(scope) => void start(scope)} />
        <Trouble error={error} />
      </div>
      <div className="page">
        {id === null && <p className="empty">{t("plan.nothing_yet")}</p>}
        {isGone ? (
          <p role="alert" className="remark">
            {t("plan.gone")}
          </p>
        ) : (
          <Trouble error={plan.error} onRetry={() => void plan.refetch()} />
        )}
        {status !== undefined && status.plan === null && !isGone && <PlanProgress status={status} />}
        {status?.plan != null && (
          <PlanResult key={status.id} id={status.id} plan={status.plan} isGone={isGone} />
        )}
      </div>
    </div>
  );
}

const isInTheMaking = (status: PlanStatus | undefined) =>
  status?.state === "waiting" || status?.state === "running";

/** Nothing chosen is all that one may see, which the service is told by leaving it out. */
const orAll = (chosen: string[]) => (chosen.length === 0 ? null : chosen);
