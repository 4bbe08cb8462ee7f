import { type FormEvent, useMemo } from "react";
import { useCategories } from "../api/places";
import { districtsWithin } from "../domain/areas";
import { useSpeech } from "../i18n/context";
import { useSession } from "../session/context";

export interface Scope {
  districts: string[];
  categories: string[];
}

interface Props {
  isBusy: boolean;
  hasPlan: boolean;
  onRun: (scope: Scope) => void;
}

export function ScopeForm({ isBusy, hasPlan, onRun }: Props) {
  const { t } = useSpeech();
  const { session } = useSession();
  const categories = useCategories();
  const districts = useMemo(() => districtsWithin(session.jurisdiction), [session.jurisdiction]);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    onRun({
      districts: data.getAll("district").map(String),
      categories: data.getAll("category").map(String),
    });
  };
  return (
    <form className="scope" onSubmit={submit}>
      <p className="hint">{t("plan.none_is_all")}</p>
      <fieldset>
        <legend>{t("plan.districts")}</legend>
        {districts.map((code) => (
          <label key={code} className="check">
            <input type="checkbox" name="district" value={code} />
            {t(`district.${code}`)}
          </label>
        ))}
      </fieldset>
      <fieldset className="scrolling">
        <legend>{t("plan.categories")}</legend>
        {categories.items.map((category) => (
          <label key={category.id} className="check">
            <input type="checkbox" name="category" value={category.id} />
            {categories.nameOf(category.id)}
          </label>
        ))}
      </fieldset>
      <button type="submit" className="primary" disabled={isBusy}>
        {t(hasPlan ? "plan.again" : "plan.run")}
      </button>
    </form>
  );
}
