import { describe, expect, it } from "vitest";
import type { Gap, Need, Provider, Suggestion } from "../src/api/models";
import { formatsOf } from "../src/i18n/formats";
import { translator } from "../src/i18n/translate";
import { type Facts, factorInWords, gapInWords, gapsInWords } from "../src/suggestions/reasons";
import { FACTORS, normalised, reranked, slidersOf, type Weights } from "../src/suggestions/weights";

const t = translator("en");
const f = formatsOf("en");

function suggestion(id: string, values: Weights, weights: Weights): Suggestion {
  const factors = Object.fromEntries(
    FACTORS.map((name) => [
      name,
      { weight: weights[name], value: values[name], contribution: weights[name] * values[name] },
    ]),
  );
  const score = Object.values(factors).reduce((sum, each) => sum + each.contribution, 0);
  const rest = { rank: 1, kind: "station", name: id, distance_km: 1.2, remaining_units: 3 };
  return { provider_id: id, score, factors, ...rest };
}

const EVEN: Weights = { proximity: 0.2, skill: 0.2, capacity: 0.2, continuity: 0.2, fairness: 0.2 };
const NEAR: Weights = { proximity: 1, skill: 0.5, capacity: 0, continuity: 0, fairness: 0 };
const SKILLED: Weights = { proximity: 0, skill: 1, capacity: 0.4, continuity: 0, fairness: 0 };

describe("weights of a trial", () => {
  it("sum to exactly one in whole millionths", () => {
    for (const sliders of [EVEN, { ...EVEN, skill: 33 }, { ...EVEN, proximity: 7, fairness: 1 / 3 }]) {
      const weights = normalised(sliders);
      const millionths = Object.values(weights ?? {}).map((each) => Math.round(each * 1e6));
      expect(millionths.reduce((sum, each) => sum + each, 0)).toBe(1_000_000);
    }
  });

  it("cannot all be nothing", () => {
    expect(normalised({ proximity: 0, skill: 0, capacity: 0, continuity: 0, fairness: 0 })).toBeNull();
  });

  it("start where the service's are", () => {
    expect(slidersOf(suggestion("a", NEAR, EVEN))).toEqual({
      proximity: 20,
      skill: 20,
      capacity: 20,
      continuity: 20,
      fairness: 20,
    });
  });

  it("rank those at hand anew, with parts that add up", () => {
    const listed = [suggestion("near", NEAR, EVEN), suggestion("skilled", SKILLED, EVEN)];
    const weights = normalised({ proximity: 0, skill: 80, capacity: 20, continuity: 0, fairness: 0 });
    const ranked = reranked(listed, weights ?? EVEN);
    expect(ranked.map(({ rank, provider_id }) => [rank, provider_id])).toEqual([
      [1, "skilled"],
      [2, "near"],
    ]);
    for (const { score, factors } of ranked) {
      const sum = Object.values(factors).reduce((total, each) => total + each.contribution, 0);
      expect(score).toBeCloseTo(sum, 12);
    }
  });

  it("keep equal scores in the order of ids, as the service does", () => {
    const listed = [suggestion("b", NEAR, EVEN), suggestion("a", NEAR, EVEN)];
    expect(reranked(listed, EVEN).map((each) => each.provider_id)).toEqual(["a", "b"]);
  });
});

