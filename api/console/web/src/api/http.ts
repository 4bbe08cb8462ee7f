import { hearTime } from "./clock";
import { LineDown, PASSING, readProblem } from "./problems";
import { PATIENT, type Patience, waitSeconds } from "./retry";

export interface Asked {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  body?: unknown;
  /** Revision that was seen, for `If-Match`. */
  revision?: number;
  /** Of the intended act: the same over all tries, so that it takes effect once. */
  key?: string;
  /** How often to ask at most; as often as patience says if left out. */
  tries?: number;
  signal?: AbortSignal;
}

export interface Surroundings {
  fetch: typeof fetch;
  sleep: (seconds: number, signal?: AbortSignal) => Promise<void>;
  random: () => number;
  patience: Patience;
}

const browser: Surroundings = {
  fetch: (...given) => globalThis.fetch(...given),
  sleep,
  random: Math.random,
  patience: PATIENT,
};

/** Ask the service; what is safe to repeat is repeated while the line or the service is away. */
export async function ask(
  address: string,
  asked: Asked = {},
  around: Surroundings = browser,
): Promise<unknown> {
  const method = asked.method ?? "GET";
  const isRepeatable = method === "GET" || method === "DELETE" || asked.key !== undefined;
  const tries = isRepeatable ? (asked.tries ?? around.patience.tries) : 1;
  for (let tried = 1; ; tried += 1) {
    const response = await once(address, method, asked, around).catch((error: unknown) => {
      if (asked.signal?.aborted) throw error;
      return null;
    });
    if (response !== null) hearTime(response);
    if (response?.ok) return response.status === 204 ? null : response.json();
    if (response !== null && !PASSING.has(response.status)) throw await readProblem(response);
    if (tried >= tries) throw response === null ? new LineDown() : await readProblem(response);
    const retryAfter = response?.headers.get("Retry-After") ?? null;
    await around.sleep(waitSeconds(around.patience, tried, retryAfter, around.random), asked.signal);
  }
}

function once(address: string, method: string, asked: Asked, around: Surroundings): Promise<Response> {
  const headers = new Headers({ Accept: "application/json" });
  if (asked.body !== undefined) headers.set("Content-Type", "application/json");
  if (asked.key !== undefined) headers.set("Idempotency-Key", asked.key);
  if (asked.revision !== undefined) headers.set("If-Match", `"${asked.revision}"`);
  return around.fetch(address, {
    method,
    headers,
    credentials: "same-origin",
    cache: "no-store",
    ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
    ...(asked.signal === undefined ? {} : { signal: asked.signal }),
  });
}

export function sleep(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", leave);
      resolve();
    }, seconds * 1000);
    signal?.addEventListener("abort", leave, { once: true });
  });
}
