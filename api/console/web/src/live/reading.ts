import type { QueryClient } from "@tanstack/react-query";
import type { EventOutput } from "../api/models";
import { gathered, listsWait } from "./gathering";

/** What is read again after an event: the need that it is of at once, and a little later the lists that it may be in. */
export function readingAgain(queries: QueryClient, random: () => number = Math.random) {
  const lists = gathered(
    () => {
      void queries.invalidateQueries({ queryKey: ["queue"] });
      void queries.invalidateQueries({ queryKey: ["map"] });
      // What somebody else holds is not free for the need that is looked at.
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[2] === "suggestions" });
    },
    () => listsWait(random),
  );
  return {
    onEvent: (event: Pick<EventOutput, "need_id">) => {
      lists.call();
      if (event.need_id !== null) void queries.invalidateQueries({ queryKey: ["need", event.need_id] });
    },
    stop: lists.stop,
  };
}