describe("factors in words", () => {
  const need: Pick<Need, "community_code" | "required_skills"> = {
    community_code: "440103001101",
    required_skills: [{ skill_id: "care.bathing", min_level: 0.5 }],
  };
  const provider = {
    id: "s1",
    community_code: "440103001101",
    serves: ["440103001"],
    capacity: { total: 4, reserved: 1, consumed: 0, remaining: 3 },
    skills: [
      { skill_id: "care.bathing", level: 0.9 },
      { skill_id: "cooking", level: 1 },
    ],
    recent_referrals: 2,
  } as unknown as Provider;
  const facts = (changes: Partial<Facts> = {}): Facts => ({
    suggestion: suggestion(
      "s1",
      { proximity: 0.8, skill: 0.9, capacity: 0.5, continuity: 0.5, fairness: 0.7 },
      EVEN,
    ),
    need,
    usualSkills: [],
    provider,
    skillName: (id) => `<${id}>`,
    ...changes,
  });

  it("tell distance, level, places and how often somebody was asked", () => {
    expect(FACTORS.map((name) => factorInWords(name, facts(), t, f))).toEqual([
      "1.2 km away",
      "holds <care.bathing> at level 0.9",
      "3 of 4 places free, then 2",
      "based in this community and assigned to this community",
      "asked twice in 30 days",
    ]);
  });

  it("say that nothing is left where capacity counts for nothing though a place is free", () => {
    const capacity = { total: 1, reserved: 0, consumed: 0, remaining: 1 };
    const last = suggestion("s1", { ...EVEN, capacity: 0 }, EVEN);
    const given = facts({
      suggestion: { ...last, remaining_units: 1 },
      provider: { ...provider, capacity } as Provider,
    });
    expect(factorInWords("capacity", given, t, f)).toBe("1 of 1 places free, then full");
  });

  it("do not name a skill whose name is not known yet", () => {
    expect(factorInWords("skill", facts({ skillName: () => "" }), t, f)).toBe("skills fit to 90%");
  });

  it("go by what the category asks for where the need says nothing", () => {
    const usual = { ...need, required_skills: [] };
    const words = factorInWords("skill", facts({ need: usual, usualSkills: need.required_skills }), t, f);
    expect(words).toBe("holds <care.bathing> at level 0.9");
  });

  it("say less while the provider's entry is on its way, and nothing that is not known", () => {
    const early = facts({ provider: undefined });
    expect(factorInWords("skill", early, t, f)).toBe("skills fit to 90%");
    expect(factorInWords("capacity", early, t, f)).toBe("3 places free");
    expect(factorInWords("continuity", early, t, f)).toBe("50% of what is possible");
  });

  it("tell continuity from what the entry says", () => {
    const elsewhere = { ...provider, community_code: "440104001001", serves: [] };
    expect(factorInWords("continuity", facts({ provider: elsewhere }), t, f)).toBe(
      "has served this resident before",
    );
    const none = suggestion("s1", { ...EVEN, continuity: 0 }, EVEN);
    expect(factorInWords("continuity", facts({ suggestion: none }), t, f)).toBe(
      "new to this resident and community",
    );
  });
});

describe("what would have to change", () => {
  const names = { skill: (id: string) => `<${id}>`, community: (code: string) => `[${code}]` };
  const words = (gap: Partial<Gap> & Pick<Gap, "reason">) =>
    gapInWords({ subject: null, actual: null, required: null, unit: null, ...gap }, names, t, f);

  it("is said in figures", () => {
    expect(
      words({ reason: "not_skilled", subject: "cooking", actual: 0, required: 0.3, unit: "level" }),
    ).toBe("would need <cooking> at level 0.3, has 0");
    expect(words({ reason: "too_far", actual: 12.2, required: 10, unit: "km" })).toBe(
      "would have to be 2.2 km nearer: 12.2 km away, limit 10 km",
    );
    expect(words({ reason: "no_capacity", actual: 0, required: 2, unit: "unit" })).toBe(
      "would need 2 free units, has 0",
    );
    expect(words({ reason: "unavailable_at_time", actual: 0, required: 45, unit: "minute" })).toBe(
      "would have to be free for 45 minutes on end, is for 0",
    );
  });

  it("names the community that would have to be served, once it is known", () => {
    const gap = { reason: "outside_service_area", subject: "440103001101" } as const;
    expect(words(gap)).toBe("would have to serve [440103001101] or an area around it");
    const early = { ...names, community: () => "" };
    const told: Gap = { ...gap, actual: null, required: null, unit: null };
    expect(gapInWords(told, early, t, f)).toBe("serves other areas");
    expect(words({ reason: "outside_service_area" })).toBe("serves other areas");
  });

  it("is how long somebody rests, was asked or was not verified", () => {
    const cooldown = { reason: "on_cooldown", required: 0 } as const;
    expect(words({ ...cooldown, actual: 4.2, unit: "hour" })).toBe("rests for another 5 hours");
    expect(words({ ...cooldown, actual: 3, required: 2, unit: "referral in 30 days" })).toBe(
      "asked 3 times in 30 days, its limit is 2",
    );
    expect(words({ reason: "not_verified", actual: 400, required: 365, unit: "day" })).toBe(
      "verified 400 days ago, which counts for 365",
    );
  });

  it("does not name the rule again that stands beside it", () => {
    const gap = { reason: "inactive" as const, subject: null, actual: null, required: null, unit: null };
    const level = { ...gap, reason: "not_skilled" as const, subject: "cooking", actual: 0, required: 0.3 };
    const several = [{ ...level, unit: "level" }, { ...level, subject: "driving", unit: "level" }, gap];
    const zh = translator("zh-CN");
    const told = gapsInWords("not_skilled", several as Gap[], names, zh, formatsOf("zh-CN"));
    expect(told).toBe("需要“<cooking>”等级 0.3，现为 0；需要“<driving>”等级 0.3，现为 0");
    expect(gapsInWords("inactive", several as Gap[], names, zh, formatsOf("zh-CN"))).toBe("");
  });

  it("is the rule itself where there are no figures", () => {
    expect(words({ reason: "inactive" })).toBe("not active");
  });
});
