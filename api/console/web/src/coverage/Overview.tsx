import { useCategories } from "../api/places";
import type { components } from "../api/schema";
import { codeInWords } from "../i18n/codes";
import { useSpeech } from "../i18n/context";
import { DataTable } from "../ui/DataTable";
import { CoverageMap } from "./CoverageMap";
import { reachLayer } from "./layers";
import { useReach } from "./queries";

type Study = components["schemas"]["CoverageSummary"];

const SHOWN = 100;
const NONE: components["schemas"]["CommunityReach"][] = [];

export function Overview({ study }: { study: Study }) {
  const { t, f } = useSpeech();
  const categories = useCategories();
  const found = useReach().data?.items;
  const reach = found ?? NONE;
  const spots = reach.filter((each) => each.spot === "high_high").length;
  const count = (value: number | null) =>
    value === null ? t("coverage.hidden", { k: study.k }) : f.whole(value);
  const missing =
    study.units_wanted === null || study.units_served === null
      ? null
      : study.units_wanted - study.units_served;
  const figures: [label: string, value: string][] = [
    [t("coverage.wanted"), count(study.units_wanted)],
    [t("coverage.servable"), count(study.units_served)],
    [t("coverage.missing"), count(missing)],
    [t("coverage.spots"), found === undefined ? "…" : f.whole(spots)],
  ];
  const most = Math.max(1, ...study.causes.map((each) => each.needs ?? 0));
  const worst = [...reach].sort((one, other) => other.unreached_categories - one.unreached_categories);
  const districtName = (code: string) => codeInWords(t, "district", code);
  return (
    <>
      <dl className="figures">
        {figures.map(([label, value]) => (
          <div key={label} className="card">
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className="map-and-table">
        <CoverageMap measure={t("coverage.measure.unreached")} layer={reachLayer(reach)} />
        <DataTable
          caption={t("coverage.unreached_table")}
          empty={t(found === undefined ? "app.loading" : "coverage.no_rows")}
          keyOf={(row) => row.area_code}
          rows={worst.filter((each) => each.unreached_categories > 0).slice(0, SHOWN)}
          columns={[
            {
              heading: t("coverage.area"),
              cell: (row) => `${districtName(row.district_code ?? "")} ${row.name}`,
            },
            {
              heading: t("coverage.unreached_count"),
              cell: (row) => f.whole(row.unreached_categories),
              isNumber: true,
            },
            { heading: t("coverage.spot"), cell: (row) => t(`coverage.spot.${row.spot}`) },
          ]}
        />
      </div>
      <div className="halves">
        <DataTable
          caption={t("coverage.causes")}
          empty={t("coverage.no_rows")}
          keyOf={(row) => row.cause}
          rows={study.causes}
          columns={[
            { heading: t("coverage.cause"), cell: (row) => t(`cause.${row.cause}`) },
            {
              heading: t("coverage.unmet"),
              isNumber: true,
              cell: (row) => (
                <>
                  {row.needs !== null && (
                    <span
                      className="stretch"
                      aria-hidden="true"
                      style={{ width: `${(row.needs / most) * 180}px` }}
                    />
                  )}
                  {row.needs === null ? <span className="hint">{count(null)}</span> : count(row.needs)}
                </>
              ),
            },
          ]}
        />
        <section className="card">
          <h3>{t("coverage.deficits")}</h3>
          {study.deficits.length === 0 && <p className="hint">{t("coverage.no_deficit")}</p>}
          <ul className="sentences">
            {study.deficits.map((each) => (
              <li key={`${each.category_ids} ${each.district_codes}`}>
                {t("coverage.deficit", {
                  needs: f.whole(each.needs),
                  categories: f.list(each.category_ids.map(categories.nameOf)),
                  districts: f.list(each.district_codes.map(districtName)),
                  units: f.whole(each.units),
                  capacity: f.whole(each.capacity),
                  missing: f.whole(each.missing),
                })}
              </li>
            ))}
          </ul>
        </section>
      </div>
      <DataTable
        caption={t("coverage.supply")}
        empty={t("coverage.no_rows")}
        keyOf={(row) => row.category_id}
        rows={study.categories}
        columns={[
          { heading: t("coverage.category"), cell: (row) => categories.nameOf(row.category_id) },
          { heading: t("coverage.providers"), cell: (row) => f.whole(row.providers), isNumber: true },
          { heading: t("coverage.units"), cell: (row) => f.whole(row.units), isNumber: true },
          {
            heading: t("coverage.unreached"),
            cell: (row) => f.whole(row.unreached_communities),
            isNumber: true,
          },
          {
            heading: t("coverage.main_cause"),
            cell: (row) => (row.main_cause === null ? "–" : t(`cause.${row.main_cause}`)),
          },
        ]}
      />
    </>
  );
}
