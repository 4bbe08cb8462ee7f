import { describe, expect, it } from "vitest";
import { intents } from "../src/act/intent";
import { actMemory } from "../src/act/memory";
import { LineDown, Problem } from "../src/api/problems";

const attempt = { aim: "n1", description: "offer", send: async () => "done" };

describe("acts without an answer", () => {
  it("are kept for whoever began them, and told to others without saying what they were", () => {
    const memory = actMemory();
    const heard: boolean[] = [];
    memory.subscribe(() => heard.push(memory.hasOfOthers("key:b")));
    memory.change("key:a", "n1", () => ({ sending: 1 }));
    memory.change("key:a", "n1", () => ({
      sending: 0,
      unanswered: { attempt, error: new LineDown() },
    }));
    expect(memory.standing("key:a", "n1").unanswered?.attempt).toBe(attempt);
    expect(memory.standing("key:b", "n1").unanswered).toBeNull();
    expect(memory.standing("key:a", "n2").unanswered).toBeNull();
    expect(memory.hasOfOthers("key:a")).toBe(false);
    expect(memory.book("key:a")).toBe(memory.book("key:a"));
    expect(memory.book("key:a")).not.toBe(memory.book("key:b"));
    memory.change("key:a", "n1", () => ({ unanswered: null }));
    expect(heard).toEqual([false, true, false]);
  });

  it("keep their key when the session ends between two tries", async () => {
    let number = 0;
    const book = intents(() => `key-${++number}`);
    const signedOut = new Problem(401, "unauthenticated", "", null);
    await expect(book.run("offer", () => Promise.reject(signedOut))).rejects.toBe(signedOut);
    expect(await book.run("offer", async (key) => key)).toBe("key-1");
    expect(await book.run("offer", async (key) => key)).toBe("key-2");
  });
});
