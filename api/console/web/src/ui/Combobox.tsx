import { useEffect, useId, useRef, useState } from "react";
import { activeOf, type Box, EMPTY, pressed, typed } from "./combobox";

export interface Option {
  id: string;
  name: string;
  hint: string;
}

interface Props {
  label: string;
  listLabel: string;
  placeholder: string;
  maxLength: number;
  options: readonly Option[];
  onType: (text: string) => void;
  onChoose: (option: Option) => void;
}

/** An editable combobox after the ARIA practices: the focus stays in the field, the active option is told by its id. */
export function Combobox({ label, listLabel, placeholder, maxLength, options, onType, onChoose }: Props) {
  const id = useId();
  const [box, setBox] = useState<Box>(EMPTY);
  const ids = options.map((each) => each.id);
  const active = activeOf(box, ids);
  const isShown = box.isOpen && options.length > 0;
  const list = useRef<HTMLDivElement>(null);
  const count = options.length;
  // The list grows below the field, where it may be out of sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another number of options takes another height
  useEffect(() => {
    if (isShown) list.current?.scrollIntoView({ block: "nearest" });
  }, [isShown, count]);
  useEffect(() => {
    if (active !== null)
      list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [active]);
  const optionId = (key: string) => `${id}-option-${ids.indexOf(key)}`;
  const write = (next: Box) => {
    setBox(next);
    if (next.text !== box.text) onType(next.text);
  };
  const choose = (key: string) => {
    const option = options.find((each) => each.id === key);
    if (option === undefined) return;
    setBox({ text: option.name, isOpen: false, active: null });
    onType(option.name);
    onChoose(option);
  };
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="text"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={isShown}
        aria-controls={`${id}-list`}
        aria-activedescendant={active === null ? undefined : optionId(active)}
        required
        maxLength={maxLength}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        value={box.text}
        onChange={(event) => write(typed(event.target.value))}
        onBlur={() => setBox((now) => ({ ...now, isOpen: false, active: null }))}
        onKeyDown={(event) => {
          // Keys that choose among Chinese characters are not meant for the list.
          if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey) return;
          const step = pressed(box, event.key, event.altKey, ids);
          if (step === null) return;
          event.preventDefault();
          if (step.chosen === null) write(step.box);
          else choose(step.chosen);
        }}
      />
      {isShown && (
        <div ref={list} id={`${id}-list`} role="listbox" aria-label={listLabel} className="options">
          {options.map((each) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field hears the keys
            <div
              key={each.id}
              id={optionId(each.id)}
              role="option"
              tabIndex={-1}
              aria-selected={each.id === active}
              data-found={each.id}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(each.id)}
            >
              {each.name} <span className="hint">{each.hint}</span>
            </div>
          ))}
        </div>
      )}
    </>
  );
}
