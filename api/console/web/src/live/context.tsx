import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { useSpeech } from "../i18n/context";
import { useAnnounce } from "../ui/announce";
import { gathered } from "./gathering";
import { whileSeen } from "./sight";
import { type Hearer, type LineState, listen } from "./stream";

const Context = createContext<LineState>("connecting");
const GATHER_MILLISECONDS = 300;

/** Follows what happens in the city, and has what is shown of it read again. */
export function Live({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const say = useAnnounce();
  const { t } = useSpeech();
  const [line, setLine] = useState<LineState>("connecting");
  useEffect(() => {
    const lists = gathered(() => {
      void queries.invalidateQueries({ queryKey: ["queue"] });
      void queries.invalidateQueries({ queryKey: ["map"] });
      // What somebody else holds is not free for the need that is looked at.
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[2] === "suggestions" });
    }, GATHER_MILLISECONDS);
    const hearer: Hearer = {
      onEvent: (event) => {
        lists.call();
        if (event.need_id !== null) void queries.invalidateQueries({ queryKey: ["need", event.need_id] });
      },
      onLine: setLine,
      onBack: () => void queries.invalidateQueries({ predicate: (each) => each.queryKey[0] !== "session" }),
      onTurnedAway: () => void queries.invalidateQueries({ queryKey: ["session"] }),
    };
    const stop = whileSeen((isAgain) => listen(hearer, isAgain));
    return () => {
      stop();
      lists.stop();
    };
  }, [queries]);
  const [last, setLast] = useState(line);
  useEffect(() => {
    if (line === "lost" && last !== "lost") say(t("live.lost"));
    if (line === "open" && last === "lost") say(t("live.back"));
    setLast(line);
  }, [line, last, say, t]);
  return <Context value={line}>{children}</Context>;
}

export const useLine = () => useContext(Context);
