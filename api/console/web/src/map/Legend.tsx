import { URGENCIES } from "../domain/urgency";
import { useSpeech } from "../i18n/context";
import type { Layers } from "./MapPanel";
import { BREAKS, STEPS } from "./palette";

interface Props {
  layers: Layers;
  hasNeed: boolean;
}

export function Legend({ layers, hasNeed }: Props) {
  const { t, f } = useSpeech();
  return (
    <section className="legend" aria-label={t("map.legend")}>
      {layers.needs && (
        <ul aria-label={t("map.legend_needs")}>
          {URGENCIES.map((urgency) => (
            <li key={urgency}>
              <span className={`dot urgency-${urgency}`} aria-hidden="true" />
              {t(`urgency.${urgency}`)}
            </li>
          ))}
        </ul>
      )}
      {hasNeed && (
        <ul>
          <li>
            <span className="dot candidate" aria-hidden="true" />
            {t("map.legend_candidate")}
          </li>
          <li>
            <span className="dot travel" aria-hidden="true" />
            {t("map.legend_circle")}
          </li>
          <li>
            <span className="dot radius" aria-hidden="true" />
            {t("map.legend_radius")}
          </li>
        </ul>
      )}
      {layers.gaps && (
        <ul aria-label={t("map.legend_gaps")}>
          {STEPS.map((colour, step) => (
            <li key={colour}>
              <span className="dot square" style={{ backgroundColor: colour }} aria-hidden="true" />
              {t("map.share", { from: f.percent(BREAKS[step - 1] ?? 0), to: f.percent(BREAKS[step] ?? 1) })}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
