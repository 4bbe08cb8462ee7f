import { useCategories, useSkills } from "../api/places";
import { codeInWords } from "../i18n/codes";
import { useSpeech } from "../i18n/context";
import { DataTable } from "../ui/DataTable";
import { Trouble } from "../ui/Trouble";
import { useFragility } from "./queries";

/** Providers that must not be lost, and skills with a single holder. */
export function Fragility() {
  const { t, f } = useSpeech();
  const { data, error } = useFragility();
  const categories = useCategories();
  const skills = useSkills();
  const empty = data === undefined ? t("app.loading") : t("coverage.no_rows");
  return (
    <>
      <Trouble error={error} />
      <DataTable
        caption={t("coverage.key")}
        empty={empty}
        keyOf={(row) => row.provider_id}
        rows={data?.key_providers ?? []}
        columns={[
          { heading: t("coverage.provider"), cell: (row) => row.name },
          { heading: t("coverage.category"), cell: (row) => f.list(row.category_ids.map(categories.nameOf)) },
          { heading: t("coverage.communities"), cell: (row) => f.whole(row.communities), isNumber: true },
          { heading: t("coverage.open_units"), cell: (row) => f.whole(row.open_units), isNumber: true },
          { heading: t("coverage.residents"), cell: (row) => f.whole(row.residents), isNumber: true },
        ]}
      />
      <DataTable
        caption={t("coverage.sole")}
        empty={empty}
        keyOf={(row) => `${row.district_code} ${row.skill_id}`}
        rows={data?.sole_holders ?? []}
        columns={[
          { heading: t("coverage.skill"), cell: (row) => skills.nameOf(row.skill_id) },
          {
            heading: t("coverage.district"),
            cell: (row) => codeInWords(t, "district", row.district_code),
          },
          { heading: t("coverage.provider"), cell: (row) => row.provider_id },
        ]}
      />
    </>
  );
}
