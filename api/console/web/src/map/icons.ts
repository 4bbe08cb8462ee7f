import { ACCENT } from "./palette";

/** Pixels of a picture for one of the map. */
export const SHARPNESS = 2;

export const iconOf = (rank: number | string, isLit: boolean) => `rank-${rank}${isLit ? "-lit" : ""}`;

/** Rings with a rank in each, drawn as one: a ring that lies above another covers its number too. */
export function ring(rank: number, isLit: boolean): ImageData {
  const radius = isLit ? 12 : 9;
  const size = (2 * radius + 4) * SHARPNESS;
  const canvas = document.createElement("canvas");
  canvas.width = size;
  canvas.height = size;
  const pen = canvas.getContext("2d");
  if (pen === null) return new ImageData(size, size);
  pen.translate(size / 2, size / 2);
  pen.scale(SHARPNESS, SHARPNESS);
  pen.arc(0, 0, radius, 0, 2 * Math.PI);
  pen.fillStyle = isLit ? ACCENT : "#ffffff";
  pen.fill();
  pen.strokeStyle = ACCENT;
  pen.lineWidth = 2;
  pen.stroke();
  pen.font = `600 ${isLit ? 13 : 11}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = isLit ? "#ffffff" : ACCENT;
  pen.fillText(String(rank), 0, 0.5);
  return pen.getImageData(0, 0, size, size);
}
