import { useCallback, useState } from "react";
import { useAddress } from "../app/address";
import { MapPanel } from "../map/MapPanel";
import { QueuePanel } from "../queue/QueuePanel";
import { useDebounced } from "../ui/useDebounced";
import { NeedPanel } from "./NeedPanel";

const SETTLE_MILLISECONDS = 120;

/** Needs on the left, the map in the middle, the ranked providers with their reasons on the right. */
export function WorkView() {
  const { query, set } = useAddress();
  const selected = query.get("need");
  // Whoever runs down the list does not ask for the suggestions of each need on the way.
  const settled = useDebounced(selected, SETTLE_MILLISECONDS);
  const [highlighted, setHighlighted] = useState<string | null>(null);
  const select = useCallback((needId: string) => set({ need: needId }), [set]);
  const open = useCallback(() => {
    const heading = document.getElementById("suggestions-heading") ?? document.getElementById("need-heading");
    heading?.focus();
  }, []);
  return (
    <div className="work">
      <QueuePanel selected={selected} onSelect={select} onOpen={open} />
      <MapPanel needId={settled} highlighted={highlighted} onSelect={select} onHighlight={setHighlighted} />
      <NeedPanel needId={settled} highlighted={highlighted} onHighlight={setHighlighted} onSelect={select} />
    </div>
  );
}
