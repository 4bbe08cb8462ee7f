import { afterEach, describe, expect, it, vi } from "vitest";
import { formatsOf } from "../src/i18n/formats";
import { sharedClock } from "../src/ui/useNow";

describe("how long ago something was", () => {
  const now = Date.parse("2026-03-02T12:00:00Z");

  it("is never in the future, however clocks differ", () => {
    for (const text of ["2026-03-02T12:00:05Z", "2026-03-02T12:00:00Z", "2026-03-02T11:59:51Z"]) {
      expect(formatsOf("en").ago(text, now)).toBe("just now");
      expect(formatsOf("zh-CN").ago(text, now)).toBe("刚刚");
    }
    expect(formatsOf("en").ago("2026-03-02T11:58:00Z", now)).toBe("2 min. ago");
  });
});

describe("the clock that all share", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("tells everybody the same, ticks while somebody looks, and is right for whoever looks again", () => {
    vi.useFakeTimers();
    let time = 100;
    const clock = sharedClock(() => time);
    const heard: number[] = [];
    const leave = [
      clock.subscribe(() => heard.push(clock.now())),
      clock.subscribe(() => heard.push(clock.now())),
    ];
    time = 200;
    expect(clock.now()).toBe(100);
    vi.advanceTimersByTime(5_000);
    expect(heard).toEqual([200, 200]);
    for (const each of leave) each();
    time = 300;
    expect(vi.getTimerCount()).toBe(0);
    clock.subscribe(() => {});
    expect(clock.now()).toBe(300);
  });
});
