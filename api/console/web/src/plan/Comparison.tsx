import type { PlanOutput } from "../api/models";
import { useSpeech } from "../i18n/context";
import { type Compared, compared, type Measure } from "./comparison";

/** The plan beside what first come, first served would have done. */
export function Comparison({ plan }: { plan: PlanOutput }) {
  const { t, f } = useSpeech();
  const rows = compared(plan.result, plan.first_come);
  const write = (measure: Measure, value: number | null) => {
    if (value === null) return "–";
    if (measure === "mean_distance_km") return f.distance(value);
    if (measure === "served")
      return t("plan.of_needs", { served: f.whole(value), needs: f.whole(plan.result.needs) });
    return f.decimal(value);
  };
  const difference = ({ measure, difference: value }: Compared) => {
    if (value === null) return "–";
    const sign = value > 0 ? "+" : value < 0 ? "−" : "±";
    const size = Math.abs(value);
    return sign + (measure === "mean_distance_km" ? f.distance(size) : f.decimal(size));
  };
  return (
    <section aria-labelledby="compare-heading" className="card wide">
      <h3 id="compare-heading">{t("plan.compare")}</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("plan.measure")}</th>
            <th scope="col" className="number">
              {t("plan.this")}
            </th>
            <th scope="col" className="number">
              {t("plan.first_come")}
            </th>
            <th scope="col" className="number">
              {t("plan.difference")}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.measure}>
              <th scope="row">{t(`plan.measure.${row.measure}`)}</th>
              <td className="number">{write(row.measure, row.plan)}</td>
              <td className="number">{write(row.measure, row.firstCome)}</td>
              <td className={`number ${row.isBetter ? "better" : ""}`}>{difference(row)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
