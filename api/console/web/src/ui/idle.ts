const MOST_MILLISECONDS = 600;

/** Wait until the browser has nothing more urgent to do. Safari cannot tell, and waits a little. */
export function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in window) requestIdleCallback(() => resolve(), { timeout: MOST_MILLISECONDS });
    else setTimeout(resolve, MOST_MILLISECONDS / 3);
  });
}
