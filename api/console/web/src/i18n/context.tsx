import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { type Formats, formatsOf } from "./formats";
import { type Language, preferredLanguage, type Translate, translator } from "./translate";

interface Speech {
  language: Language;
  choose: (language: Language) => void;
  t: Translate;
  f: Formats;
}

const REMEMBERED = "lastmeter.language";
const Context = createContext<Speech | null>(null);

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(() =>
    preferredLanguage(localStorage.getItem(REMEMBERED), navigator.languages),
  );
  const speech = useMemo(
    () => ({
      language,
      choose: (chosen: Language) => {
        localStorage.setItem(REMEMBERED, chosen);
        setLanguage(chosen);
      },
      t: translator(language),
      f: formatsOf(language),
    }),
    [language],
  );
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = speech.t("app.title");
  }, [language, speech]);
  return <Context value={speech}>{children}</Context>;
}

export function useSpeech(): Speech {
  const speech = useContext(Context);
  if (speech === null) throw new Error("outside of LanguageProvider");
  return speech;
}
