const MOST_MILLISECONDS = 2_000;

/**
 * Give the focus to what a selector finds, as soon as that has been drawn: the button that was pressed may be gone then.
 * What has taken the focus meanwhile, as a notice does, keeps it.
 */
export function focusSoon(selector: string): void {
  const before = document.activeElement;
  const end = performance.now() + MOST_MILLISECONDS;
  const look = () => {
    const now = document.activeElement;
    if (now !== before && now !== document.body) return;
    const found = document.querySelector<HTMLElement>(selector);
    if (found !== null) found.focus();
    else if (performance.now() < end) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
