import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { useSpeech } from "../i18n/context";
import { useAnnounce } from "../ui/announce";
import { readingAgain } from "./reading";
import { whileSeen } from "./sight";
import { type Hearer, type LineState, listen } from "./stream";

const Context = createContext<LineState>("connecting");

/** Follows what happens in the city, and has what is shown of it read again. */
export function Live({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const say = useAnnounce();
  const { t } = useSpeech();
  const [line, setLine] = useState<LineState>("connecting");
  useEffect(() => {
    const reading = readingAgain(queries);
    const hearer: Hearer = {
      onEvent: reading.onEvent,
      onLine: setLine,
      onBack: () => void queries.invalidateQueries({ predicate: (each) => each.queryKey[0] !== "session" }),
      onTurnedAway: () => void queries.invalidateQueries({ queryKey: ["session"] }),
    };
    const stop = whileSeen((isAgain) => listen(hearer, isAgain));
    return () => {
      stop();
      reading.stop();
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
