import type { NearMiss, ProviderMatch } from "../api/models";

/** What the service takes at most. */
export const MOST_TEXT = 100;

/** What is looked for when somebody has written this: blanks around it are none of a name. */
export const soughtIn = (written: string) => written.trim().slice(0, MOST_TEXT);

/** Providers that are at hand, as if they had been found. */
export const named = (known: readonly Pick<NearMiss, "provider_id" | "name" | "kind">[]): ProviderMatch[] => {
  const byId = new Map(
    known.map(({ provider_id, name, kind }) => [
      provider_id,
      { id: provider_id, name, kind, community_code: null },
    ]),
  );
  return [...byId.values()];
};
