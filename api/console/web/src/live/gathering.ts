const LEAST_MILLISECONDS = 1_500;

/**
 * How long lists wait for more to happen. In a busy city each event would have every console read several addresses,
 * all of them at the same moment: so they wait, and each for a time of its own.
 */
export const listsWait = (random: () => number): number => LEAST_MILLISECONDS * (1 + random());

/** Call a function some time after the first of many calls, then not before as much again: a burst costs one reading. */
export function gathered(act: () => void, waitMilliseconds: () => number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    call: () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        act();
      }, waitMilliseconds());
    },
    stop: () => clearTimeout(timer),
  };
}
