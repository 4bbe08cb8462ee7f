import { type RefObject, useEffect, useRef, useState } from "react";
import { type Canvas, draw, type Heard } from "./canvas";
import type { Box } from "./geometry";

/** Draw the map into an element once, and tell when it takes data, or that it cannot be drawn. */
export function useCanvas(
  container: RefObject<HTMLElement | null>,
  label: string,
  start: Box | null,
  heard: Heard,
) {
  const [canvas, setCanvas] = useState<Canvas | null>(null);
  const [hasFailed, setFailed] = useState(false);
  const latest = useRef(heard);
  latest.current = heard;
  const named = useRef(label);
  named.current = label;
  useEffect(() => {
    const element = container.current;
    if (element === null || start === null) return undefined;
    let isGone = false;
    let made: Canvas | null = null;
    const begin = async () => {
      const drawn = await draw(element, named.current, start, {
        onSight: (sight) => latest.current.onSight(sight),
        onNeed: (needId) => latest.current.onNeed(needId),
        onProvider: (providerId) => latest.current.onProvider(providerId),
      });
      made = drawn;
      if (isGone) drawn.remove();
      else setCanvas(drawn);
    };
    begin().catch(() => setFailed(true));
    return () => {
      isGone = true;
      made?.remove();
      setCanvas(null);
    };
  }, [container, start]);
  return { canvas, hasFailed };
}
