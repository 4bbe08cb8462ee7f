type Page = Pick<Document, "hidden" | "addEventListener" | "removeEventListener">;

/**
 * Have something go on only while the page can be seen: a browser keeps few connections to one service, for all its
 * windows together, and each that listens takes one.
 */
export function whileSeen(start: (isAgain: boolean) => () => void, page: Page = document): () => void {
  let stop: (() => void) | null = null;
  let isAgain = false;
  const follow = () => {
    if (page.hidden) {
      stop?.();
      stop = null;
    } else if (stop === null) {
      stop = start(isAgain);
      isAgain = true;
    }
  };
  page.addEventListener("visibilitychange", follow);
  follow();
  return () => {
    page.removeEventListener("visibilitychange", follow);
    stop?.();
  };
}
