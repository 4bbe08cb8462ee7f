import { type ReactNode, useEffect, useRef } from "react";
import { useSpeech } from "../i18n/context";

interface Props {
  heading: string;
  onClose: () => void;
  children: ReactNode;
}

/** A modal of the browser's own: it keeps the focus inside, closes with Escape, and gives the focus back. */
export function Dialog({ heading, onClose, children }: Props) {
  const { t } = useSpeech();
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={element} aria-labelledby="dialog-heading" onClose={onClose}>
      <header>
        <h2 id="dialog-heading">{heading}</h2>
        <button type="button" className="quiet" aria-label={t("app.close")} onClick={onClose}>
          ×
        </button>
      </header>
      {children}
    </dialog>
  );
}
