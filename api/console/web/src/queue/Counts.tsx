import type { QueueAnswer } from "../api/models";
import { URGENCIES } from "../domain/urgency";
import { useSpeech } from "../i18n/context";
import { type Filters, STATES } from "./filters";

/** The farthest first. */
const LEVELS = ["city", "district", "street", "community"] as const;

interface Props {
  counts: QueueAnswer["counts"];
  filters: Filters;
  onChange: (changes: Partial<Filters>) => void;
}

/** How many there are by urgency, and by state, which filter as well. */
export function Counts({ counts, filters, onChange }: Props) {
  const { t, f } = useSpeech();
  const climbed = LEVELS.filter((level) => (counts.level[level] ?? 0) > 0);
  return (
    <div className="counts">
      <dl aria-label={t("queue.urgencies")}>
        {URGENCIES.map((urgency) => (
          <div key={urgency} className={`urgency-${urgency}`}>
            <dt>{t(`urgency.${urgency}`)}</dt>
            <dd>{f.whole(counts.urgency[urgency] ?? 0)}</dd>
          </div>
        ))}
      </dl>
      {climbed.length > 0 && (
        <p className="hint">
          {t("queue.climbed")}{" "}
          {climbed.map((level) => `${t(`level.${level}`)} ${f.whole(counts.level[level] ?? 0)}`).join(" · ")}
        </p>
      )}
      <fieldset className="switch">
        <legend className="visually-hidden">{t("queue.state")}</legend>
        {STATES.map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={filters.state === state}
            onClick={() => onChange({ state })}
          >
            {t(`queue.state.${state}`)}{" "}
            {state !== "all" && <span className="figure">{f.whole(counts.state[state] ?? 0)}</span>}
          </button>
        ))}
        <button
          type="button"
          aria-pressed={filters.isMine}
          onClick={() => onChange(filters.isMine ? { isMine: false } : { isMine: true, state: "all" })}
        >
          {t("queue.mine")}
        </button>
      </fieldset>
    </div>
  );
}
