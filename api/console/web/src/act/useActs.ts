import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState, useSyncExternalStore } from "react";
import { serviceTime } from "../api/clock";
import type { Referral } from "../api/models";
import { isConflict, isOpenEnded, isSignedOut, LineDown } from "../api/problems";
import { useSession } from "../session/context";
import { useAnnounce } from "../ui/announce";
import { focusSoon } from "../ui/focus";
import {
  type Move,
  type Offer,
  readEvents,
  readReferrals,
  sendAcknowledgement,
  sendMove,
  sendOffer,
} from "./api";
import { type Act, actBehind, inTheWay, isBlamed, lastActOn } from "./blame";
import { type Attempt, memory } from "./memory";
import { readAnew, showMove, showOffer } from "./optimistic";
import { referralsKey } from "./useReferrals";

/** Somebody was faster: with the referral that took the need or a part of it, if there is one. */
export interface Conflict {
  needId: string;
  error: unknown;
  taken: Referral | undefined;
  /** Whose act it was, if that can be told. */
  act: Act | undefined;
  /** The referrals as they are now. */
  found: readonly Referral[];
}

export interface Acts {
  isSending: boolean;
  error: unknown;
  retry: (() => void) | undefined;
  offer: (offer: Offer, told: (referral: Referral) => string) => void;
  move: (move: Move, told: (referral: Referral) => string) => void;
  acknowledge: (told: string) => void;
}

/** Where an error of an act is shown. */
export const TROUBLE_ID = "act-trouble";

/** The acts on a need: shown at once, sent once, and taken back honestly where somebody else was faster. */
export function useActs(needId: string, onConflict: (conflict: Conflict) => void): Acts {
  const queries = useQueryClient();
  const say = useAnnounce();
  const { subject } = useSession().session;
  const { sending, unanswered } = useSyncExternalStore(memory.subscribe, () =>
    memory.standing(subject, needId),
  );
  const [refused, setRefused] = useState<{ attempt: Attempt; error: unknown } | null>(null);

  const run = useCallback(
    (attempt: Attempt): boolean => {
      const { aim, description, send } = attempt;
      const seen = queries.getQueryData<Referral[]>(referralsKey(needId)) ?? [];
      const sent = memory.book(subject).run(description, send);
      if (sent === null) return false;
      const end = (lost: unknown) =>
        memory.change(subject, needId, (now) => ({
          sending: now.sending - 1,
          unanswered: lost === null ? now.unanswered : { attempt, error: lost },
        }));
      memory.change(subject, needId, (now) => ({ sending: now.sending + 1, unanswered: null }));
      setRefused(null);
      sent
        .then((words) => {
          end(null);
          say(words);
        })
        .catch(async (error: unknown) => {
          // To be signed out says nothing of the tries before it.
          end(isOpenEnded(error) ? (isSignedOut(error) ? new LineDown() : error) : null);
          if (isConflict(error)) {
            onConflict(await conflictOf(needId, aim, error, seen));
            return;
          }
          if (!isOpenEnded(error)) setRefused({ attempt, error });
          focusSoon(`#${TROUBLE_ID}`);
        })
        .finally(() => void readAnew(queries, needId));
      return true;
    },
    [queries, say, subject, needId, onConflict],
  );

  const offer = useCallback(
    (offer: Offer, told: (referral: Referral) => string) => {
      const description = JSON.stringify(["offer", offer]);
      const send = async (key: string) => told(await sendOffer(offer, key));
      if (run({ aim: needId, description, send })) showOffer(queries, offer, serviceTime());
    },
    [run, queries, needId],
  );
  const move = useCallback(
    (move: Move, told: (referral: Referral) => string) => {
      const { referral, ...rest } = move;
      const description = JSON.stringify(["move", referral.id, referral.revision, rest]);
      const send = async (key: string) => told(await sendMove(move, key));
      if (run({ aim: referral.id, description, send })) showMove(queries, move);
    },
    [run, queries],
  );
  const acknowledge = useCallback(
    (told: string) => {
      const send = async (key: string) => {
        await sendAcknowledgement(needId, key);
        return told;
      };
      run({ aim: needId, description: JSON.stringify(["acknowledge", needId]), send });
    },
    [run, needId],
  );
  const trouble = refused ?? unanswered;
  const retry = trouble === null ? undefined : () => void run(trouble.attempt);
  return { isSending: sending > 0, error: trouble?.error, retry, offer, move, acknowledge };
}

/** Look at what somebody else has done: to the need, or to the referral that one meant to move. */
async function conflictOf(
  needId: string,
  aim: string,
  error: unknown,
  seen: readonly Referral[],
): Promise<Conflict> {
  const [found, events] = await Promise.all([
    readReferrals(needId).catch(() => []),
    isBlamed(error) ? readEvents(needId).catch(() => []) : [],
  ]);
  const taken = inTheWay(error, seen, found);
  const changed = aim === needId ? lastActOn(events) : actBehind(events, aim, false);
  return {
    needId,
    error,
    taken,
    act: taken === undefined ? changed : actBehind(events, taken.id, true),
    found,
  };
}
