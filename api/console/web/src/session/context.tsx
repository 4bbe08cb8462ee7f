import { type QueryFilters, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import type { Session } from "../api/models";
import { isSignedOut } from "../api/problems";
import { focusSoon } from "../ui/focus";
import { readSession, signOut } from "./api";
import { SignIn } from "./SignIn";

interface Signed {
  session: Session;
  leave: () => void;
  /** Why one could not be signed out. */
  trouble: unknown;
}

const Context = createContext<Signed | null>(null);
const KEY = ["session"];
const REST: QueryFilters = { predicate: (each) => each.queryKey[0] !== KEY[0] };

/** What one may see hangs on. */
const rightsOf = ({ subject, role, jurisdiction }: Session) => JSON.stringify([subject, role, jurisdiction]);

/** Shows the form until somebody has signed in, and again when the session has ended. */
export function SessionGate({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [hasEnded, setEnded] = useState(false);
  const [trouble, setTrouble] = useState<unknown>(null);
  const { data, isPending } = useQuery({
    queryKey: KEY,
    queryFn: async () => {
      const session = await readSession();
      const known = queries.getQueryData<Session | null>(KEY);
      // Whoever signed in meanwhile, in another window, sees nothing of what was read for somebody else.
      if (known && rightsOf(known) !== rightsOf(session)) queries.removeQueries(REST);
      return session;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    // All windows have one cookie, and another one may have signed out or somebody else in.
    const look = () => void queries.invalidateQueries({ queryKey: KEY });
    window.addEventListener("focus", look);
    return () => window.removeEventListener("focus", look);
  }, [queries]);
  const enter = useCallback(
    (session: Session) => {
      setEnded(false);
      setTrouble(null);
      queries.setQueryData(KEY, session);
      focusSoon("#main h2, #main > .empty");
    },
    [queries],
  );
  /** Show the form; what was read is forgotten once nothing shows it any more. */
  const forget = useCallback(() => {
    queries.setQueryData(KEY, null);
    focusSoon("#credential");
    setTimeout(() => queries.removeQueries(REST));
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
    <Context key={rightsOf(signed.session)} value={signed}>
      {children}
    </Context>
  );
}

export function useSession(): Signed {
  const signed = useContext(Context);
  if (signed === null) throw new Error("outside of SessionGate");
  return signed;
}
