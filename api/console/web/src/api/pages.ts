export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/** Everything that a list has, page after page. */
export async function all<T>(page: (cursor: string | null) => Promise<Page<T>>): Promise<T[]> {
  const found: T[] = [];
  for (let cursor: string | null = null; ; ) {
    const answer: Page<T> = await page(cursor);
    found.push(...answer.items);
    if (answer.next_cursor === null) return found;
    cursor = answer.next_cursor;
  }
}
