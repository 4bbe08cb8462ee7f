import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";
import type { PlanOutput } from "../api/models";
import { useSpeech } from "../i18n/context";
import { Trouble } from "../ui/Trouble";
import { acceptedInWords, keyOf } from "./acceptance";
import { PlannedRow } from "./PlannedRow";
import { useAcceptance } from "./useAcceptance";

const ROW_PIXELS = 34;

interface Props {
  planId: string;
  referrals: PlanOutput["referrals"];
  isGone: boolean;
}

/** The referrals of a plan, to accept all of them or those that are chosen. */
export function PlannedReferrals({ planId, referrals, isGone }: Props) {
  const { t, f } = useSpeech();
  const body = useRef<HTMLDivElement>(null);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const accepting = useAcceptance(planId);
  const { outcomes } = accepting;
  const isFixed = accepting.isSending || isGone;
  const open = useMemo(() => referrals.filter((each) => !outcomes.has(keyOf(each))), [referrals, outcomes]);
  const chosen = open.filter((each) => !left.has(keyOf(each)));
  const rows = useVirtualizer({
    count: referrals.length,
    getScrollElement: () => body.current,
    estimateSize: () => ROW_PIXELS,
    overscan: 5,
  });
  const held = Array.from(outcomes.values()).filter((each) => each.is_held).length;
  const chooseAll = (isOn: boolean) => setLeft(isOn ? new Set() : new Set(referrals.map(keyOf)));
  const choose = (key: string, isOn: boolean) =>
    setLeft((now) => {
      const next = new Set(now);
      if (isOn) next.delete(key);
      else next.add(key);
      return next;
    });
  if (referrals.length === 0) return <p className="empty">{t("plan.empty")}</p>;
  return (
    <section aria-labelledby="planned-heading" className="planned">
      <div className="planned-head">
        <h3 id="planned-heading">{t("plan.referrals")}</h3>
        <button
          type="button"
          className="primary"
          disabled={isFixed || chosen.length === 0}
          onClick={() => accepting.send(chosen)}
        >
          {chosen.length === open.length
            ? t("plan.accept_all", { count: f.whole(open.length) })
            : t("plan.accept_chosen", { count: f.whole(chosen.length) })}
        </button>
        <p role="status" className="hint">
          {accepting.isSending
            ? t("plan.accepting", { done: f.whole(outcomes.size), total: f.whole(accepting.total) })
            : outcomes.size > 0 && acceptedInWords(held, outcomes.size - held, t, f)}
        </p>
      </div>
      {accepting.isCutOff ? (
        <p role="alert" className="remark">
          {t("plan.cut_off")}
        </p>
      ) : (
        <Trouble error={accepting.error} isWrite onRetry={() => accepting.send(chosen)} />
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys */}
      <div ref={body} className="planned-rows" role="group" tabIndex={0} aria-labelledby="planned-heading">
        <div role="table" aria-labelledby="planned-heading" aria-rowcount={referrals.length + 1}>
          <div role="row" aria-rowindex={1} className="planned-row head">
            <span role="columnheader">
              <input
                type="checkbox"
                aria-label={t("plan.choose_all")}
                checked={chosen.length === open.length && open.length > 0}
                disabled={isFixed || open.length === 0}
                onChange={(event) => chooseAll(event.target.checked)}
              />
            </span>
            {(["need", "provider", "units", "distance", "outcome"] as const).map((name) => (
              <span
                key={name}
                role="columnheader"
                className={name === "units" || name === "distance" ? "number" : ""}
              >
                {t(`plan.${name}`)}
              </span>
            ))}
          </div>
          <div role="rowgroup" className="needs-space" style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map((row) => {
              const referral = referrals[row.index];
              return referral === undefined ? null : (
                <PlannedRow
                  key={keyOf(referral)}
                  index={row.index}
                  start={row.start}
                  referral={referral}
                  outcome={outcomes.get(keyOf(referral))}
                  isChosen={!left.has(keyOf(referral))}
                  isBusy={isFixed}
                  onChoose={(isOn) => choose(keyOf(referral), isOn)}
                />
              );
            })}
          </div>
        </div>
      </div>
    </section>
  );
}
