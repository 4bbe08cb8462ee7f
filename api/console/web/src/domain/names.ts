/** The name of something: none while names are still being read, and the id of what is not among them. */
export function nameAmong<T>(
  known: ReadonlyMap<string, T> | undefined,
  id: string,
  nameOf: (each: T) => string,
): string {
  if (known === undefined) return "";
  const found = known.get(id);
  return found === undefined ? id : nameOf(found);
}
