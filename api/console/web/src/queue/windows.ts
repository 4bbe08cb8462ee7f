/** The list is read in windows of this many needs. */
export const WINDOW = 100;

/** The windows that rows from `first` to `last` lie in, always with the first one, which has the counts. */
export function windowsOf(first: number, last: number): number[] {
  const begin = Math.floor(Math.max(0, first) / WINDOW);
  const end = Math.floor(Math.max(0, last) / WINDOW);
  const found = Array.from({ length: end - begin + 1 }, (_, index) => begin + index);
  return begin === 0 ? found : [0, ...found];
}

/** Where the cursor goes for a key; null if the key is none of the list's. */
export function moved(key: string, cursor: number, total: number, page: number): number | null {
  const step: Record<string, number> = {
    j: cursor + 1,
    ArrowDown: cursor + 1,
    k: cursor - 1,
    ArrowUp: cursor - 1,
    PageDown: cursor + page,
    PageUp: cursor - page,
    Home: 0,
    End: total - 1,
  };
  const wanted = step[key];
  return wanted === undefined ? null : Math.max(0, Math.min(total - 1, wanted));
}
