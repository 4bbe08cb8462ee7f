import { createContext, type ReactNode, useCallback, useContext, useState } from "react";
import { useSpeech } from "../i18n/context";

const Context = createContext<(text: string) => void>(() => {});

/** One polite live region for everything that happens without a change of focus. */
export function Announcer({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState({ text: "", number: 0 });
  const say = useCallback((text: string) => setSaid((last) => ({ text, number: last.number + 1 })), []);
  const { language } = useSpeech();
  const [spoken, setSpoken] = useState(language);
  if (spoken !== language) {
    setSpoken(language);
    setSaid((last) => ({ text: "", number: last.number + 1 }));
  }
  return (
    <Context value={say}>
      {children}
      <div role="status" className="visually-hidden">
        <span key={said.number}>{said.text}</span>
      </div>
    </Context>
  );
}

export const useAnnounce = () => useContext(Context);
