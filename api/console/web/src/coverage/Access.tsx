import { useMemo, useState } from "react";
import { useCategories, useCommunities } from "../api/places";
import { useSpeech } from "../i18n/context";
import { DataTable } from "../ui/DataTable";
import { Trouble } from "../ui/Trouble";
import { CoverageMap } from "./CoverageMap";
import { accessLayer, perThousand } from "./layers";
import { useAccess } from "./queries";

const SHOWN = 100;

/** Access to one category over every provider. */
export function Access() {
  const { t, f } = useSpeech();
  const categories = useCategories();
  const communities = useCommunities();
  const [category, setCategory] = useState(categories.items[0]?.id ?? "");
  const access = useAccess(category);
  const found = access.data?.communities;
  const places = useMemo(
    () => new Map(communities.items.map((each) => [each.code, each])),
    [communities.items],
  );
  const layer = useMemo(() => accessLayer(found ?? [], places), [found, places]);
  const least = [...(found ?? [])]
    .sort((one, other) => (one.ratio ?? 0) - (other.ratio ?? 0))
    .slice(0, SHOWN);
  return (
    <>
      <div className="filters-row">
        <select
          aria-label={t("queue.category")}
          value={category}
          onChange={(event) => setCategory(event.target.value)}
        >
          {categories.items.map(({ id }) => (
            <option key={id} value={id}>
              {categories.nameOf(id)}
            </option>
          ))}
        </select>
        {access.data !== undefined && (
          <p>
            {t("coverage.access_summary", {
              providers: f.whole(access.data.providers),
              units: f.whole(access.data.units),
              reached: f.whole(access.data.reached_units),
            })}{" "}
            {access.data.is_estimated && <span className="hint">{t("coverage.estimated")}</span>}
          </p>
        )}
      </div>
      <Trouble error={access.error} />
      <div className="map-and-table">
        <CoverageMap
          measure={t("coverage.measure.access", { category: categories.nameOf(category) })}
          layer={layer}
        />
        <DataTable
          caption={t("coverage.access_table")}
          empty={found === undefined ? t("app.loading") : t("coverage.no_rows")}
          keyOf={(row) => row.area_code}
          rows={least}
          columns={[
            { heading: t("coverage.area"), cell: (row) => communities.nameOf(row.area_code) },
            {
              heading: t("coverage.ratio"),
              cell: (row) => f.decimal(perThousand(row) ?? 0),
              isNumber: true,
            },
            { heading: t("coverage.providers"), cell: (row) => f.whole(row.providers), isNumber: true },
            { heading: t("coverage.units"), cell: (row) => f.whole(row.units), isNumber: true },
          ]}
        />
      </div>
    </>
  );
}
