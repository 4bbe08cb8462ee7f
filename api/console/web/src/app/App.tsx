import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { againIn } from "../api/retry";
import { LanguageProvider } from "../i18n/context";
import { SessionGate } from "../session/context";
import { Announcer } from "../ui/announce";
import { AddressProvider } from "./address";
import { Frame } from "./Frame";

// Requests are repeated one level below, where it is known what is safe to repeat.
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: false,
      staleTime: 30_000,
      refetchInterval: ({ state }) => againIn(state.error, false),
    },
  },
});

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <LanguageProvider>
        <Announcer>
          <SessionGate>
            <AddressProvider>
              <Frame />
            </AddressProvider>
          </SessionGate>
        </Announcer>
      </LanguageProvider>
    </QueryClientProvider>
  );
}
