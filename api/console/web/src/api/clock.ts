/** Headers tell whole seconds, and answers take their time: less than this is no difference between clocks. */
const LEAST_MILLISECONDS = 5_000;

let ahead = 0;

/** Learn from an answer what time it is for the service, by which holds end and needs climb. */
export function hearTime(answer: Pick<Response, "headers">, here: number = Date.now()): void {
  const there = Date.parse(answer.headers.get("Date") ?? "");
  if (!Number.isNaN(there)) ahead = Math.abs(there - here) < LEAST_MILLISECONDS ? 0 : there - here;
}

/** The time of the service, whatever the clock of this machine says. */
export const serviceTime = (): number => Date.now() + ahead;
