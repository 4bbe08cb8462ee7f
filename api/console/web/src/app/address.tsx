import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import type { View } from "../session/roles";

const BASE = "/console/";

export interface Place {
  view: string;
  query: URLSearchParams;
}

interface Address extends Place {
  /** Go to a view, or change the query of this one without a new entry in the history. */
  go: (view: View) => void;
  set: (changes: Record<string, string | null>) => void;
}

const Context = createContext<Address | null>(null);

/** What is shown stands in the address, so that it can be kept, sent on and found again after a reload. */
export function AddressProvider({ children }: { children: ReactNode }) {
  const [place, setPlace] = useState(read);
  useEffect(() => {
    const follow = () => setPlace(read());
    window.addEventListener("popstate", follow);
    return () => window.removeEventListener("popstate", follow);
  }, []);
  const go = useCallback((view: View) => {
    history.pushState(null, "", BASE + view);
    setPlace(read());
  }, []);
  const set = useCallback((changes: Record<string, string | null>) => {
    history.replaceState(null, "", changed(read(), changes));
    setPlace(read());
  }, []);
  const address = useMemo(() => ({ ...place, go, set }), [place, go, set]);
  return <Context value={address}>{children}</Context>;
}

export function useAddress(): Address {
  const address = useContext(Context);
  if (address === null) throw new Error("outside of AddressProvider");
  return address;
}

function read(): Place {
  return parse(location.pathname, location.search);
}

export function parse(path: string, search: string): Place {
  return { view: path.startsWith(BASE) ? path.slice(BASE.length) : "", query: new URLSearchParams(search) };
}

export function changed(place: Place, changes: Record<string, string | null>): string {
  const query = new URLSearchParams(place.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return BASE + place.view + (text === "" ? "" : `?${text}`);
}
