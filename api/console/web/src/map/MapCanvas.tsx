import { useMemo, useRef, useState } from "react";
import type { Suggestion } from "../api/models";
import { useSpeech } from "../i18n/context";
import type { Sight } from "./canvas";
import { boundsOf } from "./districts";
import type { Layers } from "./MapPanel";
import { useDistricts, useGapShares } from "./queries";
import { useCanvas } from "./useCanvas";
import { useChosen, useCrowd, useGround } from "./useLayers";

interface Props {
  needId: string | null;
  tried: readonly Suggestion[] | null;
  highlighted: string | null;
  layers: Layers;
  onSelect: (needId: string) => void;
  onHighlight: (providerId: string | null) => void;
}

export default function MapCanvas({ needId, tried, highlighted, layers, onSelect, onHighlight }: Props) {
  const { t } = useSpeech();
  const container = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState<Sight | null>(null);
  const districts = useDistricts().data;
  const start = useMemo(() => (districts === undefined ? null : boundsOf(districts)), [districts]);
  const heard = { onSight: setSight, onNeed: onSelect, onProvider: onHighlight };
  const { canvas, hasFailed } = useCanvas(container, t("map.canvas"), start, heard);
  useGround(canvas, layers);
  const areGapsHidden = useGapShares(layers.gaps).data?.size === 0;
  const summary = useCrowd(canvas, layers, sight, needId);
  useChosen(canvas, needId, tried, highlighted);
  return (
    <div className="map">
      <div ref={container} className="map-canvas" />
      {hasFailed && <p className="empty">{t("map.not_available")}</p>}
      <div className="map-buttons">
        <button type="button" aria-label={t("map.in")} title={t("map.in")} onClick={() => canvas?.zoom(1)}>
          +
        </button>
        <button type="button" aria-label={t("map.out")} title={t("map.out")} onClick={() => canvas?.zoom(-1)}>
          −
        </button>
        <button type="button" onClick={() => start !== null && canvas?.fit(start)}>
          {t("map.whole")}
        </button>
      </div>
      {layers.gaps && areGapsHidden && (
        <p role="status" className="map-note">
          {t("map.gaps_none")}
        </p>
      )}
      <p className="map-summary">{summary}</p>
    </div>
  );
}
