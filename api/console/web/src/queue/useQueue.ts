import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { QueueAnswer, QueueItem } from "../api/models";
import { againIn } from "../api/retry";
import { get } from "../api/typed";
import { type Filters, toQuery } from "./filters";
import { WINDOW, windowsOf } from "./windows";

/** Events tell what changes; this is for what a dead line would hide. */
const ANYWAY_MILLISECONDS = 30_000;

const anyway = ({ state }: { state: { error: unknown } }) => againIn(state.error, ANYWAY_MILLISECONDS);

export interface Queue {
  total: number | undefined;
  counts: QueueAnswer["counts"] | undefined;
  isStale: boolean;
  error: unknown;
  at: (index: number) => QueueItem | undefined;
  indexOf: (needId: string) => number;
}

function windowOf(filters: Filters, number: number) {
  return {
    queryKey: ["queue", filters, number],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      get(
        "/v1/queue",
        { query: { ...toQuery(filters), offset: number * WINDOW, limit: WINDOW } },
        { signal },
      ),
    placeholderData: keepPreviousData,
    ...(number === 0 ? { refetchInterval: anyway } : {}),
  };
}

/** The open needs, of which the windows around the rows in sight are read. */
export function useQueue(filters: Filters, first: number, last: number): Queue {
  const head = useQuery(windowOf(filters, 0));
  const numbers = windowsOf(first, last);
  const answers = useQueries({
    queries: numbers.map((number) => ({ ...windowOf(filters, number), placeholderData: undefined })),
    combine: (results) => results.map((each) => each.data),
  });
  return useMemo(() => {
    const known = new Map<number, QueueItem>();
    for (const answer of head.isPlaceholderData ? [] : [head.data, ...answers]) {
      answer?.items.forEach((item, index) => {
        known.set(answer.offset + index, item);
      });
    }
    return {
      total: head.data?.total,
      counts: head.data?.counts,
      isStale: head.data?.is_stale ?? false,
      error: head.error,
      at: (index: number) => known.get(index),
      indexOf: (needId: string) => {
        for (const [index, item] of known) if (item.need_id === needId) return index;
        return -1;
      },
    };
  }, [head.data, head.error, head.isPlaceholderData, answers]);
}
