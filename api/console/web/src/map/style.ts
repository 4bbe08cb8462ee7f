import type { StyleSpecification } from "maplibre-gl";
import { ACCENT, BORDER, INK, LAND, PROVIDER, WATER } from "./palette";

const FONT = ["Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "sans-serif"];

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
          "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 2.2, 12, 6],
          "circle-stroke-color": INK,
          "circle-stroke-width": 0.3,
        },
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
        },
        paint: { "text-color": "#ffffff" },
      },
      {
        id: "labels",
        type: "symbol",
        source: "labels",
        layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 12, "text-optional": true },
        paint: { "text-color": INK, "text-halo-color": "#ffffff", "text-halo-width": 1.4 },
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
        type: "circle",
        source: "candidates",
        paint: {
          "circle-color": ["case", ["get", "isLit"], ACCENT, "#ffffff"],
          "circle-radius": ["case", ["get", "isLit"], 12, 9],
          "circle-stroke-color": ACCENT,
          "circle-stroke-width": 2,
        },
      },
      {
        id: "ranks",
        type: "symbol",
        source: "candidates",
        layout: {
          "text-field": ["get", "label"],
          "text-font": FONT,
          "text-size": 11,
          "text-allow-overlap": true,
        },
        paint: { "text-color": ["case", ["get", "isLit"], "#ffffff", ACCENT] },
      },
    ],
  };
}
