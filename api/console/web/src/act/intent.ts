import { drawKey } from "../api/keys";
import { isOpenEnded } from "../api/problems";

/**
 * What somebody means to do, once: the key is drawn with the intention and kept until it is known what became of it.
 * A second click while it is under way does nothing; after a lost line the same is sent again, under the same key.
 */
export interface Intents {
  /** Run an act under the key of its description; null if the same is under way already. */
  run: <T>(description: string, act: (key: string) => Promise<T>) => Promise<T> | null;
  isUnderWay: () => boolean;
}

export function intents(draw: () => string = drawKey): Intents {
  const open = new Map<string, string>();
  const underWay = new Set<string>();
  return {
    run: (description, act) => {
      if (underWay.has(description)) return null;
      const key = open.get(description) ?? draw();
      open.set(description, key);
      underWay.add(description);
      return act(key)
        .then((result) => {
          open.delete(description);
          return result;
        })
        .catch((error: unknown) => {
          // What may have taken effect keeps its key; what was refused is over.
          if (!isOpenEnded(error)) open.delete(description);
          throw error;
        })
        .finally(() => underWay.delete(description));
    },
    isUnderWay: () => underWay.size > 0,
  };
}
