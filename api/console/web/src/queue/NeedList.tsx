import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type RefObject, useEffect, useState } from "react";
import { useSpeech } from "../i18n/context";
import { NeedRow } from "./NeedRow";
import type { Queue } from "./useQueue";
import { moved } from "./windows";

const ROW_PIXELS = 62;

interface Props {
  listRef: RefObject<HTMLDivElement | null>;
  queue: Queue;
  selected: string | null;
  onSelect: (needId: string) => void;
  onOpen: (needId: string) => void;
  onSight: (first: number, last: number) => void;
}

/** A list of any length, of which the rows in sight exist. One stop for the Tab key; the cursor moves inside. */
export function NeedList({ listRef, queue, selected, onSelect, onOpen, onSight }: Props) {
  const { t } = useSpeech();
  const total = queue.total ?? 0;
  const [cursor, setCursor] = useState(0);
  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => listRef.current,
    estimateSize: () => ROW_PIXELS,
    overscan: 6,
  });
  const inSight = rows.getVirtualItems();
  const first = inSight[0]?.index ?? 0;
  const last = inSight.at(-1)?.index ?? 0;
  useEffect(() => onSight(first, last), [first, last, onSight]);
  // The need that is looked at may have changed its place, or not be open any more: then the cursor stays where it was.
  const place = selected === null ? -1 : queue.indexOf(selected);
  useEffect(() => {
    if (place >= 0) setCursor(place);
  }, [place]);
  // A key may go to a row that has yet to be read.
  const [awaited, setAwaited] = useState(-1);
  const arrived = queue.at(awaited)?.need_id;
  useEffect(() => {
    if (arrived === undefined) return;
    setAwaited(-1);
    onSelect(arrived);
  }, [arrived, onSelect]);

  const go = (index: number) => {
    setCursor(index);
    rows.scrollToIndex(index, { align: "auto" });
    const item = queue.at(index);
    setAwaited(item === undefined ? index : -1);
    if (item !== undefined) onSelect(item.need_id);
  };
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      const item = queue.at(cursor);
      if (item !== undefined) {
        onSelect(item.need_id);
        onOpen(item.need_id);
      }
      return;
    }
    const page = Math.max(1, Math.floor((listRef.current?.clientHeight ?? 0) / ROW_PIXELS) - 1);
    const index = moved(event.key, cursor, total, page);
    if (index === null || total === 0) return;
    event.preventDefault();
    go(index);
  };
  return (
    <div
      ref={listRef}
      role="listbox"
      tabIndex={0}
      className="needs"
      aria-label={t("queue.list")}
      aria-busy={queue.total === undefined}
      aria-activedescendant={inSight.some((row) => row.index === cursor) ? `need-row-${cursor}` : undefined}
      onKeyDown={press}
    >
      <div role="presentation" className="needs-space" style={{ height: rows.getTotalSize() }}>
        {inSight.map((row) => (
          <NeedRow
            key={row.key}
            index={row.index}
            total={total}
            start={row.start}
            item={queue.at(row.index)}
            isSelected={queue.at(row.index)?.need_id === selected && selected !== null}
            isCursor={row.index === cursor}
            onPick={() => go(row.index)}
          />
        ))}
      </div>
    </div>
  );
}
