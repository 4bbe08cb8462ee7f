import { type RefObject, useEffect, useRef, useState } from "react";
import { useCategories, useStreets } from "../api/places";
import { districtOf, districtsWithin } from "../domain/areas";
import { useSpeech } from "../i18n/context";
import { useSession } from "../session/context";
import { useDebounced } from "../ui/useDebounced";
import { type Filters, MOST_SOUGHT } from "./filters";

interface Props {
  filters: Filters;
  searchRef: RefObject<HTMLInputElement | null>;
  onChange: (changes: Partial<Filters>) => void;
}

export function FilterBar({ filters, searchRef, onChange }: Props) {
  const { t } = useSpeech();
  const { session } = useSession();
  const categories = useCategories();
  const district = districtOf(filters.area);
  const streets = useStreets(district);
  return (
    <search className="filters">
      <Search value={filters.search} inputRef={searchRef} onChange={(search) => onChange({ search })} />
      <select
        aria-label={t("queue.district")}
        value={district}
        onChange={(event) => onChange({ area: event.target.value })}
      >
        <option value="">{t("queue.any", { name: t("queue.district") })}</option>
        {districtsWithin(session.jurisdiction).map((code) => (
          <option key={code} value={code}>
            {t(`district.${code}`)}
          </option>
        ))}
      </select>
      <select
        aria-label={t("queue.street")}
        value={filters.area.length > 6 ? filters.area : ""}
        disabled={district === ""}
        onChange={(event) => onChange({ area: event.target.value || district })}
      >
        <option value="">{t("queue.any", { name: t("queue.street") })}</option>
        {streets.map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
      <select
        aria-label={t("queue.category")}
        value={filters.category}
        onChange={(event) => onChange({ category: event.target.value })}
      >
        <option value="">{t("queue.any", { name: t("queue.category") })}</option>
        {categories.items.map((category) => (
          <option key={category.id} value={category.id}>
            {categories.nameOf(category.id)}
          </option>
        ))}
      </select>
    </search>
  );
}

interface SearchProps {
  value: string;
  inputRef: RefObject<HTMLInputElement | null>;
  onChange: (text: string) => void;
}

function Search({ value, inputRef, onChange }: SearchProps) {
  const { t } = useSpeech();
  const [text, setText] = useState(value);
  const settled = useDebounced(text, 250);
  // What comes back of what was told takes nothing from what was written since.
  const told = useRef<string[]>([]);
  useEffect(() => {
    const place = told.current.indexOf(value);
    told.current = place < 0 ? [] : told.current.slice(place + 1);
    if (place < 0) setText(value);
  }, [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was written is told once, when it has settled
  useEffect(() => {
    const sought = settled.trim();
    if (settled !== text || sought === (told.current.at(-1) ?? value)) return;
    told.current.push(sought);
    onChange(sought);
  }, [settled]);
  return (
    <input
      ref={inputRef}
      type="search"
      aria-label={t("queue.search")}
      aria-keyshortcuts="/"
      placeholder={t("queue.search_hint")}
      maxLength={MOST_SOUGHT}
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
