import { useSpeech } from "../i18n/context";
import { useLine } from "../live/context";
import { useSession } from "../session/context";
import type { View } from "../session/roles";
import { useAddress } from "./address";
import { LanguageChoice } from "./LanguageChoice";

interface Props {
  views: readonly View[];
  shown: View | undefined;
  onHelp: () => void;
}

export function Header({ views, shown, onHelp }: Props) {
  const { t } = useSpeech();
  const { go } = useAddress();
  const { session, leave } = useSession();
  const areas = session.jurisdiction;
  return (
    <header className="bar">
      <h1 className="brand">{t("app.name")}</h1>
      {views.length > 0 && (
        <nav aria-label={t("app.views")}>
          <ul>
            {views.map((view) => (
              <li key={view}>
                <a
                  href={`/console/${view}`}
                  aria-current={view === shown ? "page" : undefined}
                  onClick={(event) => {
                    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                    event.preventDefault();
                    go(view);
                  }}
                >
                  {t(`view.${view}`)}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      )}
      {views.includes("work") && <Line />}
      <p className="who">
        <span>{t(`role.${session.role}`)}</span>
        <span className="hint">
          {areas === null ? t("app.everywhere") : t("app.reach", { count: areas.length })}
        </span>
      </p>
      <LanguageChoice />
      <button type="button" className="quiet" onClick={onHelp}>
        {t("app.help")}
      </button>
      <button type="button" className="quiet" onClick={leave}>
        {t("session.out")}
      </button>
    </header>
  );
}

function Line() {
  const { t } = useSpeech();
  const line = useLine();
  return (
    <p className={`line line-${line}`}>
      <span aria-hidden="true" className="lamp" />
      {t(`live.${line}`)}
    </p>
  );
}
