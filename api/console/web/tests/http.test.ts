import { describe, expect, it, vi } from "vitest";
import { ask, type Surroundings, sleep } from "../src/api/http";
import { LineDown, Problem, readProblem } from "../src/api/problems";
import { againIn, waitSeconds } from "../src/api/retry";
import { address } from "../src/api/typed";
import { MESSAGES } from "../src/i18n/messages";
import { translator } from "../src/i18n/translate";
import { isWrong, lockedUntil } from "../src/session/locked";
import { wordsFor } from "../src/ui/Trouble";

type Reply = Response | "down";

/** A line that gives these replies one after the other, and remembers what was sent. */
function line(...replies: Reply[]) {
  const sent: Request[] = [];
  const waits: number[] = [];
  const around: Surroundings = {
    fetch: async (input, init) => {
      sent.push(new Request(new URL(String(input), "http://console.test"), init));
      const reply = replies.shift();
      if (reply === undefined || reply === "down") throw new TypeError("no line");
      return reply;
    },
    sleep: async (seconds) => void waits.push(seconds),
    random: () => 0.5,
    patience: { tries: 3, firstSeconds: 1, mostSeconds: 8 },
  };
  return { sent, waits, around };
}

const json = (body: unknown, init: ResponseInit = {}) =>
  new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" }, ...init });

const problem = (status: number, type: string, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ type: `/problems/${type}`, title: type, status, detail: "why" }), {
    status,
    headers: { "Content-Type": "application/problem+json", "X-Request-Id": "r1", ...headers },
  });

describe("ask", () => {
  it("sends the same key again after a lost answer, so that a write takes effect once", async () => {
    const { sent, around } = line("down", problem(503, "overloaded"), json({ id: "referral-1" }));
    const given = { method: "POST" as const, body: { units: 1 }, key: "k1", revision: 4 };
    expect(await ask("/v1/needs/n1/referrals", given, around)).toEqual({ id: "referral-1" });
    expect(sent.map((each) => each.headers.get("Idempotency-Key"))).toEqual(["k1", "k1", "k1"]);
    expect(sent.map((each) => each.headers.get("If-Match"))).toEqual(['"4"', '"4"', '"4"']);
  });

  it("never repeats a write without a key", async () => {
    const { sent, around } = line("down", json({}));
    await expect(ask("/console/session", { method: "POST", body: {} }, around)).rejects.toThrow(LineDown);
    expect(sent).toHaveLength(1);
  });

  it("does not repeat what was refused", async () => {
    const { sent, around } = line(problem(412, "revision-conflict"), json({}));
    const refusal = await ask("/v1/x", { method: "POST", key: "k" }, around).catch((error) => error);
    expect(refusal).toBeInstanceOf(Problem);
    expect(refusal).toMatchObject({
      status: 412,
      type: "revision-conflict",
      message: "why",
      requestId: "r1",
    });
    expect(sent).toHaveLength(1);
  });

  it("gives up in the end, and says what the last answer was", async () => {
    const { waits, around } = line("down", "down", problem(503, "not-ready"));
    await expect(ask("/v1/queue", {}, around)).rejects.toMatchObject({ type: "not-ready" });
    expect(waits).toEqual([0.75, 1.5]);
  });

  it("waits as long as the service asks for", async () => {
    const { waits, around } = line(problem(503, "not-ready", { "Retry-After": "7" }), json(1));
    await ask("/v1/queue", {}, around);
    expect(waits[0]).toBeGreaterThanOrEqual(7);
  });

  it("understands an answer without a body, and one that is no JSON", async () => {
    expect(
      await ask("/a", { method: "DELETE" }, line(new Response(null, { status: 204 })).around),
    ).toBeNull();
    const plain = new Response("too many connections", { status: 400 });
    await expect(ask("/a", {}, line(plain).around)).rejects.toMatchObject({ status: 400, type: "unknown" });
  });
});

describe("words for a problem", () => {
  const said = (error: unknown, isWrite: boolean) => wordsFor(error, isWrite, translator("en"));

  it("call nothing refused of which it is not known what became", () => {
    const [isUnknown] = MESSAGES["problem.line_write"];
    for (const [status, type] of [
      [503, "outcome-unknown"],
      [503, "deadline-exceeded"],
      [502, "unknown"],
      [504, "unknown"],
    ] as const) {
      expect(said(new Problem(status, type, "Bad Gateway", null), true)).toBe(isUnknown);
      expect(said(new Problem(status, type, "Bad Gateway", null), false)).not.toMatch(/refused|effect/);
    }
    expect(said(new Problem(400, "unknown", "why", null), true)).toMatch(/refused.*why/);
  });
});

describe("a refusal at the sign-in page", () => {
  const now = Date.parse("2026-03-02T12:00:10Z");

  it("tells from when on an address that was locked is heard again, and never too early", async () => {
    const answer = new Response("{}", {
      status: 429,
      headers: { "Retry-After": "299", "Content-Type": "application/problem+json" },
    });
    const error = await readProblem(answer);
    expect(lockedUntil(error, now)?.toISOString()).toBe("2026-03-02T12:06:00.000Z");
    expect(lockedUntil(new Problem(503, "not-ready", "", null, 1), now)).toBeNull();
    expect(lockedUntil(new LineDown(), now)).toBeNull();
  });

  it("lies in the credential if that cannot be one", () => {
    expect(isWrong(new Problem(422, "invalid-request", "", null))).toBe(true);
    expect(isWrong(new Problem(401, "unauthenticated", "", null))).toBe(true);
    expect(isWrong(new Problem(429, "too-many-requests", "", null))).toBe(false);
  });
});

describe("waiting", () => {
  const patience = { tries: 9, firstSeconds: 1, mostSeconds: 8 };

  it("doubles up to a limit", () => {
    const waits = [1, 2, 3, 4, 5, 6].map((tried) => waitSeconds(patience, tried, null, () => 1));
    expect(waits).toEqual([1, 2, 4, 8, 8, 8]);
  });

  it("differs between browsers, and never trusts a huge Retry-After", () => {
    expect(waitSeconds(patience, 1, null, () => 0)).toBe(0.5);
    expect(waitSeconds(patience, 1, "86400", () => 0)).toBeLessThan(31);
  });

  it("is short for what could not be read, however rarely it is read otherwise", () => {
    expect(againIn(new LineDown(), 30_000)).toBe(4_000);
    expect(againIn(new Problem(503, "not-ready", "", null), false)).toBe(4_000);
    expect(againIn(new Problem(422, "rule-broken", "", null), 30_000)).toBe(30_000);
    expect(againIn(null, false)).toBe(false);
  });

  it("leaves nothing behind at the signal that could have ended it", async () => {
    const ended = new AbortController();
    const { signal } = ended;
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    await sleep(0, signal);
    expect(added).toHaveBeenCalledOnce();
    expect(removed.mock.calls[0]?.[1]).toBe(added.mock.calls[0]?.[1]);
    const waits = sleep(60, signal);
    ended.abort("left");
    await expect(waits).rejects.toBe("left");
  });
});

describe("address", () => {
  it("fills in and escapes, and leaves out what was not given", () => {
    expect(address("/v1/needs/{id}", { path: { id: "a/b" } })).toBe("/v1/needs/a%2Fb");
    const query = { area_code: null, search: "", is_mine: undefined, offset: 0, state: "open" };
    expect(address("/v1/queue", { query })).toBe("/v1/queue?offset=0&state=open");
  });
});
