import type { Provider, Referral, Suggestion } from "../api/models";
import { useSpeech } from "../i18n/context";
import type { Move } from "./api";
import { isLive } from "./moves";
import { ReferralCard } from "./ReferralCard";

interface Props {
  referrals: readonly Referral[];
  providers: ReadonlyMap<string, Provider>;
  suggestions: readonly Suggestion[];
  isBusy: boolean;
  onMove: (move: Move) => void;
}

/** The referrals of a need: those under way with their steps, what came to nothing folded away. */
export function Referrals({ referrals, providers, suggestions, isBusy, onMove }: Props) {
  const { t } = useSpeech();
  const shown = referrals.filter((each) => isLive(each) || each.status === "completed");
  const over = referrals.filter((each) => !shown.includes(each));
  if (referrals.length === 0) return null;
  const card = (referral: Referral) => (
    <ReferralCard
      key={referral.id}
      referral={referral}
      provider={providers.get(referral.provider_id)}
      suggestions={suggestions}
      isBusy={isBusy}
      onMove={onMove}
    />
  );
  return (
    <section aria-labelledby="referrals-heading">
      <h3 id="referrals-heading" tabIndex={-1}>
        {t("act.heading")}
      </h3>
      {shown.length > 0 && <ul className="referrals">{shown.map(card)}</ul>}
      {over.length > 0 && (
        <details>
          <summary>{t("act.earlier", { count: over.length })}</summary>
          <ul className="referrals">{over.map(card)}</ul>
        </details>
      )}
    </section>
  );
}
