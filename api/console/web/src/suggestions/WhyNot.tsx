import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { NearMiss } from "../api/models";
import { useCommunities } from "../api/places";
import { codeInWords } from "../i18n/codes";
import { useSpeech } from "../i18n/context";
import { Combobox, type Option } from "../ui/Combobox";
import { Trouble } from "../ui/Trouble";
import { useDebounced } from "../ui/useDebounced";
import { Judgement } from "./Judgement";
import { searchFor } from "./queries";
import { MOST_TEXT, named, soughtIn } from "./search";

interface Props {
  needId: string;
  /** Providers that are offered before one writes. */
  known: readonly Pick<NearMiss, "provider_id" | "name" | "kind">[];
}

const SETTLE_MILLISECONDS = 150;

/** Ask about any provider: its place in the ranking, or every rule that speaks against it. */
export function WhyNot({ needId, known }: Props) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const communities = useCommunities();
  const [text, setText] = useState("");
  // Several providers may have the name that stands there then.
  const [chosen, setChosen] = useState<string | null>(null);
  const [isLooking, setLooking] = useState(true);
  const [asked, setAsked] = useState<string | null>(null);
  const sought = soughtIn(text);
  const settled = useDebounced(sought, SETTLE_MILLISECONDS);
  const search = useQuery(searchFor(settled));
  // Whoever asks before the list is there means the one that fits best.
  const best = useMutation({ mutationFn: (text: string) => queries.fetchQuery(searchFor(text)) });
  const matches = sought === "" ? named(known) : (search.data?.items ?? []);
  const options = matches.map(({ id, name, kind, community_code }) => ({
    id,
    name,
    hint: [codeInWords(t, "kind", kind), communities.nameOf(community_code), id]
      .filter((each) => each !== "")
      .join(" · "),
  }));
  const write = (written: string) => {
    best.reset();
    setText(written);
    setLooking(true);
    setChosen(null);
  };
  const choose = ({ id }: Option) => {
    setChosen(id);
    setAsked(id);
  };
  const isNobody = !search.isPlaceholderData && settled === sought && search.data?.items.length === 0;
  return (
    <details className="why-not">
      <summary>{t("whynot.heading")}</summary>
      <form
        className="inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          setLooking(false);
          setAsked(chosen);
          if (chosen === null && sought !== "")
            best.mutate(sought, { onSuccess: ({ items }) => setAsked(items[0]?.id ?? null) });
        }}
      >
        <Combobox
          label={t("whynot.label")}
          listLabel={t("whynot.matches")}
          placeholder={t("whynot.hint")}
          maxLength={MOST_TEXT}
          options={isLooking ? options : []}
          onType={write}
          onChoose={choose}
        />
        {/* A press that took the focus would close the list, and the button might move away under the pointer. */}
        <button type="submit" onMouseDown={(event) => event.preventDefault()}>
          {t("whynot.ask")}
        </button>
      </form>
      <div role="status">
        {best.isPending && <p>{t("app.loading")}</p>}
        {isNobody && <p>{t("whynot.nobody", { text: sought })}</p>}
        {asked !== null && <Judgement needId={needId} providerId={asked} />}
      </div>
      <Trouble error={best.error ?? search.error} />
    </details>
  );
}
