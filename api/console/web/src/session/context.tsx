import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import type { Session } from "../api/models";
import { isSignedOut } from "../api/problems";
import { readSession, signOut } from "./api";
import { SignIn } from "./SignIn";

interface Signed {
  session: Session;
  leave: () => void;
  /** Why one could not be signed out. */
  trouble: unknown;
}

const Context = createContext<Signed | null>(null);

/** Shows the form until somebody has signed in, and again when the session has ended. */
export function SessionGate({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [hasEnded, setEnded] = useState(false);
  const [trouble, setTrouble] = useState<unknown>(null);
  const { data, isPending } = useQuery({
    queryKey: ["session"],
    queryFn: async () => readSession().catch((error) => (isSignedOut(error) ? null : Promise.reject(error))),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const enter = useCallback(
    (session: Session) => {
      setEnded(false);
      setTrouble(null);
      queries.setQueryData(["session"], session);
    },
    [queries],
  );
  /** Show the form; what was read is forgotten once nothing shows it any more. */
  const forget = useCallback(() => {
    queries.setQueryData(["session"], null);
    setTimeout(() => queries.removeQueries({ predicate: (each) => each.queryKey[0] !== "session" }));
  }, [queries]);
  const leave = useCallback(() => {
    // What is still being read would be refused.
    void queries.cancelQueries();
    // Without an answer the cookie is still there: to look signed out would be a lie.
    signOut().then(forget, (error: unknown) => {
      setTrouble(error);
      void queries.invalidateQueries();
    });
  }, [queries, forget]);
  const isIn = data !== null && data !== undefined;
  useEffect(() => {
    if (!isIn) return undefined;
    return queries.getQueryCache().subscribe(({ query }) => {
      if (!isSignedOut(query.state.error)) return;
      setEnded(true);
      forget();
    });
  }, [queries, isIn, forget]);
  const signed = useMemo(
    () => (isIn ? { session: data, leave, trouble } : null),
    [isIn, data, leave, trouble],
  );
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
