import type { FeatureCollection } from "geojson";
import { type GeoJSONSource, Map as MapLibre, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { LISTED } from "../suggestions/queries";
import { type Box, snapped } from "./geometry";
import { iconOf, ring, SHARPNESS } from "./icons";
import { mapStyle, type SourceName } from "./style";

setWorkerUrl(workerUrl);

export interface Sight {
  box: Box;
  zoom: number;
}

export interface Heard {
  onSight: (sight: Sight) => void;
  onNeed: (needId: string) => void;
  onProvider: (providerId: string | null) => void;
}

/** The map as the components see it: data go in, what people do with it comes out. */
export interface Canvas {
  show: (source: SourceName, data: FeatureCollection) => void;
  toggle: (layer: "needs" | "providers" | "gaps", isOn: boolean) => void;
  fit: (box: Box) => void;
  zoom: (by: number) => void;
  remove: () => void;
}

const LAYERS = { needs: ["needs", "need-counts"], providers: ["providers"], gaps: ["gaps"] } as const;
const MOST_ZOOM = 16;

export function draw(container: HTMLElement, label: string, start: Box, heard: Heard): Promise<Canvas> {
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = new MapLibre({
    container,
    style: mapStyle(),
    bounds: corners(start),
    fitBoundsOptions: { padding: 12 },
    maxZoom: MOST_ZOOM,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: isCalm ? 0 : 150,
    locale: { "Map.Title": label },
  });
  map.touchZoomRotate.disableRotation();
  const tell = () => heard.onSight(sightOf(map));
  map.on("moveend", tell);
  listenTo(map, heard);
  const canvas: Canvas = {
    show: (source, data) => void map.getSource<GeoJSONSource>(source)?.setData(data),
    toggle: (layer, isOn) => {
      for (const id of LAYERS[layer]) map.setLayoutProperty(id, "visibility", isOn ? "visible" : "none");
    },
    fit: (box) => map.fitBounds(corners(box), { padding: 40, maxZoom: 14, animate: !isCalm, duration: 400 }),
    zoom: (by) => map.zoomTo(map.getZoom() + by, { animate: !isCalm, duration: 200 }),
    remove: () => map.remove(),
  };
  return new Promise((resolve, reject) => {
    map.once("load", () => {
      addRings(map);
      tell();
      resolve(canvas);
    });
    map.once("error", ({ error }) => reject(error));
  });
}

function addRings(map: MapLibre): void {
  for (let rank = 1; rank <= LISTED; rank += 1) {
    for (const isLit of [false, true])
      map.addImage(iconOf(rank, isLit), ring(rank, isLit), { pixelRatio: SHARPNESS });
  }
}

function listenTo(map: MapLibre, heard: Heard): void {
  map.on("click", "needs", (event) => {
    const feature = event.features?.[0];
    const id: unknown = feature?.properties.id;
    if (typeof id === "string") heard.onNeed(id);
    else map.easeTo({ center: event.lngLat, zoom: Math.min(map.getZoom() + 2, MOST_ZOOM) });
  });
  map.on("mousemove", "candidates", (event) => heard.onProvider(String(event.features?.[0]?.properties.id)));
  map.on("mouseleave", "candidates", () => heard.onProvider(null));
  for (const layer of ["needs", "candidates"]) {
    map.on("mouseenter", layer, () => map.getCanvas().classList.add("pointing"));
    map.on("mouseleave", layer, () => map.getCanvas().classList.remove("pointing"));
  }
}

function sightOf(map: MapLibre): Sight {
  const bounds = map.getBounds();
  const box = {
    west: bounds.getWest(),
    south: bounds.getSouth(),
    east: bounds.getEast(),
    north: bounds.getNorth(),
  };
  return { box: snapped(box), zoom: Math.floor(map.getZoom()) };
}

const corners = (box: Box): [number, number, number, number] => [box.west, box.south, box.east, box.north];
