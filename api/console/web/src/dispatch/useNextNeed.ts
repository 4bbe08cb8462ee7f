import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import type { QueueAnswer } from "../api/models";

/** Find the need that nobody is asked for and that stands behind another one in the list. */
export function useNextNeed(): (needId: string) => string | null {
  const queries = useQueryClient();
  return useCallback(
    (needId) => {
      const answers = queries.getQueriesData<QueueAnswer>({ queryKey: ["queue"], type: "active" });
      const items = answers
        .flatMap(([, answer]) => (answer === undefined ? [] : [answer]))
        .sort((one, other) => one.offset - other.offset)
        .flatMap((answer) => answer.items);
      const place = items.findIndex((item) => item.need_id === needId);
      const isFree = (item: QueueAnswer["items"][number]) => item.state === "open" && item.need_id !== needId;
      return (items.slice(place + 1).find(isFree) ?? items.find(isFree))?.need_id ?? null;
    },
    [queries],
  );
}
