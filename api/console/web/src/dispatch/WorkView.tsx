import { useCallback, useState } from "react";
import type { Suggestion } from "../api/models";
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
  // What a trial of weights lists, which the map is to number alike.
  const [tried, setTried] = useState<readonly Suggestion[] | null>(null);
  const select = useCallback((needId: string) => set({ need: needId }), [set]);
  // The need whose reasons are to have the focus, once they are there.
  const [opened, setOpened] = useState<string | null>(null);
  const arrive = useCallback(() => setOpened(null), []);
  return (
    <div className="work">
      <QueuePanel selected={selected} onSelect={select} onOpen={setOpened} />
      <MapPanel
        needId={settled}
        tried={tried}
        highlighted={highlighted}
        onSelect={select}
        onHighlight={setHighlighted}
      />
      <NeedPanel
        opened={opened}
        onArrive={arrive}
        needId={settled}
        highlighted={highlighted}
        onHighlight={setHighlighted}
        onTry={setTried}
        onSelect={select}
      />
    </div>
  );
}
