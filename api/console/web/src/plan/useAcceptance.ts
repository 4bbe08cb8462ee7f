import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { intents } from "../act/intent";
import type { AcceptanceOutcome } from "../api/models";
import { isMissing } from "../api/problems";
import { type Assignment, accept, keyOf } from "./acceptance";

export interface Accepting {
  outcomes: ReadonlyMap<string, AcceptanceOutcome>;
  /** What is being sent, or was sent last. */
  total: number;
  isSending: boolean;
  error: unknown;
  /** The plan was lost while it was being accepted: whether the last part took effect its needs tell. */
  isCutOff: boolean;
  send: (assignments: readonly Assignment[]) => void;
}

/** Accept parts of a plan. What has an outcome is not sent again; after a lost line the rest goes on. */
export function useAcceptance(planId: string): Accepting {
  const queries = useQueryClient();
  const book = useRef(intents());
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, AcceptanceOutcome>>(new Map());
  const [total, setTotal] = useState(0);
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const send = async (assignments: readonly Assignment[]) => {
    if (isSending) return;
    const open = assignments.filter((each) => !outcomes.has(keyOf(each)));
    setTotal(outcomes.size + open.length);
    setSending(true);
    setError(null);
    try {
      await accept(planId, open, book.current, (some) =>
        setOutcomes((now) => new Map([...now, ...some.map((each) => [keyOf(each), each] as const)])),
      );
    } catch (caught) {
      setError(caught);
      if (isMissing(caught)) void queries.invalidateQueries({ queryKey: ["plan", planId] });
    }
    setSending(false);
    void queries.invalidateQueries({ queryKey: ["queue"] });
    void queries.invalidateQueries({ queryKey: ["need"] });
  };
  return {
    outcomes,
    total,
    isSending,
    error,
    isCutOff: isMissing(error),
    send: (assignments) => void send(assignments),
  };
}
