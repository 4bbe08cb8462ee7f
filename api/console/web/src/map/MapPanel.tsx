import { lazy, Suspense, useState } from "react";
import type { Suggestion } from "../api/models";
import { useSpeech } from "../i18n/context";
import { useSession } from "../session/context";
import { maySeeCoverage } from "../session/roles";
import { Boundary } from "../ui/Boundary";
import { idle } from "../ui/idle";
import { GapList } from "./GapList";
import { Legend } from "./Legend";

// List and reasons are worked with first: the map's library waits until they have been drawn.
const MapCanvas = lazy(async () => {
  await idle();
  return import("./MapCanvas");
});

export interface Layers {
  needs: boolean;
  providers: boolean;
  gaps: boolean;
}

interface Props {
  needId: string | null;
  tried: readonly Suggestion[] | null;
  highlighted: string | null;
  onSelect: (needId: string) => void;
  onHighlight: (providerId: string | null) => void;
}

/** The map with its layers and its legend. The map's library comes after everything else has been shown. */
export function MapPanel(props: Props) {
  const { t } = useSpeech();
  const { session } = useSession();
  const [layers, setLayers] = useState<Layers>({ needs: true, providers: false, gaps: false });
  const names = (["needs", "providers", "gaps"] as const).filter(
    (name) => name !== "gaps" || maySeeCoverage(session.role),
  );
  return (
    <section className="map-panel" aria-labelledby="map-heading">
      <header className="panel-head">
        <h2 id="map-heading">{t("map.heading")}</h2>
        <fieldset className="layers">
          <legend className="visually-hidden">{t("map.layers")}</legend>
          {names.map((name) => (
            <label key={name} className="check">
              <input
                type="checkbox"
                checked={layers[name]}
                onChange={(event) => setLayers({ ...layers, [name]: event.target.checked })}
              />
              {t(`layer.${name}`)}
            </label>
          ))}
        </fieldset>
      </header>
      <Boundary>
        <Suspense fallback={<p className="waiting">{t("app.loading")}</p>}>
          <MapCanvas {...props} layers={layers} />
        </Suspense>
      </Boundary>
      {layers.gaps && <GapList />}
      <Legend layers={layers} hasNeed={props.needId !== null} />
    </section>
  );
}
