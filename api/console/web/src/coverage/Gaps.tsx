import { useState } from "react";
import { useCategories } from "../api/places";
import { DISTRICTS, isDistrict } from "../domain/areas";
import { useSpeech } from "../i18n/context";
import { useGapShares } from "../map/queries";
import { DataTable } from "../ui/DataTable";
import { Trouble } from "../ui/Trouble";
import { CoverageMap } from "./CoverageMap";
import { shareLayer } from "./layers";
import { useGaps } from "./queries";

const NO_SHARES: ReadonlyMap<string, number> = new Map();

/** Open and unmet needs by area and category. */
export function Gaps({ k }: { k: number }) {
  const { t, f } = useSpeech();
  const categories = useCategories();
  const [area, setArea] = useState("");
  const [category, setCategory] = useState("");
  const gaps = useGaps(area, category);
  const shares = useGapShares(true).data ?? NO_SHARES;
  return (
    <>
      <div className="filters-row">
        <select
          aria-label={t("queue.district")}
          value={area}
          onChange={(event) => setArea(event.target.value)}
        >
          <option value="">{t("queue.any", { name: t("queue.district") })}</option>
          {DISTRICTS.map((code) => (
            <option key={code} value={code}>
              {t(`district.${code}`)}
            </option>
          ))}
        </select>
        <select
          aria-label={t("queue.category")}
          value={category}
          onChange={(event) => setCategory(event.target.value)}
        >
          <option value="">{t("queue.any", { name: t("queue.category") })}</option>
          {categories.items.map(({ id }) => (
            <option key={id} value={id}>
              {categories.nameOf(id)}
            </option>
          ))}
        </select>
        <p className="hint">{t("coverage.rows_hidden", { k })}</p>
      </div>
      <Trouble error={gaps.error} />
      <div className="map-and-table">
        <CoverageMap measure={t("coverage.measure.unmet")} layer={shareLayer(shares)} />
        <DataTable
          caption={t("coverage.gaps_table")}
          empty={gaps.data === undefined ? t("app.loading") : t("coverage.no_rows")}
          keyOf={(row) => `${row.area_code} ${row.category_id}`}
          rows={gaps.data?.items ?? []}
          columns={[
            {
              heading: t("coverage.area"),
              cell: (row) => {
                if (row.level === "city") return t("map.whole");
                return isDistrict(row.area_code) ? t(`district.${row.area_code}`) : row.name;
              },
            },
            { heading: t("coverage.level"), cell: (row) => t(`level.${row.level}`) },
            {
              heading: t("coverage.category"),
              cell: (row) =>
                row.category_id === null ? t("coverage.all_categories") : categories.nameOf(row.category_id),
            },
            { heading: t("coverage.needs"), cell: (row) => f.whole(row.needs), isNumber: true },
            { heading: t("coverage.unmet"), cell: (row) => f.whole(row.unmet), isNumber: true },
            {
              heading: t("coverage.main_cause"),
              cell: (row) => (row.main_cause === null ? "–" : t(`cause.${row.main_cause}`)),
            },
          ]}
        />
      </div>
    </>
  );
}
