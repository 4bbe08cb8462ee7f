/** Call a function soon after the first of many calls, then at most once in a while: bursts of events cost one reading. */
export function gathered(act: () => void, milliseconds: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    call: () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        act();
      }, milliseconds);
    },
    stop: () => clearTimeout(timer),
  };
}
