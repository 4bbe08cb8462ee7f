/** A text field with a list of options below it, of which one may be the active one. */
export interface Box {
  text: string;
  isOpen: boolean;
  /** The id of the active option: where it stands may change while one looks at it. */
  active: string | null;
}

export interface Step {
  box: Box;
  /** The option that was chosen by this. */
  chosen: string | null;
}

export const EMPTY: Box = { text: "", isOpen: false, active: null };

export const typed = (text: string): Box => ({ text, isOpen: true, active: null });

/** Which option is active, if it is still among them. */
export const activeOf = (box: Box, options: readonly string[]): string | null =>
  box.isOpen && box.active !== null && options.includes(box.active) ? box.active : null;

/** What a key does in an editable combobox whose list is chosen from by hand; null if it keeps its own meaning. */
export function pressed(box: Box, key: string, hasAlt: boolean, options: readonly string[]): Step | null {
  const active = activeOf(box, options);
  switch (key) {
    case "ArrowDown":
    case "ArrowUp": {
      if (hasAlt) return stay({ ...box, isOpen: key === "ArrowDown", active });
      return stay({ ...box, isOpen: true, active: neighbour(active, key === "ArrowDown" ? 1 : -1, options) });
    }
    case "Enter":
      return active === null ? null : { box: { ...box, isOpen: false, active: null }, chosen: active };
    case "Escape":
      if (box.isOpen && options.length > 0) return stay({ ...box, isOpen: false, active: null });
      return box.text === "" ? null : stay(EMPTY);
    default:
      return null;
  }
}

const stay = (box: Box): Step => ({ box, chosen: null });

/** The option before or behind another one, round and round; without one the first or the last. */
function neighbour(active: string | null, step: 1 | -1, options: readonly string[]): string | null {
  const place = active === null ? (step === 1 ? -1 : options.length) : options.indexOf(active);
  return options[(place + step + options.length) % options.length] ?? null;
}
