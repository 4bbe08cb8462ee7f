import { afterEach, describe, expect, it, vi } from "vitest";
import { readReferrals } from "../src/act/api";
import { intents } from "../src/act/intent";
import {
  endsWhenHandedOn,
  isWithinHold,
  REASONS,
  split,
  stepsOf,
  takenBy,
  unitsLeft,
} from "../src/act/moves";
import { offered } from "../src/act/optimistic";
import { statusInWords } from "../src/act/status";
import type { Referral, ReferralStatus } from "../src/api/models";
import { LineDown, Problem } from "../src/api/problems";
import { translator } from "../src/i18n/translate";

function counter() {
  let number = 0;
  return () => {
    number += 1;
    return `key-${number}`;
  };
}

function referral(changes: Partial<Referral>): Referral {
  return {
    id: "r1",
    need_id: "n1",
    provider_id: "p1",
    status: "requested",
    units: 1,
    created_at: "2026-03-02T01:00:00Z",
    changed_at: null,
    expires_at: "2026-03-02T01:15:00Z",
    reason: null,
    part_of_id: null,
    is_synthetic: false,
    may_become: ["accepted", "rejected", "cancelled", "entered-in-error"],
    revision: 1,
    ...changes,
  };
}

describe("an intended act", () => {
  it("is sent once however often it is clicked", async () => {
    const book = intents(counter());
    const sent: string[] = [];
    let answer: (value: string) => void = () => {};
    const act = (key: string) => {
      sent.push(key);
      return new Promise<string>((resolve) => {
        answer = resolve;
      });
    };
    const first = book.run("offer p1", act);
    expect(book.run("offer p1", act)).toBeNull();
    expect(book.isUnderWay()).toBe(true);
    answer("done");
    expect(await first).toBe("done");
    expect(sent).toEqual(["key-1"]);
    expect(book.isUnderWay()).toBe(false);
  });

  it("keeps its key as long as it is not known what became of it", async () => {
    const book = intents(counter());
    const keys: string[] = [];
    const fail = (error: Error) => (key: string) => {
      keys.push(key);
      return Promise.reject(error);
    };
    const unknown = new Problem(503, "outcome-unknown", "", null);
    for (const error of [
      new LineDown(),
      unknown,
      new Problem(502, "unknown", "Bad Gateway", null),
      new Problem(504, "unknown", "Gateway Timeout", null),
      new Problem(412, "revision-conflict", "", null),
      new LineDown(),
    ]) {
      await expect(book.run("offer p1", fail(error))).rejects.toBe(error);
    }
    expect(keys).toEqual(["key-1", "key-1", "key-1", "key-1", "key-1", "key-2"]);
  });

  it("has a new key after it was done: a second offer is another act", async () => {
    const book = intents(counter());
    const echo = (key: string) => Promise.resolve(key);
    expect([await book.run("a", echo), await book.run("a", echo), await book.run("b", echo)]).toEqual([
      "key-1",
      "key-2",
      "key-3",
    ]);
  });
});

describe("steps", () => {
  it("are those that the service allows, and undo takes the place of calling off", () => {
    expect(stepsOf(referral({}))).toEqual(["accepted", "rejected"]);
    const running = referral({
      status: "in-progress",
      may_become: ["on-hold", "completed", "failed", "cancelled"],
    });
    expect(stepsOf(running)).toEqual(["completed", "on-hold", "failed", "cancelled"]);
  });

  it("that need a reason have some to choose from", () => {
    for (const step of ["rejected", "on-hold", "failed", "cancelled"] as ReferralStatus[]) {
      expect(REASONS[step]?.length).toBeGreaterThan(1);
    }
    expect(REASONS.accepted).toBeUndefined();
  });

  it("can be undone while the hold runs", () => {
    const until = Date.parse("2026-03-02T01:15:00Z");
    expect(isWithinHold(referral({}), until - 1)).toBe(true);
    expect(isWithinHold(referral({}), until)).toBe(false);
    expect(isWithinHold(referral({ status: "accepted" }), until - 1)).toBe(false);
  });

  it("end a referral that is handed on by what it was", () => {
    expect(endsWhenHandedOn(referral({}))).toBe("rejected");
    expect(endsWhenHandedOn(referral({ status: "accepted" }))).toBe("cancelled");
  });
});

