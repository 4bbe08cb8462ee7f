import { useEffect, useRef, useState } from "react";
import { useCategories } from "../api/places";
import { useAddress } from "../app/address";
import { useShortcut } from "../app/shortcuts";
import { useSpeech } from "../i18n/context";
import type { MessageKey } from "../i18n/messages";
import { Trouble } from "../ui/Trouble";
import { Counts } from "./Counts";
import { FilterBar } from "./FilterBar";
import { areFiltered, type Filters, NO_FILTERS, readFilters, toAddress, unusable } from "./filters";
import { NeedList } from "./NeedList";
import { useQueue } from "./useQueue";

const NAME_KEYS = {
  area: "queue.area",
  category: "queue.category",
  state: "queue.state",
  isMine: "queue.mine",
  search: "queue.search",
} as const satisfies Record<keyof Filters, MessageKey>;

interface Props {
  selected: string | null;
  onSelect: (needId: string) => void;
  onOpen: (needId: string) => void;
}

/** The work queue: filters, counts and the list itself. */
export function QueuePanel({ selected, onSelect, onOpen }: Props) {
  const { t, f } = useSpeech();
  const { query, set } = useAddress();
  const categories = useCategories().byId;
  // Which there are comes a little later; until then any may be one.
  const ignored = unusable(query, (id) => categories.size === 0 || categories.has(id));
  const filters = readFilters(query, ignored);
  const search = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState({ first: 0, last: 0 });
  const queue = useQueue(filters, sight.first, sight.last);
  const change = (changes: Partial<Filters>) => set(toAddress(changes));
  useShortcut("/", () => search.current?.focus());
  useEffect(() => {
    const back = (event: KeyboardEvent) => {
      // Whoever closes a list of options, or leaves off choosing characters, stays where they are.
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
      if (document.querySelector("dialog[open]") === null) list.current?.focus();
    };
    document.addEventListener("keydown", back);
    return () => document.removeEventListener("keydown", back);
  }, []);
  return (
    <section className="queue" aria-labelledby="queue-heading">
      <header className="panel-head">
        <h2 id="queue-heading" tabIndex={-1}>
          {t("queue.heading")}
        </h2>
        {queue.total !== undefined && (
          <p className="count" data-total={queue.total}>
            {t("queue.count", { total: f.whole(queue.total) })}
          </p>
        )}
      </header>
      {ignored.length > 0 && (
        <p role="status" className="remark">
          {t("queue.ignored", { names: f.list(ignored.map((name) => t(NAME_KEYS[name]))) })}
        </p>
      )}
      <FilterBar filters={filters} searchRef={search} onChange={change} />
      {queue.counts !== undefined && <Counts counts={queue.counts} filters={filters} onChange={change} />}
      <Trouble error={queue.error} />
      {queue.isStale && (
        <p role="status" className="remark">
          {t("suggestions.stale")}
        </p>
      )}
      {queue.total === 0 ? (
        <div className="empty">
          <p>{t("queue.none")}</p>
          {areFiltered(filters) && (
            <button type="button" onClick={() => change(NO_FILTERS)}>
              {t("queue.clear")}
            </button>
          )}
        </div>
      ) : (
        <NeedList
          listRef={list}
          queue={queue}
          selected={selected}
          onSelect={onSelect}
          onOpen={onOpen}
          onSight={(first, last) =>
            setSight((now) => (now.first === first && now.last === last ? now : { first, last }))
          }
        />
      )}
    </section>
  );
}
