import { describe, expect, it } from "vitest";
import { formatsOf } from "../src/i18n/formats";
import { translator } from "../src/i18n/translate";
import { acceptedInWords, chunks, keyOf } from "../src/plan/acceptance";
import { certificateInWords, isBest } from "../src/plan/certificate";
import { compared } from "../src/plan/comparison";

describe("a plan", () => {
  const tally = { needs: 9, units: 12, weight: 20, served_in_part: 0, weight_served: 10, score: 3 };

  it("is better where it serves more or goes less far", () => {
    const rows = compared(
      { ...tally, served: 7, units_served: 9, mean_distance_km: 2.5 },
      { ...tally, served: 6, units_served: 9, mean_distance_km: 3 },
    );
    const better = rows.filter((each) => each.isBetter).map((each) => each.measure);
    expect(better).toEqual(["served", "mean_distance_km"]);
    expect(rows.find((each) => each.measure === "mean_distance_km")?.difference).toBe(-0.5);
  });

  it("compares nothing with what is not known", () => {
    const rows = compared(
      { ...tally, served: 0, units_served: 0, mean_distance_km: null },
      { ...tally, served: 0, units_served: 0, mean_distance_km: 1 },
    );
    expect(rows.at(-1)).toMatchObject({ difference: null, isBetter: false });
  });

  it("is accepted a hundred at a time, nothing twice and nothing left out", () => {
    const all = Array.from({ length: 230 }, (_, index) => ({ need_id: `n${index}`, provider_id: "p" }));
    const parts = chunks(all);
    expect(parts.map((part) => part.length)).toEqual([100, 100, 30]);
    expect(new Set(parts.flat().map(keyOf)).size).toBe(230);
    expect(chunks([])).toEqual([]);
  });

  it("asks the providers of one need together", () => {
    const pairs = ["a1", "b1", "b2", "a2", "c1", "c2"];
    const all = pairs.map((pair) => ({ need_id: pair.charAt(0), provider_id: pair }));
    const parts = chunks(all, 3);
    expect(parts.map((part) => part.map(({ provider_id }) => provider_id))).toEqual([
      ["a1", "a2"],
      ["b1", "b2"],
      ["c1", "c2"],
    ]);
  });
});

describe("what was accepted", () => {
  const said = (held: number, refused: number) =>
    acceptedInWords(held, refused, translator("en"), formatsOf("en"));

  it("is told without what there is none of", () => {
    expect(said(2, 0)).toBe("2 held and offered.");
    expect(said(0, 2)).toMatch(/^None is held/);
    expect(said(1, 2)).toMatch(/^1 held and offered, 2 not/);
  });

  it("leaves what is under way as it is, one or many", () => {
    const kept = (count: number) => translator("en")("plan.locked", { count });
    expect(kept(1)).toBe("1 referral was under way already and stays as it is.");
    expect(kept(2)).toBe("2 referrals were under way already and stay as they are.");
  });
});

describe("a certificate", () => {
  const words = (gap: number, rest: { is_most_served?: boolean; is_proven?: boolean } = {}) =>
    certificateInWords(
      { gap, is_most_served: true, is_proven: false, ...rest },
      translator("en"),
      formatsOf("en"),
    );

  it("says so if no plan is better", () => {
    expect(words(0.2, { is_proven: true })).toContain("no plan is better");
    expect(words(0)).toContain("no plan is better");
    expect(isBest({ gap: 1e-9, is_most_served: true, is_proven: false })).toBe(false);
  });

  it("never tells a gap as nothing or as less than it is", () => {
    expect(words(1e-7)).toContain("by less than 0.1%");
    expect(words(0.0034)).toContain("at most 0.4%");
    const chinese = { gap: 1e-7, is_most_served: true, is_proven: false };
    expect(certificateInWords(chinese, translator("zh-CN"), formatsOf("zh-CN"))).toContain("不足 0.1%");
  });

  it("tells no share of the score where more might be served", () => {
    expect(words(3.7, { is_most_served: false })).toMatch(/^Not proven: [^\d]*$/);
  });
});
