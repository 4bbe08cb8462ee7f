import type { components } from "./schema";

export type ProblemBody = components["schemas"]["Problem"];

/** A refusal of the service, or of something before it that knows no problem details. */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly status: number,
    /** The last part of the problem's type, such as `capacity-exceeded`. */
    readonly type: string,
    detail: string,
    readonly requestId: string | null,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(detail);
  }
}

/** No answer came, so whether a write took effect is not known. */
export class LineDown extends Error {
  override readonly name = "LineDown";
}

export async function readProblem(response: Response): Promise<Problem> {
  const requestId = response.headers.get("X-Request-Id");
  const seconds = Number(response.headers.get("Retry-After") ?? "");
  const retryAfter = seconds > 0 ? seconds : null;
  const media = response.headers.get("Content-Type") ?? "";
  if (media.includes("json")) {
    const body: Partial<ProblemBody> = await response.json().catch(() => ({}));
    const type = body.type?.split("/").at(-1) ?? "unknown";
    return new Problem(response.status, type, body.detail ?? body.title ?? "", requestId, retryAfter);
  }
  return new Problem(response.status, "unknown", response.statusText, requestId, retryAfter);
}

const CONFLICTS = new Set([
  "revision-conflict",
  "need-covered",
  "need-not-open",
  "already-asked",
  "capacity-exceeded",
  "transition-not-allowed",
  "provider-excluded",
]);

/** Whether somebody else was faster, so that one has to look again. */
export function isConflict(error: unknown): boolean {
  return error instanceof Problem && CONFLICTS.has(error.type);
}

/** What the service or something before it answers if it cannot say anything now. */
export const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Whether the same request may well be answered later; what it was to do may have been done. */
export function isPassing(error: unknown): boolean {
  return error instanceof LineDown || (error instanceof Problem && PASSING.has(error.status));
}

/** Whether there is no such thing, or not for who asks. */
export function isMissing(error: unknown): boolean {
  return error instanceof Problem && error.status === 404;
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof Problem && error.status === 401;
}

/** Whether a write may have taken effect: a session that has ended may have done so between two tries. */
export const isOpenEnded = (error: unknown): boolean => isPassing(error) || isSignedOut(error);
