import { useCategories } from "../api/places";
import { isPassing } from "../api/problems";
import { useAddress } from "../app/address";
import { useSpeech } from "../i18n/context";
import { Trouble, wordsFor } from "../ui/Trouble";
import { Access } from "./Access";
import { Fairness } from "./Fairness";
import { Fragility } from "./Fragility";
import { Gaps } from "./Gaps";
import { Overview } from "./Overview";
import { useCoverage } from "./queries";

const SECTIONS = ["overview", "gaps", "access", "fragility", "fairness"] as const;
type Section = (typeof SECTIONS)[number];

/** Where help does not reach, why, and on whom it rests. */
export default function CoverageView() {
  const { t, f } = useSpeech();
  const { query, set } = useAddress();
  const summary = useCoverage();
  const categories = useCategories();
  const section = SECTIONS.find((each) => each === query.get("section")) ?? "overview";
  const study = summary.data;
  return (
    <div className="coverage">
      <header className="coverage-head">
        <h2 tabIndex={-1}>{t("coverage.heading")}</h2>
        <nav aria-label={t("coverage.sections")}>
          <ul className="tabs">
            {SECTIONS.map((each) => (
              <li key={each}>
                <button
                  type="button"
                  aria-current={each === section ? "page" : undefined}
                  onClick={() => set({ section: each })}
                >
                  {t(`coverage.section.${each}`)}
                </button>
              </li>
            ))}
          </ul>
        </nav>
        {study !== undefined && (
          <p className="hint">
            {t("coverage.made", {
              when: f.moment(study.made_at),
              revision: String(study.graph_revision),
              k: study.k,
            })}
          </p>
        )}
        <a href="/v1/coverage/report" target="_blank" rel="noreferrer">
          {t("coverage.report")}
        </a>
      </header>
      {isPassing(summary.error) ? (
        <p role="status" className="waiting">
          {wordsFor(summary.error, false, t)}
        </p>
      ) : (
        <Trouble error={summary.error} />
      )}
      {study === undefined && summary.error === null && <p className="waiting">{t("app.loading")}</p>}
      {study !== undefined && <div className="page">{contentOf(section)}</div>}
    </div>
  );

  function contentOf(shown: Section) {
    if (study === undefined) return null;
    if (shown === "overview") return <Overview study={study} />;
    if (shown === "gaps") return <Gaps k={study.k} />;
    if (shown === "access") return <Access key={categories.items.length} />;
    if (shown === "fragility") return <Fragility />;
    return <Fairness k={study.k} />;
  }
}
