import { afterEach, describe, expect, it, vi } from "vitest";
import { focusSoon } from "../src/ui/focus";

describe("the focus after an act", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("waits for what has yet to be drawn", () => {
    const page = stubbed();
    focusSoon("#referrals");
    page.frame();
    page.active = page.body;
    page.frame();
    expect(page.focused).toBe(0);
    page.isThere = true;
    page.frame();
    expect(page.focused).toBe(1);
    page.frame();
    expect(page.focused).toBe(1);
  });

  it("stays with what has taken it meanwhile", () => {
    const page = stubbed();
    focusSoon("#referrals");
    page.frame();
    page.active = { name: "notice" };
    page.isThere = true;
    page.frame();
    page.frame();
    expect(page.focused).toBe(0);
  });

  function stubbed() {
    let waiting: (() => void)[] = [];
    const page = {
      body: { name: "body" },
      active: { name: "button" },
      isThere: false,
      focused: 0,
      frame: () => {
        const now = waiting;
        waiting = [];
        for (const act of now) act();
      },
    };
    const found = {
      focus: () => {
        page.focused += 1;
      },
    };
    vi.stubGlobal("requestAnimationFrame", (act: () => void) => waiting.push(act));
    vi.stubGlobal("document", {
      body: page.body,
      get activeElement() {
        return page.active;
      },
      querySelector: () => (page.isThere ? found : null),
    });
    return page;
  }
});
