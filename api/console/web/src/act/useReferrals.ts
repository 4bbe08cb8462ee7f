import { useQuery } from "@tanstack/react-query";
import { readReferrals } from "./api";

export const referralsKey = (needId: string | null) => ["need", needId, "referrals"] as const;

export function useReferrals(needId: string | null) {
  return useQuery({
    queryKey: referralsKey(needId),
    enabled: needId !== null,
    queryFn: ({ signal }) => readReferrals(needId ?? "", signal),
  });
}
