import { useEffect, useMemo, useRef } from "react";
import { useSpeech } from "../i18n/context";
import { boundsOf, coloured, labels } from "../map/districts";
import { useDistricts } from "../map/queries";
import { useCanvas } from "../map/useCanvas";
import type { Layer } from "./layers";

const DEAF = { onSight: () => {}, onNeed: () => {}, onProvider: () => {} };

export default function CoverageCanvas({ layer }: { layer: Layer }) {
  const { t } = useSpeech();
  const container = useRef<HTMLDivElement>(null);
  const districts = useDistricts().data;
  const start = useMemo(() => (districts === undefined ? null : boundsOf(districts)), [districts]);
  const { canvas, hasFailed } = useCanvas(container, t("map.canvas"), start, DEAF);
  useEffect(() => {
    if (canvas === null || districts === undefined) return;
    canvas.toggle("gaps", layer.shares.size > 0);
    canvas.show("districts", coloured(districts, layer.shares));
    canvas.show("labels", labels(districts, t));
    canvas.show("dots", layer.dots);
  }, [canvas, districts, layer, t]);
  return (
    <div className="map">
      <div ref={container} className="map-canvas" />
      {hasFailed && <p className="empty">{t("map.not_available")}</p>}
    </div>
  );
}
