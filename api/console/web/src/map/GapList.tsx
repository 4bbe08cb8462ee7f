import { DISTRICTS } from "../domain/areas";
import { useSpeech } from "../i18n/context";
import { Trouble } from "../ui/Trouble";
import { useGapShares } from "./queries";

/** What the colours of the districts say, in figures. */
export function GapList() {
  const { t, f } = useSpeech();
  const { data, error } = useGapShares(true);
  if (error !== null) return <Trouble error={error} />;
  return (
    <details className="gap-list">
      <summary>{t("map.gaps_table")}</summary>
      <dl>
        {DISTRICTS.map((code) => {
          const share = data?.get(code);
          return (
            <div key={code}>
              <dt>{t(`district.${code}`)}</dt>
              <dd>{share === undefined ? "–" : f.percent(share)}</dd>
            </div>
          );
        })}
      </dl>
      <p className="hint">{t("map.gaps_hidden")}</p>
    </details>
  );
}
