import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import type { Session } from "../api/models";
import { isSignedOut } from "../api/problems";
import { readSession, signOut } from "./api";
import { SignIn } from "./SignIn";

interface Signed {
  session: Session;
  leave: () => void;
}

const Context = createContext<Signed | null>(null);

/** Shows the form until somebody has signed in, and again when the session has ended. */
export function SessionGate({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [hasEnded, setEnded] = useState(false);
  const { data, isPending } = useQuery({
    queryKey: ["session"],
    queryFn: async () => readSession().catch((error) => (isSignedOut(error) ? null : Promise.reject(error))),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const enter = useCallback(
    (session: Session) => {
      setEnded(false);
      queries.setQueryData(["session"], session);
    },
    [queries],
  );
  const leave = useCallback(() => {
    void signOut().finally(() => {
      queries.clear();
      queries.setQueryData(["session"], null);
    });
  }, [queries]);
  const isIn = data !== null && data !== undefined;
  useEffect(() => {
    if (!isIn) return undefined;
    return queries.getQueryCache().subscribe(({ query }) => {
      if (!isSignedOut(query.state.error)) return;
      setEnded(true);
      queries.setQueryData(["session"], null);
      queries.removeQueries({ predicate: (each) => each.queryKey[0] !== "session" });
    });
  }, [queries, isIn]);
  const signed = useMemo(() => (isIn ? { session: data, leave } : null), [isIn, data, leave]);
  if (isPending) return null;
  return signed === null ? (
    <SignIn hasEnded={hasEnded} onEnter={enter} />
  ) : (
    <Context value={signed}>{children}</Context>
  );
}

export function useSession(): Signed {
  const signed = useContext(Context);
  if (signed === null) throw new Error("outside of SessionGate");
  return signed;
}
