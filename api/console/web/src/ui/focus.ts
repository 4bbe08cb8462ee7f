/** Give the focus to an element once what is happening now has been drawn: the button that was pressed may be gone then. */
export function focusSoon(id: string): void {
  requestAnimationFrame(() => document.getElementById(id)?.focus());
}
