import { ask } from "../api/http";
import type { Session } from "../api/models";

const ADDRESS = "/console/session";

export const readSession = () => ask(ADDRESS) as Promise<Session>;

export const signIn = (credential: string) =>
  ask(ADDRESS, { method: "POST", body: { credential } }) as Promise<Session>;

export const signOut = () => ask(ADDRESS, { method: "DELETE" });
