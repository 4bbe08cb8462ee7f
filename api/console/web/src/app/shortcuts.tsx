import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";

interface Shortcuts {
  areOn: boolean;
  turn: (areOn: boolean) => void;
}

const REMEMBERED = "lastmeter.single-keys";
const Context = createContext<Shortcuts>({ areOn: true, turn: () => {} });

/** Single keys can be turned off: those who speak to their machine would set them off by accident (WCAG 2.1.4). */
export function ShortcutsProvider({ children }: { children: ReactNode }) {
  const [areOn, setOn] = useState(() => localStorage.getItem(REMEMBERED) !== "off");
  const shortcuts = useMemo(
    () => ({
      areOn,
      turn: (on: boolean) => {
        localStorage.setItem(REMEMBERED, on ? "on" : "off");
        setOn(on);
      },
    }),
    [areOn],
  );
  return <Context value={shortcuts}>{children}</Context>;
}

export const useShortcuts = () => useContext(Context);

/** Have a single key do something wherever the focus is, unless somebody is writing or answering a dialog. */
export function useShortcut(key: string, act: () => void) {
  const { areOn } = useShortcuts();
  useEffect(() => {
    if (!areOn) return undefined;
    const hear = (event: KeyboardEvent) => {
      if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target))
        return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", hear);
    return () => document.removeEventListener("keydown", hear);
  }, [areOn, key, act]);
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, select, textarea, dialog") !== null;
}
