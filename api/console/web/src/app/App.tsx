import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { isPassing } from "../api/problems";
import { LanguageProvider } from "../i18n/context";
import { SessionGate } from "../session/context";
import { Announcer } from "../ui/announce";
import { AddressProvider } from "./address";
import { Frame } from "./Frame";

const AGAIN_MILLISECONDS = 4_000;

// Requests are repeated one level below, where it is known what is safe to repeat. What could not be read
// because the line or the service was away is read again by itself.
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: false,
      staleTime: 30_000,
      refetchInterval: ({ state }) => (isPassing(state.error) ? AGAIN_MILLISECONDS : false),
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
