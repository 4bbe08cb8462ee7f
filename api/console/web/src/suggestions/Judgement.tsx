import { useNames } from "../api/places";
import { useSpeech } from "../i18n/context";
import { Trouble } from "../ui/Trouble";
import { useJudgement } from "./queries";
import { gapsInWords } from "./reasons";

/** Where a provider stands for a need, or every rule that speaks against it with what would have to change. */
export function Judgement({ needId, providerId }: { needId: string; providerId: string }) {
  const { t, f } = useSpeech();
  const names = useNames();
  const { data, error } = useJudgement(needId, providerId);
  if (error !== null) return <Trouble error={error} />;
  if (data === undefined) return <p>{t("app.loading")}</p>;
  const { name, rank, reasons, gaps } = data;
  const score = f.score(data.score);
  if (data.is_eligible) {
    return (
      <p>
        {rank === null
          ? t("whynot.far_down", { name, score })
          : t("whynot.eligible", { name, rank: f.whole(rank), score })}
      </p>
    );
  }
  return (
    <>
      <p>{t("whynot.excluded", { name, count: reasons.length, score })}</p>
      <ul>
        {reasons.map((reason) => (
          <li key={reason}>
            <strong>{t(`rule.${reason}`)}</strong> {gapsInWords(reason, gaps, names, t, f)}
          </li>
        ))}
      </ul>
    </>
  );
}
