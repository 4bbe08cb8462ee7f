import type { StyleSpecification } from "maplibre-gl";
import { ACCENT, BORDER, INK, LAND, PROVIDER, WATER } from "./palette";

const FONT = ["Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "sans-serif"];

const DIRECTIONS: [anchor: string, x: number, y: number][] = [
  ["bottom", 0, -1],
  ["top", 0, 1],
  ["left", 1, 0],
  ["right", -1, 0],
  ["bottom-left", 0.7, -0.7],
  ["bottom-right", -0.7, -0.7],
  ["top-left", 0.7, 0.7],
  ["top-right", -0.7, 0.7],
];
const DISTANCES = [0.2, 0.5, 0.8, 1.1, 1.4, 1.7, 2, 2.3, 2.6, 2.9, 3.2, 3.5];

/** Where a name may stand, in its own heights from the middle of its district: the nearest first. */
const NEAR_BY: (string | [number, number])[] = ["center", [0, 0]];
for (const far of DISTANCES) {
  for (const [anchor, x, y] of DIRECTIONS) NEAR_BY.push(anchor, [x * far, y * far]);
}

const empty = () => ({
  type: "geojson" as const,
  data: { type: "FeatureCollection" as const, features: [] },
});

export const SOURCES = [
  "districts",
  "labels",
  "providers",
  "needs",
  "dots",
  "radius",
  "circles",
  "candidates",
  "chosen",
] as const;
export type SourceName = (typeof SOURCES)[number];

/** Without glyphs in the style, all labels are drawn with fonts of this machine. */
export function mapStyle(): StyleSpecification {
  return {
    version: 8,
    sources: Object.fromEntries(SOURCES.map((name) => [name, empty()])),
    layers: [
      { id: "ground", type: "background", paint: { "background-color": WATER } },
      { id: "land", type: "fill", source: "districts", paint: { "fill-color": LAND } },
      {
        id: "gaps",
        type: "fill",
        source: "districts",
        layout: { visibility: "none" },
        paint: { "fill-color": ["coalesce", ["get", "colour"], LAND] },
      },
      { id: "borders", type: "line", source: "districts", paint: { "line-color": BORDER, "line-width": 1 } },
      {
        id: "providers",
        type: "circle",
        source: "providers",
        paint: {
          "circle-color": ["case", ["get", "isFree"], PROVIDER, "#ffffff"],
          "circle-opacity": 0.35,
          "circle-radius": ["interpolate", ["linear"], ["sqrt", ["get", "count"]], 1, 2, 10, 5, 60, 14],
          "circle-stroke-color": PROVIDER,
          "circle-stroke-width": 0.6,
          "circle-stroke-opacity": 0.7,
        },
      },
      {
        id: "circles",
        type: "line",
        source: "circles",
        paint: {
          "line-color": ACCENT,
          "line-width": ["case", ["get", "isLit"], 2, 0.8],
          "line-opacity": ["case", ["get", "isLit"], 1, 0.45],
        },
      },
      {
        id: "radius",
        type: "line",
        source: "radius",
        paint: { "line-color": INK, "line-width": 1.2, "line-dasharray": [3, 2] },
      },
      {
        id: "needs",
        type: "circle",
        source: "needs",
        layout: { "circle-sort-key": ["get", "rank"] },
        paint: {
          "circle-color": ["get", "colour"],
          "circle-opacity": 0.88,
          "circle-radius": [
            "interpolate",
            ["linear"],
            ["sqrt", ["get", "count"]],
            1,
            4.5,
            2,
            9,
            10,
            17,
            40,
            26,
          ],
          "circle-stroke-color": "#ffffff",
          "circle-stroke-width": 1,
        },
      },
      {
        id: "dots",
        type: "circle",
        source: "dots",
        layout: { "circle-sort-key": ["get", "rank"] },
        paint: {
          "circle-color": ["get", "colour"],
          "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 1.6, 12, 6],
          "circle-stroke-color": BORDER,
          "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 8, 0.3, 12, 1],
        },
      },
      // Below the counts in this order, names look for a place that the counts leave free.
      {
        id: "labels",
        type: "symbol",
        source: "labels",
        layout: {
          "text-field": ["get", "name"],
          "text-font": FONT,
          "text-size": 12,
          "text-padding": 1,
          "text-variable-anchor-offset": NEAR_BY,
          "text-justify": "auto",
        },
        paint: { "text-color": INK, "text-halo-color": "#ffffff", "text-halo-width": 2 },
      },
      {
        id: "need-counts",
        type: "symbol",
        source: "needs",
        layout: {
          "text-field": ["get", "label"],
          "text-font": FONT,
          "text-size": 11,
          "text-allow-overlap": true,
          "text-padding": 3,
        },
        paint: { "text-color": "#ffffff" },
      },
      {
        id: "chosen",
        type: "circle",
        source: "chosen",
        paint: {
          "circle-color": ["get", "colour"],
          "circle-radius": 7,
          "circle-stroke-color": INK,
          "circle-stroke-width": 2.5,
        },
      },
      {
        id: "candidates",
        type: "symbol",
        source: "candidates",
        layout: {
          "symbol-sort-key": ["get", "order"],
          "icon-image": ["get", "icon"],
          "icon-allow-overlap": true,
        },
      },
    ],
  };
}
