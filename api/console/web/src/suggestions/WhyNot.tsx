import { useId, useState } from "react";
import type { NearMiss } from "../api/models";
import { useSkills } from "../api/places";
import { useSpeech } from "../i18n/context";
import { Trouble } from "../ui/Trouble";
import { useJudgement } from "./queries";
import { gapInWords } from "./reasons";

interface Props {
  needId: string;
  /** Providers that are offered while one writes. */
  known: readonly Pick<NearMiss, "provider_id" | "name">[];
}

/** Ask about any provider: its place in the ranking, or every rule that speaks against it. */
export function WhyNot({ needId, known }: Props) {
  const { t } = useSpeech();
  const id = useId();
  const [asked, setAsked] = useState<string | null>(null);
  return (
    <details className="why-not">
      <summary>{t("whynot.heading")}</summary>
      <form
        className="inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          const text = String(new FormData(event.currentTarget).get("provider")).trim();
          setAsked(known.find((each) => each.name === text)?.provider_id ?? text);
        }}
      >
        <label htmlFor={id}>{t("whynot.label")}</label>
        <input
          id={id}
          name="provider"
          list={`${id}-known`}
          required
          placeholder={t("whynot.hint")}
          autoComplete="off"
        />
        <datalist id={`${id}-known`}>
          {known.map((each) => (
            <option key={each.provider_id} value={each.provider_id}>
              {each.name}
            </option>
          ))}
        </datalist>
        <button type="submit">{t("whynot.ask")}</button>
      </form>
      <div role="status">{asked !== null && <Answer needId={needId} providerId={asked} />}</div>
    </details>
  );
}

function Answer({ needId, providerId }: { needId: string; providerId: string }) {
  const { t, f } = useSpeech();
  const skills = useSkills();
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
            <strong>{t(`rule.${reason}`)}</strong>{" "}
            {gaps
              .filter((gap) => gap.reason === reason)
              .map((gap) => gapInWords(gap, skills.nameOf, t, f))
              .filter((words) => words !== t(`rule.${reason}`))
              .join("; ")}
          </li>
        ))}
      </ul>
    </>
  );
}
