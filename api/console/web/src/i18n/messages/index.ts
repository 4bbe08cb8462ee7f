import { act } from "./act";
import { app } from "./app";
import { coverage } from "./coverage";
import { map } from "./map";
import { plan } from "./plan";
import { problems } from "./problems";
import { queue } from "./queue";
import { suggestions } from "./suggestions";
import { words } from "./words";

/** What the console says, each in English and in Chinese (ICU MessageFormat). */
export const MESSAGES = {
  ...app,
  ...words,
  ...queue,
  ...map,
  ...suggestions,
  ...act,
  ...plan,
  ...coverage,
  ...problems,
} as const satisfies Record<string, readonly [english: string, chinese: string]>;

export type MessageKey = keyof typeof MESSAGES;
