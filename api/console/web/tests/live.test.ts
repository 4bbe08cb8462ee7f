import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { EventOutput } from "../src/api/models";
import { gathered } from "../src/live/gathering";
import { readingAgain } from "../src/live/reading";
import { whileSeen } from "../src/live/sight";
import { KINDS, type LineState, listen } from "../src/live/stream";

const CLOSED = 2;

/** The browser's event source, as far as it is used, in the hands of the test. */
class Source {
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readyState = 0;
  isClosed = false;
  private readonly hearers = new Map<string, (message: { data: string }) => void>();

  addEventListener(kind: string, hear: (message: { data: string }) => void) {
    this.hearers.set(kind, hear);
  }

  tell(kind: string, event: Partial<EventOutput>) {
    this.hearers.get(kind)?.({ data: JSON.stringify(event) });
  }

  fail(isGivenUp: boolean) {
    this.readyState = isGivenUp ? CLOSED : 0;
    this.onerror?.();
  }

  close() {
    this.isClosed = true;
  }
}

function scene(hasMissed = false) {
  const sources: Source[] = [];
  const lines: LineState[] = [];
  const heard: string[] = [];
  let returns = 0;
  let refusals = 0;
  const stop = listen(
    {
      onEvent: (event) => heard.push(event.id),
      onLine: (state) => lines.push(state),
      onBack: () => {
        returns += 1;
      },
      onTurnedAway: () => {
        refusals += 1;
      },
    },
    hasMissed,
    () => {
      const source = new Source();
      sources.push(source);
      return source as unknown as EventSource;
    },
  );
  return { sources, lines, heard, stop, returns: () => returns, refusals: () => refusals };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the stream of events", () => {
  it("hears every kind that has to do with needs and referrals", () => {
    const { sources, heard } = scene();
    for (const kind of KINDS) sources[0]?.tell(kind, { id: kind });
    expect(heard).toEqual(KINDS);
    expect(KINDS).toContain("need.revoked");
  });

  it("says that the line is lost, and has everything read anew once it is back", () => {
    const { sources, lines, returns } = scene();
    sources[0]?.onopen?.();
    expect(returns()).toBe(0);
    sources[0]?.fail(false);
    sources[0]?.onopen?.();
    expect(lines).toEqual(["connecting", "open", "lost", "open"]);
    expect(returns()).toBe(1);
    vi.advanceTimersByTime(60_000);
    expect(sources).toHaveLength(1);
  });

  it("tells a line that is down from an answer that is no stream", () => {
    const { sources, refusals } = scene();
    sources[0]?.fail(false);
    expect(refusals()).toBe(0);
    sources[0]?.fail(true);
    expect(refusals()).toBe(1);
  });

  it("starts again by itself where the browser gives up, ever more slowly", () => {
    const { sources } = scene();
    sources[0]?.fail(true);
    vi.advanceTimersByTime(1_000);
    expect(sources).toHaveLength(2);
    sources[1]?.fail(true);
    vi.advanceTimersByTime(1_000);
    expect(sources).toHaveLength(2);
    vi.advanceTimersByTime(1_000);
    expect(sources).toHaveLength(3);
  });

  it("ends when it is told to", () => {
    const { sources, stop } = scene();
    sources[0]?.fail(true);
    stop();
    vi.advanceTimersByTime(60_000);
    expect(sources).toHaveLength(1);
    expect(sources[0]?.isClosed).toBe(true);
  });
});

describe("a page that nobody sees", () => {
  it("does not listen, and listens again when it is seen", () => {
    const page = Object.assign(new EventTarget(), { hidden: false });
    const told: string[] = [];
    const leave = whileSeen(
      (isAgain) => {
        told.push(isAgain ? "again" : "first");
        return () => told.push("stop");
      },
      page as unknown as Document,
    );
    const turn = (isHidden: boolean) => {
      page.hidden = isHidden;
      page.dispatchEvent(new Event("visibilitychange"));
    };
    turn(false);
    turn(true);
    turn(true);
    turn(false);
    leave();
    turn(false);
    expect(told).toEqual(["first", "stop", "again", "stop"]);
  });

  it("reads everything anew then, for it has missed what has happened", () => {
    const { sources, returns } = scene(true);
    sources[0]?.onopen?.();
    expect(returns()).toBe(1);
  });
});

describe("a burst of events", () => {
  it("costs one reading, and the last of them is not forgotten", () => {
    let readings = 0;
    const waits = [300, 500];
    const reading = gathered(
      () => {
        readings += 1;
      },
      () => waits.shift() ?? 0,
    );
    for (let event = 0; event < 50; event += 1) reading.call();
    vi.advanceTimersByTime(299);
    expect(readings).toBe(0);
    vi.advanceTimersByTime(1);
    expect(readings).toBe(1);
    reading.call();
    vi.advanceTimersByTime(499);
    expect(readings).toBe(1);
    vi.advanceTimersByTime(1);
    expect(readings).toBe(2);
  });
});

describe("what is read again", () => {
  const LISTS = [
    ["queue", "head"],
    ["map", "needs"],
    ["need", "n2", "suggestions"],
  ];
  const OTHERS = [["need", "n2", "referrals"], ["session"]];

  /** A console that has read all of this, and hears of an event of another need than the one it looks at. */
  function reading(draw: number) {
    const queries = new QueryClient();
    for (const key of [...LISTS, ...OTHERS, ["need", "n1", "itself"]]) queries.setQueryData(key, "read");
    const again = readingAgain(queries, () => draw);
    again.onEvent({ need_id: "n1" });
    const areOld = (keys: string[][]) =>
      keys.map((key) => queries.getQueryState(key)?.isInvalidated === true);
    return { again, areOld };
  }

  it("is the need itself at once, and the lists between 1.5 and 3 seconds later, each console at a time of its own", () => {
    for (const [draw, milliseconds] of [
      [0, 1_500],
      [0.5, 2_250],
      [0.999, 2_998.5],
    ] as const) {
      const { areOld } = reading(draw);
      expect(areOld([["need", "n1", "itself"]])).toEqual([true]);
      vi.advanceTimersByTime(Math.floor(milliseconds) - 1);
      expect(areOld(LISTS)).toEqual([false, false, false]);
      vi.advanceTimersByTime(2);
      expect(areOld(LISTS)).toEqual([true, true, true]);
      expect(areOld(OTHERS)).toEqual([false, false]);
    }
  });

  it("is no list any more once nobody listens", () => {
    const { again, areOld } = reading(0);
    again.stop();
    vi.advanceTimersByTime(60_000);
    expect(areOld(LISTS)).toEqual([false, false, false]);
  });
});
