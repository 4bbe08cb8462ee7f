import { describe, expect, it } from "vitest";
import { type Act, actBehind, actorInWords, inTheWay, isBlamed, lastActOn } from "../src/act/blame";
import type { Referral } from "../src/api/models";
import { LineDown, Problem } from "../src/api/problems";
import { translator } from "../src/i18n/translate";

const t = translator("en");
const zh = translator("zh-CN");
const me = { subject: "user:desk-1" };

function act(actor: string, action: string, objectId: string, kind = "Referral"): Act {
  const recorded_at = "2026-03-02T01:00:00Z";
  return {
    actor,
    actor_name: null,
    role: "dispatcher",
    action,
    recorded_at,
    object_kind: kind,
    object_id: objectId,
  };
}

const problem = (type: string) => new Problem(409, type, "", null);

function made(id: string, created_at: string, status: Referral["status"] = "requested"): Referral {
  const rest = { changed_at: null, expires_at: null, reason: null, part_of_id: null, may_become: [] };
  return {
    ...rest,
    id,
    created_at,
    status,
    need_id: "n",
    provider_id: "p",
    units: 1,
    is_synthetic: false,
    revision: 1,
  };
}

describe("who is in the way", () => {
  const old = made("old", "2026-03-02T01:00:00Z");
  const fresh = made("fresh", "2026-03-02T02:00:00Z");

  it("is the referral that was made since one looked", () => {
    expect(inTheWay(problem("revision-conflict"), [old], [old, fresh])?.id).toBe("fresh");
    expect(inTheWay(problem("revision-conflict"), [old, fresh], [old, fresh])).toBeUndefined();
  });

  it("is the newest one that stands if the need is covered, though one saw it before", () => {
    expect(inTheWay(problem("need-covered"), [old, fresh], [fresh, old])?.id).toBe("fresh");
    const called = made("called", "2026-03-02T03:00:00Z", "cancelled");
    expect(inTheWay(problem("need-covered"), [], [old, called])?.id).toBe("old");
  });
});

describe("whose act it was", () => {
  const events = [
    act("user:desk-1", "need.created", "n", "Need"),
    act("system", "need.pushed", "n", "Need"),
    act("user:desk-2", "referral.requested", "r1"),
    act("user:desk-3", "referral.accepted", "r1"),
    act("user:desk-4", "referral.requested", "r2"),
    act("system", "need.escalated", "n", "Need"),
    act("user:desk-5", "contact.disclosed.visit", "resident-1", "Contact"),
  ];

  it("is told of the referral: who made it, or who moved it last", () => {
    expect(actBehind(events, "r1", true)?.actor).toBe("user:desk-2");
    expect(actBehind(events, "r1", false)?.actor).toBe("user:desk-3");
    expect(actBehind(events, "r3", true)).toBeUndefined();
  });

  it("is the last one on the need or its referrals; calls and disclosures change neither", () => {
    expect(lastActOn(events)?.actor).toBe("user:desk-4");
    expect(lastActOn([])).toBeUndefined();
  });

  it("is not asked where it lies with another need", () => {
    expect(isBlamed(problem("capacity-exceeded"))).toBe(false);
    expect(isBlamed(problem("provider-excluded"))).toBe(false);
    expect(isBlamed(problem("need-covered"))).toBe(true);
    expect(isBlamed(new LineDown())).toBe(true);
  });
});

describe("an actor in words", () => {
  it("is a person or a program with their role", () => {
    expect(actorInWords(act("user:desk-2", "x", "r"), me, t)).toBe("desk-2 (Dispatcher)");
    expect(actorInWords({ ...act("key:0a1b", "x", "r"), actor_name: "荔湾区" }, me, zh)).toBe(
      "荔湾区（调度员）",
    );
    expect(actorInWords(act("key:0a1b", "x", "r"), me, t)).toBe("0a1b (Dispatcher)");
    expect(actorInWords(act("local-admin", "x", "r"), me, t)).toBe("local-admin (Dispatcher)");
  });

  it("is oneself in another window, or the service", () => {
    expect(actorInWords(act("user:desk-1", "x", "r"), me, t)).toBe("yourself, in another window");
    expect(actorInWords(act("system", "x", "r"), me, t)).toBe("the service itself");
  });

  it("is the start of a digest where an address must not be told", () => {
    expect(actorInWords(act("user:~0123456789abcdef", "x", "r"), me, t)).toBe("~012345 (Dispatcher)");
  });
});
