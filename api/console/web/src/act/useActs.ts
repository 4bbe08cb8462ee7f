import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import type { Referral } from "../api/models";
import { isConflict } from "../api/problems";
import { useAnnounce } from "../ui/announce";
import { type Move, type Offer, readReferrals, sendAcknowledgement, sendMove, sendOffer } from "./api";
import { intents } from "./intent";
import { takenBy } from "./moves";
import { readAnew, showMove, showOffer } from "./optimistic";
import { referralsKey } from "./useReferrals";

/** Somebody was faster: with the referral that took the need or a part of it, if there is one. */
export interface Conflict {
  needId: string;
  error: unknown;
  taken: Referral | undefined;
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
            setTrouble({ error, retry: () => run(needId, description, send, told) });
            return;
          }
          const found = await readReferrals(needId).catch(() => []);
          onConflict({ needId, error, taken: takenBy(seen, found), found });
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
      const isNew = run(offer.needId, JSON.stringify(["offer", offer]), (key) => sendOffer(offer, key), told);
      if (isNew) showOffer(queries, offer, Date.now());
    },
    [run, queries],
  );
  const move = useCallback(
    (move: Move, told: (referral: Referral) => string) => {
      const { referral, ...rest } = move;
      const description = JSON.stringify(["move", referral.id, referral.revision, rest]);
      if (run(referral.need_id, description, (key) => sendMove(move, key), told)) showMove(queries, move);
    },
    [run, queries],
  );
  const acknowledge = useCallback(
    (needId: string, told: string) =>
      void run(
        needId,
        JSON.stringify(["acknowledge", needId]),
        (key) => sendAcknowledgement(needId, key),
        () => told,
      ),
    [run],
  );
  return { isSending, error: trouble?.error, retry: trouble?.retry, offer, move, acknowledge };
}
