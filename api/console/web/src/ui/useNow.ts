import { useSyncExternalStore } from "react";
import { serviceTime } from "../api/clock";

const TICK_MILLISECONDS = 5_000;

/** One clock for all that tell how long ago something was, so that no two of them differ. It stands while nobody looks. */
export function sharedClock(read: () => number) {
  const hearers = new Set<() => void>();
  let now = read();
  let timer: ReturnType<typeof setInterval> | undefined;
  const tick = () => {
    now = read();
    for (const hear of hearers) hear();
  };
  return {
    now: () => now,
    subscribe: (hear: () => void) => {
      if (hearers.size === 0) {
        now = read();
        timer = setInterval(tick, TICK_MILLISECONDS);
      }
      hearers.add(hear);
      return () => {
        hearers.delete(hear);
        if (hearers.size === 0) clearInterval(timer);
      };
    },
  };
}

const clock = sharedClock(serviceTime);

/** The time of the service, the same for everybody and renewed every few seconds. */
export const useNow = (): number => useSyncExternalStore(clock.subscribe, clock.now);
