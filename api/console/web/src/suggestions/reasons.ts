import type { FactorName, Gap, Need, Provider, Rule, Suggestion } from "../api/models";
import { wantedSkills } from "../domain/needs";
import type { Formats } from "../i18n/formats";
import type { Translate } from "../i18n/translate";

/** What the words are made from: the provider may not have been read yet. */
export interface Facts {
  suggestion: Suggestion;
  need: Pick<Need, "community_code" | "required_skills">;
  /** What the category asks for where the need says nothing of its own. */
  usualSkills: Need["required_skills"];
  provider: Provider | undefined;
  skillName: (id: string) => string;
}

/** The value of one factor in words. */
export function factorInWords(name: FactorName, facts: Facts, t: Translate, f: Formats): string {
  switch (name) {
    case "proximity":
      return distanceInWords(facts.suggestion.distance_km, t, f);
    case "skill":
      return skillInWords(facts, t, f);
    case "capacity":
      return capacityInWords(facts, t, f);
    case "continuity":
      return continuityInWords(facts, t, f);
    case "fairness":
      return facts.provider === undefined
        ? t("suggestions.share", { value: f.percent(facts.suggestion.factors.fairness?.value ?? 0) })
        : t("suggestions.asked", { count: facts.provider.recent_referrals });
  }
}

export function distanceInWords(km: number | null, t: Translate, f: Formats): string {
  return km === null ? t("suggestions.no_distance") : t("suggestions.away", { distance: f.distance(km) });
}

function skillInWords(
  { suggestion, need, usualSkills, provider, skillName }: Facts,
  t: Translate,
  f: Formats,
): string {
  const value = suggestion.factors.skill?.value ?? 0;
  const wanted = wantedSkills(need.required_skills, usualSkills).map((each) => each.skill_id);
  const held = (provider?.skills ?? []).filter((each) => wanted.includes(each.skill_id));
  if (held.length === 0 || held.some((each) => skillName(each.skill_id) === ""))
    return t("suggestions.fits", { value: f.percent(value) });
  const parts = held.map((each) =>
    t("suggestions.holds", { skill: skillName(each.skill_id), level: f.decimal(each.level) }),
  );
  return f.list(parts);
}

function capacityInWords({ suggestion, provider }: Facts, t: Translate, f: Formats): string {
  const free = suggestion.remaining_units;
  if (provider === undefined) return t("suggestions.free", { free });
  const { total } = provider.capacity;
  // What counts is the share of all places that is left once the need is served.
  const left = Math.round((suggestion.factors.capacity?.value ?? 0) * total);
  return t("suggestions.free_of", { free: f.whole(free), total: f.whole(total), left });
}

/** What the provider's own entry tells; that it has served the resident before is told by nothing else being left. */
function continuityInWords({ suggestion, need, provider }: Facts, t: Translate, f: Formats): string {
  const value = suggestion.factors.continuity?.value ?? 0;
  if (value === 0) return t("suggestions.new_here");
  const code = need.community_code;
  if (provider === undefined || code === null) return t("suggestions.share", { value: f.percent(value) });
  const isBased = provider.community_code === code;
  const isAssigned = provider.serves.includes(code) || provider.serves.includes(code.slice(0, 9));
  const hasServed = value >= 0.999 || !(isBased || isAssigned);
  const parts = [
    hasServed ? t("suggestions.has_served") : null,
    isBased ? t("suggestions.based_here") : null,
    isAssigned ? t("suggestions.assigned_here") : null,
  ];
  return f.list(parts.filter((part) => part !== null));
}

/** What a gap may be about. */
export interface Names {
  skill: (id: string) => string;
  community: (code: string) => string;
}

/** What would have to change for one rule to hold: the rule itself where there is no more to say. */
export function gapInWords(gap: Gap, names: Names, t: Translate, f: Formats): string {
  const { reason, actual, required, subject, unit } = gap;
  if (reason === "outside_service_area" && subject !== null) {
    const community = names.community(subject);
    return community === "" ? t(`rule.${reason}`) : t("gap.area", { community });
  }
  const skill = subject === null ? "" : names.skill(subject);
  if (actual === null || required === null) return t(`rule.${reason}`);
  switch (unit) {
    case "level":
      if (skill === "") break;
      return t("gap.level", { skill, actual: f.decimal(actual), required: f.decimal(required) });
    case "km":
      return t("gap.distance", {
        actual: f.distance(actual),
        required: f.distance(required),
        nearer: f.distance(Math.max(0, actual - required)),
      });
    case "unit":
      return t("gap.units", { actual, required });
    case "minute":
      return t("gap.minutes", { actual: f.whole(actual), required: f.whole(required) });
    case "hour":
      return t("gap.hours", { actual: Math.ceil(actual) });
    case "day":
      return t("gap.days", { actual, required: f.whole(required) });
    case "referral in 30 days":
      return t("gap.referrals", { actual, required: f.whole(required) });
  }
  return t(`rule.${reason}`);
}

/** The same for all gaps of one rule, which is named beside them and need not be named again. */
export function gapsInWords(
  reason: Rule,
  gaps: readonly Gap[],
  names: Names,
  t: Translate,
  f: Formats,
): string {
  const rule = t(`rule.${reason}`);
  const told = gaps.filter((gap) => gap.reason === reason).map((gap) => gapInWords(gap, names, t, f));
  return f.clauses(told.filter((words) => words !== rule));
}
