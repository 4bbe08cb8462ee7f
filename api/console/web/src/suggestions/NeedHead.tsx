import type { Need, SuggestionAnswer } from "../api/models";
import { useCategories, useCommunities, useSkills } from "../api/places";
import { districtOf, isDistrict } from "../domain/areas";
import { isOpen, wantedSkills } from "../domain/needs";
import { useSpeech } from "../i18n/context";
import { useNow } from "../ui/useNow";

interface Props {
  need: Need;
  remarks: SuggestionAnswer["remarks"];
  unitsLeft: number;
  isBusy: boolean;
  onAcknowledge: () => void;
}

/** What is needed, where, when, and how long it has waited. */
export function NeedHead({ need, remarks, unitsLeft, isBusy, onAcknowledge }: Props) {
  const { t, f } = useSpeech();
  const now = useNow();
  const categories = useCategories();
  const communities = useCommunities();
  const skills = useSkills();
  const district = districtOf(need.community_code ?? "");
  const usual = categories.byId.get(need.category_id)?.required_skills ?? [];
  const wanted = wantedSkills(need.required_skills, usual);
  const asked = wanted
    .map(({ skill_id, min_level }) => ({ skill: skills.nameOf(skill_id), level: f.decimal(min_level) }))
    .filter(({ skill }) => skill !== "")
    .map((each) => t("need.skill", each));
  const isOver = !isOpen(need);
  return (
    <header className={`need-head urgency-${need.urgency}`}>
      <p className="need-line">
        <span className="urgency">{t(`urgency.${need.urgency}`)}</span>
        <span className="hint">
          {[isDistrict(district) ? t(`district.${district}`) : "", communities.nameOf(need.community_code)]
            .filter((name) => name !== "")
            .join(" · ")}
        </span>
        {need.is_synthetic && <span className="mark">{t("app.synthetic")}</span>}
      </p>
      <h2 id="need-heading" tabIndex={-1}>
        {categories.nameOf(need.category_id)} <span className="hint">{need.id}</span>
      </h2>
      <p className="facts">
        <span>{t("need.units", { left: unitsLeft, units: need.units })}</span>
        {need.is_indivisible && need.units > 1 && <span>{t("need.whole")}</span>}
        <span>{t("need.raised", { since: f.ago(need.created_at, now) })}</span>
        {need.time_window !== null && (
          <span>
            {t("need.window", {
              start: f.moment(need.time_window.start),
              end: f.moment(need.time_window.end),
            })}
          </span>
        )}
        {/* Names come late: a line is kept for them, so that no button moves from under a pointer. */}
        {wanted.length > 0 && (
          <span className="skills">{asked.length > 0 && t("need.skills", { skills: f.list(asked) })}</span>
        )}
      </p>
      {isOver && <p role="status">{t("need.status", { status: t(`need.status.${need.status}`) })}</p>}
      {remarks
        .filter((remark) => remark.code !== "need_not_active")
        .map((remark) => (
          <p key={remark.code} className="remark">
            {t(`remark.${remark.code}`)}
          </p>
        ))}
      {need.answer_due_at !== null && !isOver && (
        <p className="climbs">
          <span>{t("need.climbs", { when: f.since(need.answer_due_at, now) })}</span>
          <button type="button" className="quiet" disabled={isBusy} onClick={onAcknowledge}>
            {t("need.acknowledge")}
          </button>
        </p>
      )}
    </header>
  );
}
