import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type PartState, sendParts } from "../src/act/bundle";
import { intents } from "../src/act/intent";
import type { Need } from "../src/api/models";
import { Problem } from "../src/api/problems";

/** A service with one need, whose revision each offer counts up. */
const held = new Map<string, string>();
let revision = 1;
let full = new Set<string>();
let answersToLose = 0;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const say = (status: number, body: object, type = "application/json") =>
    response.writeHead(status, { "Content-Type": type }).end(JSON.stringify(body));
  if (request.method === "GET") {
    say(200, { id: "n", revision });
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { provider_id, units } = JSON.parse(Buffer.concat(chunks).toString());
  const key = String(request.headers["idempotency-key"]);
  const isRepeated = held.get(key) === provider_id;
  if (!isRepeated && request.headers["if-match"] !== `"${revision}"`) {
    say(412, { type: "/problems/revision-conflict" }, "application/problem+json");
  } else if (full.has(provider_id)) {
    say(409, { type: "/problems/capacity-exceeded" }, "application/problem+json");
  } else {
    if (!isRepeated) revision += 1;
    held.set(key, provider_id);
    if (answersToLose > 0) {
      answersToLose -= 1;
      request.socket.destroy();
    } else say(201, { id: `r-${provider_id}`, units });
  }
}

const server = createServer((request, response) => void answer(request, response));
const need = { id: "n", revision: 1 } as Need;
const PARTS = [
  { providerId: "a", units: 2 },
  { providerId: "b", units: 1 },
  { providerId: "c", units: 1 },
];

beforeEach(async () => {
  held.clear();
  revision = 1;
  full = new Set();
  answersToLose = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const through = globalThis.fetch;
  // Pages ask their own origin; here there is no page.
  vi.stubGlobal("fetch", (address: string, init: RequestInit) =>
    through(new URL(address, `http://127.0.0.1:${port}`), init),
  );
});

afterEach(async () => {
  vi.unstubAllGlobals();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe("a need that is split", () => {
  it("asks each provider on the need as the offer before has left it", async () => {
    const states = new Map<string, PartState>();
    expect(await sendParts(need, PARTS, intents(), (id, state) => states.set(id, state))).toBe(true);
    expect([...held.values()]).toEqual(["a", "b", "c"]);
    expect(Object.fromEntries(states)).toEqual({ a: "held", b: "held", c: "held" });
  });

  it("ends with the first refusal, keeps what is held, and goes on with what is left", async () => {
    full = new Set(["b"]);
    const states = new Map<string, PartState>();
    const told = (id: string, state: PartState) => states.set(id, state);
    const book = intents();
    expect(await sendParts(need, PARTS, book, told)).toBe(false);
    expect([...held.values()]).toEqual(["a"]);
    expect(states.get("b")).toEqual({ error: expect.any(Problem) });
    expect(states.get("c")).toBe("waits");
    const rest = [{ providerId: "c", units: 2 }];
    expect(await sendParts(need, rest, book, told)).toBe(true);
    expect([...held.values()]).toEqual(["a", "c"]);
  });

  it("holds nothing twice when an answer is lost on the way", async () => {
    answersToLose = 1;
    expect(await sendParts(need, PARTS.slice(0, 2), intents(), () => {})).toBe(true);
    expect([...held.values()]).toEqual(["a", "b"]);
    expect(revision).toBe(3);
  });
});
