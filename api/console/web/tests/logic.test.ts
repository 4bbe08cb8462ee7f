import { describe, expect, it } from "vitest";
import { changed, parse } from "../src/app/address";
import { groupInWords } from "../src/coverage/groups";
import { colourOf, scaleOf } from "../src/coverage/scale";
import { districtsWithin } from "../src/domain/areas";
import { nameAmong } from "../src/domain/names";
import { isOpen, wantedSkills } from "../src/domain/needs";
import { worst } from "../src/domain/urgency";
import { formatsOf } from "../src/i18n/formats";
import { translator } from "../src/i18n/translate";
import { areFiltered, NO_FILTERS, readFilters, toAddress, toQuery, unusable } from "../src/queue/filters";
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

  it("that mean nothing here are named and left out", () => {
    const names = (text: string) => unusable(new URLSearchParams(text), (id) => id === "meals");
    expect(names("area=440103&category=meals&state=all&mine=1&q=x&need=n1")).toEqual([]);
    expect(names("area=4401&category=")).toEqual([]);
    expect(names("area=a%20b&category=%3Cb%3E&state=no&mine=yes")).toEqual([
      "area",
      "category",
      "state",
      "isMine",
    ]);
    expect(names("area=999999")).toEqual(["area"]);
    expect(names("category=gone")).toEqual(["category"]);
    expect(names(`q=${"x".repeat(101)}`)).toEqual(["search"]);
    const query = new URLSearchParams("area=999999&category=meals");
    expect(readFilters(query, ["area"])).toEqual({ ...NO_FILTERS, category: "meals" });
    expect(query.get("area")).toBe("999999");
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
});

describe("names", () => {
  it("are not told by ids while they are being read, but where there is none", () => {
    const known = new Map([["meal_delivery", "Meal delivery"]]);
    const nameOf = (name: string) => name;
    expect(nameAmong(undefined, "meal_delivery", nameOf)).toBe("");
    expect(nameAmong(known, "meal_delivery", nameOf)).toBe("Meal delivery");
    expect(nameAmong(known, "something_new", nameOf)).toBe("something_new");
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

  it("write midnight as the hour nought", () => {
    const midnight = new Date(2026, 2, 2, 0, 5).toISOString();
    for (const language of ["en", "zh-CN"] as const) expect(formatsOf(language).time(midnight)).toBe("00:05");
  });

  it("join clauses and lists as each language does, without names that are not known yet", () => {
    expect(formatsOf("en").clauses(["a", "b"])).toBe("a; b");
    expect(formatsOf("zh-CN").clauses(["a", "b"])).toBe("a；b");
    expect(formatsOf("en").list(["", "a", "b"])).toBe("a and b");
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

describe("a need", () => {
  it("takes offers while it is open", () => {
    const open = (["draft", "active", "on-hold", "completed", "revoked", "entered-in-error"] as const).filter(
      (status) => isOpen({ status }),
    );
    expect(open).toEqual(["active", "on-hold"]);
  });

  it("asks for what its category asks for, unless it says something of its own", () => {
    const own = [{ skill_id: "bathing", min_level: 0.5 }];
    const usual = [{ skill_id: "cooking", min_level: 0.2 }];
    expect(wantedSkills([], usual)).toEqual(usual);
    expect(wantedSkills(own, usual)).toEqual(own);
  });
});
