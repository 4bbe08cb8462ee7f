import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { serviceTime } from "../api/clock";
import type { Referral } from "../api/models";
import { isConflict } from "../api/problems";
import { useAnnounce } from "../ui/announce";
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
import { intents } from "./intent";
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
  acknowledge: (needId: string, told: string) => void;
}

/** The acts on needs: shown at once, sent once, and taken back honestly where somebody else was faster. */
export function useActs(onConflict: (conflict: Conflict) => void): Acts {
  const queries = useQueryClient();
  const say = useAnnounce();
  const book = useRef(intents());
  const [isSending, setSending] = useState(false);
  const [trouble, setTrouble] = useState<{ error: unknown; retry: () => void } | null>(null);

  const run = useCallback(
    function run<T>(
      needId: string,
      aim: string,
      description: string,
      send: (key: string) => Promise<T>,
      told: (result: T) => string,
    ): boolean {
      const seen = queries.getQueryData<Referral[]>(referralsKey(needId)) ?? [];
      const sent = book.current.run(description, send);
      if (sent === null) return false;
      setSending(true);
      setTrouble(null);
      sent
        .then((result) => say(told(result)))
        .catch(async (error: unknown) => {
          if (!isConflict(error)) {
            setTrouble({ error, retry: () => run(needId, aim, description, send, told) });
            return;
          }
          onConflict(await conflictOf(needId, aim, error, seen));
        })
        .finally(() => {
          setSending(book.current.isUnderWay());
          void readAnew(queries, needId);
        });
      return true;
    },
    [queries, say, onConflict],
  );

  const offer = useCallback(
    (offer: Offer, told: (referral: Referral) => string) => {
      const { needId } = offer;
      const description = JSON.stringify(["offer", offer]);
      const isNew = run(needId, needId, description, (key) => sendOffer(offer, key), told);
      if (isNew) showOffer(queries, offer, serviceTime());
    },
    [run, queries],
  );
  const move = useCallback(
    (move: Move, told: (referral: Referral) => string) => {
      const { referral, ...rest } = move;
      const description = JSON.stringify(["move", referral.id, referral.revision, rest]);
      if (run(referral.need_id, referral.id, description, (key) => sendMove(move, key), told))
        showMove(queries, move);
    },
    [run, queries],
  );
  const acknowledge = useCallback(
    (needId: string, told: string) =>
      void run(
        needId,
        needId,
        JSON.stringify(["acknowledge", needId]),
        (key) => sendAcknowledgement(needId, key),
        () => told,
      ),
    [run],
  );
  return { isSending, error: trouble?.error, retry: trouble?.retry, offer, move, acknowledge };
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
