/**
 * Give the focus to an element once what is happening now has been drawn: the button that was pressed may be gone then.
 * What has taken the focus meanwhile, as a notice does, keeps it.
 */
export function focusSoon(id: string): void {
  const before = document.activeElement;
  requestAnimationFrame(() => {
    const now = document.activeElement;
    if (now === before || now === document.body) document.getElementById(id)?.focus();
  });
}
