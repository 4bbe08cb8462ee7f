import { codeInWords } from "../i18n/codes";
import { useSpeech } from "../i18n/context";
import { DataTable } from "../ui/DataTable";
import { Trouble } from "../ui/Trouble";
import { groupInWords } from "./groups";
import { useFairness } from "./queries";

/** Who is asked how often, and whose needs are served. */
export function Fairness({ k }: { k: number }) {
  const { t, f } = useSpeech();
  const { data, error } = useFairness();
  const empty = data === undefined ? t("app.loading") : t("coverage.no_rows");
  const hidden = <span className="hint">{t("coverage.hidden", { k })}</span>;
  return (
    <>
      <Trouble error={error} />
      <DataTable
        caption={t("coverage.exposure")}
        empty={empty}
        keyOf={(row) => row.kind}
        rows={data?.exposures ?? []}
        columns={[
          { heading: t("coverage.kind"), cell: (row) => codeInWords(t, "kind", row.kind) },
          { heading: t("coverage.providers"), cell: (row) => f.whole(row.providers), isNumber: true },
          { heading: t("coverage.never"), cell: (row) => f.whole(row.never_asked), isNumber: true },
          { heading: t("coverage.referrals"), cell: (row) => f.whole(row.referrals), isNumber: true },
          {
            heading: t("coverage.gini"),
            cell: (row) => (row.gini === null ? "–" : f.decimal(row.gini)),
            isNumber: true,
          },
        ]}
      />
      <DataTable
        caption={t("coverage.served")}
        empty={empty}
        keyOf={(row) => `${row.grouping} ${row.group}`}
        rows={data?.served ?? []}
        columns={[
          {
            heading: t("coverage.group"),
            cell: (row) => groupInWords(t, row.grouping, row.group),
          },
          { heading: t("coverage.grouping"), cell: (row) => t(`coverage.grouping.${row.grouping}`) },
          {
            heading: t("coverage.needs"),
            cell: (row) => (row.needs === null ? hidden : f.whole(row.needs)),
            isNumber: true,
          },
          {
            heading: t("coverage.rate"),
            cell: (row) => (row.rate === null ? hidden : f.percent(row.rate)),
            isNumber: true,
          },
        ]}
      />
    </>
  );
}
