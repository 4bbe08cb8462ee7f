import { lazy, Suspense } from "react";
import { useSpeech } from "../i18n/context";
import { BREAKS, STEPS } from "../map/palette";
import type { Layer } from "./layers";

const CoverageCanvas = lazy(() => import("./CoverageCanvas"));

interface Props {
  measure: string;
  layer: Layer;
}

/** A map with its scale; the same figures stand in the table beside it. */
export function CoverageMap({ measure, layer }: Props) {
  const { t, f } = useSpeech();
  const { scale } = layer;
  const upTo = (value: number) => t("coverage.up_to", { count: f.decimal(value) });
  const steps =
    scale === null
      ? STEPS.map((colour, step) => ({
          colour,
          words: t("map.share", { from: f.percent(BREAKS[step - 1] ?? 0), to: f.percent(BREAKS[step] ?? 1) }),
        }))
      : scale.colours.map((colour, step) => {
          const end = scale.breaks[step];
          const last = scale.breaks.at(-1) ?? 0;
          return {
            colour,
            words: end === undefined ? t("coverage.more_than", { count: f.decimal(last) }) : upTo(end),
          };
        });
  return (
    <section className="card coverage-map" aria-label={t("coverage.map", { measure })}>
      <h3>{t("coverage.map", { measure })}</h3>
      <Suspense fallback={<p className="waiting">{t("app.loading")}</p>}>
        <CoverageCanvas layer={layer} />
      </Suspense>
      <ul className="legend">
        {steps.map(({ colour, words }) => (
          <li key={words}>
            <span className="dot square" style={{ backgroundColor: colour }} aria-hidden="true" />
            {words}
          </li>
        ))}
      </ul>
    </section>
  );
}
