import type { EventKind, EventOutput } from "../api/models";

export type LineState = "connecting" | "open" | "lost";

type Kind = EventKind | "provider.created" | "provider.changed";

/** An event source names each kind of event, and has no way to hear all of them: the compiler misses one that is left out. */
const HEARD: Record<Kind, true> = {
  "need.created": true,
  "need.changed": true,
  "need.pushed": true,
  "need.escalated": true,
  "need.acknowledged": true,
  "need.erased": true,
  "need.draft": true,
  "need.active": true,
  "need.on-hold": true,
  "need.completed": true,
  "need.revoked": true,
  "need.entered-in-error": true,
  "provider.created": true,
  "provider.changed": true,
  "referral.draft": true,
  "referral.requested": true,
  "referral.accepted": true,
  "referral.rejected": true,
  "referral.in-progress": true,
  "referral.on-hold": true,
  "referral.completed": true,
  "referral.failed": true,
  "referral.cancelled": true,
  "referral.entered-in-error": true,
};

export const KINDS = Object.keys(HEARD) as Kind[];

export interface Hearer {
  onEvent: (event: EventOutput) => void;
  onLine: (state: LineState) => void;
  /** After a loss: what was missed may be more than the stream tells, so everything is to be read anew. */
  onBack: () => void;
  /** The service has answered, but with no stream: it may be starting, or one is not signed in any more. */
  onTurnedAway: () => void;
}

export type OpenSource = (address: string) => EventSource;

const ADDRESS = "/v1/events";
const CLOSED = 2;
const MOST_SECONDS = 30;

/**
 * Listen until told to stop. The browser reconnects by itself with `Last-Event-ID` as long as it gets through;
 * an answer that is no stream (503 while the service starts) makes it give up, and it is started again here.
 */
export function listen(
  hearer: Hearer,
  hasMissed = false,
  open: OpenSource = (address) => new EventSource(address),
): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  let wasLost = hasMissed;
  let seconds = 1;

  const start = () => {
    source = open(ADDRESS);
    source.onopen = () => {
      seconds = 1;
      hearer.onLine("open");
      if (wasLost) hearer.onBack();
      wasLost = false;
    };
    source.onerror = () => {
      if (isStopped) return;
      wasLost = true;
      hearer.onLine("lost");
      if (source?.readyState !== CLOSED) return;
      hearer.onTurnedAway();
      timer = setTimeout(start, seconds * 1000);
      seconds = Math.min(seconds * 2, MOST_SECONDS);
    };
    for (const kind of KINDS) {
      source.addEventListener(kind, (message) =>
        hearer.onEvent(JSON.parse((message as MessageEvent<string>).data)),
      );
    }
  };

  hearer.onLine("connecting");
  start();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    source?.close();
  };
}
