import { describe, expect, it } from "vitest";
import { changed, parse } from "../src/app/address";
import { groupInWords } from "../src/coverage/groups";
import { colourOf, scaleOf } from "../src/coverage/scale";
import { districtsWithin, streetsIn } from "../src/domain/areas";
import { worst } from "../src/domain/urgency";
import { formatsOf } from "../src/i18n/formats";
import { translator } from "../src/i18n/translate";
import { chunks, keyOf } from "../src/plan/acceptance";
import { compared } from "../src/plan/comparison";
import { areFiltered, NO_FILTERS, readFilters, toAddress, toQuery } from "../src/queue/filters";
import { moved, WINDOW, windowsOf } from "../src/queue/windows";
import { viewsOf } from "../src/session/roles";

describe("windows of the list", () => {
  it("cover the rows in sight and always the first, which has the counts", () => {
    expect(windowsOf(0, 20)).toEqual([0]);
    expect(windowsOf(WINDOW - 5, WINDOW + 5)).toEqual([0, 1]);
    expect(windowsOf(44_300, 44_336)).toEqual([0, 443]);
  });

  it("let keys move the cursor, not beyond the ends", () => {
    expect(moved("j", 3, 10, 5)).toBe(4);
    expect(moved("ArrowUp", 0, 10, 5)).toBe(0);
    expect(moved("PageDown", 7, 10, 5)).toBe(9);
    expect(moved("End", 0, 44_337, 5)).toBe(44_336);
    expect(moved("Home", 44_336, 44_337, 5)).toBe(0);
    expect(moved("x", 3, 10, 5)).toBeNull();
  });
});

describe("filters", () => {
  it("survive a reload in the address", () => {
    const filters = {
      area: "440103",
      category: "meals",
      state: "waiting",
      isMine: true,
      search: "a b",
    } as const;
    const place = parse(...split(changed(parse("/console/work", "?need=n1"), toAddress(filters))));
    expect(readFilters(place.query)).toEqual(filters);
    expect(place.query.get("need")).toBe("n1");
    const cleared = parse(...split(changed(place, toAddress(NO_FILTERS))));
    expect(cleared.query.toString()).toBe("need=n1");
  });

  it("that are not set are not sent, and nonsense in the address is none", () => {
    const none = { area_code: null, category_id: null, is_mine: null, search: null };
    expect(toQuery(NO_FILTERS)).toEqual({ ...none, state: "open" });
    expect(toQuery({ ...NO_FILTERS, state: "all" })).toEqual({ ...none, state: null });
    expect(areFiltered(readFilters(new URLSearchParams("state=nonsense")))).toBe(false);
    expect(areFiltered(readFilters(new URLSearchParams("mine=1")))).toBe(true);
  });

  function split(address: string): [string, string] {
    const url = new URL(address, "http://console.test");
    return [url.pathname, url.search];
  }
});

describe("areas", () => {
  it("of a jurisdiction are the districts that it touches", () => {
    expect(districtsWithin(null)).toHaveLength(11);
    expect(districtsWithin(["4401"])).toHaveLength(11);
    expect(districtsWithin(["440103001", "440118"])).toEqual(["440103", "440118"]);
    expect(districtsWithin(["4403"])).toEqual([]);
  });

  it("of a district are the streets that its communities lie in", () => {
    const communities = [
      { code: "440103001101", name: "A" },
      { code: "440103001102", name: "B" },
      { code: "440103002101", name: "C" },
      { code: "440104001101", name: "D" },
    ];
    expect(streetsIn("440103", communities)).toEqual([
      { code: "440103001", firstCommunity: "A" },
      { code: "440103002", firstCommunity: "C" },
    ]);
  });
});

describe("roles", () => {
  it("see what the service lets them do", () => {
    expect(viewsOf("dispatcher")).toEqual(["work", "plan", "coverage"]);
    expect(viewsOf("staff")).toEqual(["work"]);
    expect(viewsOf("analyst")).toEqual(["coverage"]);
    expect(viewsOf("api_client")).toEqual([]);
  });
});

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

describe("scales", () => {
  it("have a step for each value where there are few", () => {
    const scale = scaleOf([0, 0, 0, 5], false);
    expect(scale.breaks).toEqual([0]);
    expect(colourOf(scale, 0)).not.toBe(colourOf(scale, 5));
  });

  it("turn around where more is better", () => {
    const values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    expect(colourOf(scaleOf(values, true), 1)).toBe(colourOf(scaleOf(values, false), 10));
    expect(scaleOf(values, false).breaks).toEqual([2, 4, 6, 8]);
  });

  it("bear that there is nothing", () => {
    expect(scaleOf([], false)).toEqual({ breaks: [], colours: [] });
  });
});

describe("formats", () => {
  const now = Date.parse("2026-03-02T12:00:00Z");

  it("write distances in metres below a kilometre", () => {
    expect(formatsOf("en").distance(0.85)).toBe("850 m");
    expect(formatsOf("en").distance(12.34)).toBe("12.3 km");
    expect(formatsOf("zh-CN").distance(1.2)).toBe("1.2公里");
  });

  it("say how long ago in the largest unit that fits", () => {
    const { since } = formatsOf("en");
    expect(since("2026-03-02T11:59:40Z", now)).toBe("20 sec. ago");
    expect(since("2026-03-02T12:00:00.3Z", now)).toBe("now");
    expect(since("2026-03-02T09:30:00Z", now)).toBe("2 hr. ago");
    expect(since("2026-03-02T12:14:00Z", now)).toBe("in 14 min.");
    expect(formatsOf("zh-CN").since("2026-02-23T12:00:00Z", now)).toBe("7天前");
  });
});

describe("groups of residents", () => {
  it("have names in both languages; codes that the console does not know stay as they are", () => {
    const [en, zh] = [translator("en"), translator("zh-CN")];
    expect(groupInWords(en, "hardship", "older_living_alone")).toBe("Older, living alone");
    expect(groupInWords(en, "hardship", "something_new")).toBe("something_new");
    expect(groupInWords(zh, "district", "440118")).toBe("增城区");
    expect(groupInWords(zh, "distance", "2-5 km")).toBe("2 至 5 公里");
    expect(groupInWords(zh, "distance", "over 10 km")).toBe("10 公里以上");
    expect(groupInWords(zh, "age", "80+")).toBe("80+");
  });
});

describe("urgency", () => {
  it("of a heap is that of its most urgent need", () => {
    expect(worst({ routine: 8, asap: 1 })).toBe("asap");
    expect(worst({})).toBe("routine");
  });
});
