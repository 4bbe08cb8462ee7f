import { useSpeech } from "../i18n/context";
import { LANGUAGES } from "../i18n/translate";

export function LanguageChoice() {
  const { language, choose, t } = useSpeech();
  return (
    <fieldset className="switch">
      <legend className="visually-hidden">{t("app.language")}</legend>
      {LANGUAGES.map((each) => (
        <button
          key={each}
          type="button"
          lang={each}
          aria-pressed={each === language}
          onClick={() => choose(each)}
        >
          {t(each === "en" ? "app.english" : "app.chinese")}
        </button>
      ))}
    </fieldset>
  );
}