describe("how a referral ended", () => {
  const said = (status: ReferralStatus, reason: Referral["reason"]) =>
    statusInWords(referral({ status, reason }), translator("en"));

  it("is not laid on the provider where somebody here ended it", () => {
    expect(said("rejected", "handed_on")).toBe("Handed on");
    expect(said("cancelled", "undone")).toBe("Undone");
    expect(said("cancelled", "expired")).toBe("Hold expired");
    expect(said("rejected", "declined")).toBe("Declined");
    expect(said("accepted", null)).toBe("Accepted");
  });
});

describe("units", () => {
  it("are open unless held or served", () => {
    const referrals = [
      referral({ units: 2, status: "accepted" }),
      referral({ units: 1, status: "completed" }),
      referral({ units: 3, status: "rejected" }),
      referral({ units: 4, status: "draft" }),
    ];
    expect(unitsLeft(8, referrals)).toBe(5);
    expect(unitsLeft(2, referrals)).toBe(0);
  });

  it("are shared out to the best first, but to several", () => {
    const free = [
      { id: "a", units: 5 },
      { id: "b", units: 2 },
      { id: "c", units: 9 },
    ];
    expect(Object.fromEntries(split(4, free))).toEqual({ a: 2, b: 2 });
    expect(Object.fromEntries(split(7, free))).toEqual({ a: 4, b: 2, c: 1 });
    expect(split(0, free).size).toBe(0);
  });

  it("go to one alone where nobody else has room for them", () => {
    expect(Object.fromEntries(split(4, [{ id: "a", units: 9 }]))).toEqual({ a: 4 });
    expect(Object.fromEntries(split(9, [{ id: "a", units: 1 }]))).toEqual({ a: 1 });
  });
});

describe("a conflict", () => {
  it("is about the newest live referral that was not there before", () => {
    const old = referral({ id: "old" });
    const first = referral({ id: "first", created_at: "2026-03-02T02:00:00Z" });
    const second = referral({ id: "second", created_at: "2026-03-02T02:00:05Z" });
    const over = referral({ id: "over", status: "cancelled", created_at: "2026-03-02T02:00:09Z" });
    expect(takenBy([old], [old, first, second, over])?.id).toBe("second");
    expect(takenBy([old], [old, over])).toBeUndefined();
  });
});

describe("an offer shown at once", () => {
  it("changes its need in the list and no other", () => {
    const item = {
      need_id: "n1",
      revision: 1,
      category_id: "meals",
      community_code: null,
      urgency: "urgent" as const,
      status: "active" as const,
      state: "open" as const,
      units: 3,
      units_left: 3,
      created_at: "2026-03-02T01:00:00Z",
      level: null,
      referral_status: null,
      is_mine: false,
      latitude: null,
      longitude: null,
    };
    const counts = { urgency: {}, state: {}, level: {} };
    const answer = {
      total: 2,
      offset: 0,
      graph_revision: 1,
      is_stale: false,
      items: [item, { ...item, need_id: "n2" }],
      counts,
    };
    const shown = offered(answer, { needId: "n1", needRevision: 1, providerId: "p1", units: 2 });
    expect(shown?.items[0]).toMatchObject({
      referral_status: "requested",
      state: "waiting",
      units_left: 1,
      is_mine: true,
    });
    expect(shown?.items[1]).toEqual(answer.items[1]);
  });
});

describe("the referrals of a need", () => {
  afterEach(() => void vi.unstubAllGlobals());

  it("are all read, however many there are", async () => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", async (address: string) => {
      asked.push(address);
      const isLast = address.includes("cursor=c1");
      const page = { items: [referral({ id: isLast ? "r2" : "r1" })], next_cursor: isLast ? null : "c1" };
      return new Response(JSON.stringify(page));
    });
    expect((await readReferrals("n1")).map((each) => each.id)).toEqual(["r1", "r2"]);
    expect(asked).toHaveLength(2);
  });
});
