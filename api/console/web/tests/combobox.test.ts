import { describe, expect, it } from "vitest";
import { activeOf, type Box, EMPTY, pressed, typed } from "../src/ui/combobox";

const OPTIONS = ["a", "b", "c"];

function press(box: Box, ...keys: string[]): Box {
  return keys.reduce((now, key) => pressed(now, key, false, OPTIONS)?.box ?? now, box);
}

describe("an editable combobox", () => {
  it("opens with the arrows and goes round", () => {
    const written = typed("x");
    expect(written).toEqual({ text: "x", isOpen: true, active: null });
    expect(press(written, "ArrowDown").active).toBe("a");
    expect(press(written, "ArrowDown", "ArrowDown").active).toBe("b");
    expect(press(written, "ArrowUp").active).toBe("c");
    expect(press(written, "ArrowDown", "ArrowUp").active).toBe("c");
    expect(press(written, "ArrowUp", "ArrowDown").active).toBe("a");
    expect(press({ ...written, isOpen: false }, "ArrowDown")).toEqual({ ...written, active: "a" });
  });

  it("opens and closes with Alt and the arrows, without choosing", () => {
    expect(pressed(EMPTY, "ArrowDown", true, OPTIONS)?.box).toEqual({ ...EMPTY, isOpen: true });
    expect(pressed(press(EMPTY, "ArrowDown"), "ArrowUp", true, OPTIONS)?.box.isOpen).toBe(false);
  });

  it("chooses the active option with Enter, and leaves Enter to the form where there is none", () => {
    const step = pressed(press(typed("x"), "ArrowDown", "ArrowDown"), "Enter", false, OPTIONS);
    expect(step).toEqual({ box: { text: "x", isOpen: false, active: null }, chosen: "b" });
    expect(pressed(typed("x"), "Enter", false, OPTIONS)).toBeNull();
  });

  it("closes with Escape, then empties, then leaves Escape to whoever else hears it", () => {
    const closed = press(typed("x"), "ArrowDown", "Escape");
    expect(closed).toEqual({ text: "x", isOpen: false, active: null });
    expect(press(closed, "Escape")).toEqual(EMPTY);
    expect(pressed(EMPTY, "Escape", false, OPTIONS)).toBeNull();
    expect(pressed(typed("x"), "Escape", false, [])?.box).toEqual(EMPTY);
  });

  it("never chooses what has gone from the list, and follows what has moved in it", () => {
    const box = press(typed("x"), "ArrowDown");
    expect(activeOf(box, ["b"])).toBeNull();
    expect(pressed(box, "Enter", false, ["b"])).toBeNull();
    expect(pressed(box, "Enter", false, ["b", "a"])?.chosen).toBe("a");
    expect(pressed(box, "ArrowDown", false, ["b"])?.box.active).toBe("b");
    expect(pressed(typed("x"), "ArrowDown", false, [])?.box.active).toBeNull();
  });

  it("leaves all other keys alone", () => {
    for (const key of ["Home", "End", "Tab", "x", "ArrowLeft"]) {
      expect(pressed(press(typed("x"), "ArrowDown"), key, false, OPTIONS)).toBeNull();
    }
  });
});
