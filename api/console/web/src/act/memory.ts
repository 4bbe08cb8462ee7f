import { type Intents, intents } from "./intent";

/** Something that is meant to be done to a need, with all that is wanted to send it, or to send it again. */
export interface Attempt {
  /** Of what is changed: the need, or one of its referrals. */
  aim: string;
  description: string;
  /** Send it, and say what came of it. */
  send: (key: string) => Promise<string>;
}

/** How it stands with what one person does to one need. */
export interface Standing {
  sending: number;
  /** What got no answer, so that nobody knows whether it took effect. */
  unanswered: { attempt: Attempt; error: unknown } | null;
}

const IDLE: Standing = { sending: 0, unanswered: null };

/** Acts under way and without an answer, by who does them: they outlive what is shown, and the session. */
export interface ActMemory {
  /** The keys of one person's acts. */
  book: (subject: string) => Intents;
  standing: (subject: string, needId: string) => Standing;
  change: (subject: string, needId: string, changes: (now: Standing) => Partial<Standing>) => void;
  /** Whether an act of anybody else got no answer. */
  hasOfOthers: (subject: string) => boolean;
  subscribe: (hear: () => void) => () => void;
}

export function actMemory(makeBook: () => Intents = intents): ActMemory {
  const books = new Map<string, Intents>();
  const standings = new Map<string, Map<string, Standing>>();
  const hearers = new Set<() => void>();
  const standing = (subject: string, needId: string) => standings.get(subject)?.get(needId) ?? IDLE;
  return {
    book: (subject) => {
      const book = books.get(subject) ?? makeBook();
      books.set(subject, book);
      return book;
    },
    standing,
    change: (subject, needId, changes) => {
      const now = standing(subject, needId);
      const next = { ...now, ...changes(now) };
      const ofSubject = standings.get(subject) ?? new Map<string, Standing>();
      standings.set(subject, ofSubject);
      if (next.sending === 0 && next.unanswered === null) ofSubject.delete(needId);
      else ofSubject.set(needId, next);
      for (const hear of hearers) hear();
    },
    hasOfOthers: (subject) =>
      [...standings].some(
        ([other, known]) => other !== subject && [...known.values()].some((each) => each.unanswered !== null),
      ),
    subscribe: (hear) => {
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
  };
}

/** That of this page; nothing of it is stored. */
export const memory = actMemory();
