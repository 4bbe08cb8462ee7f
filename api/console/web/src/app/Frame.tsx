import { lazy, Suspense, useState } from "react";
import { OthersUnanswered } from "../act/OthersUnanswered";
import { WorkView } from "../dispatch/WorkView";
import { useSpeech } from "../i18n/context";
import { Live } from "../live/context";
import { useSession } from "../session/context";
import { type View, viewsOf } from "../session/roles";
import { Boundary } from "../ui/Boundary";
import { Trouble } from "../ui/Trouble";
import { useAddress } from "./address";
import { Header } from "./Header";
import { Help } from "./Help";
import { ShortcutsProvider, useShortcut } from "./shortcuts";

const PlanView = lazy(() => import("../plan/PlanView"));
const CoverageView = lazy(() => import("../coverage/CoverageView"));

/** Everything around a view; only what the role may see is there. */
export function Frame() {
  return (
    <ShortcutsProvider>
      <Framed />
    </ShortcutsProvider>
  );
}

function Framed() {
  const { t } = useSpeech();
  const { session, trouble } = useSession();
  const { view } = useAddress();
  const [isHelpOpen, setHelpOpen] = useState(false);
  useShortcut("?", () => setHelpOpen(true));
  const views = viewsOf(session.role);
  const shown = views.find((each) => each === view) ?? views[0];
  // Who may not see needs may not follow events either.
  const page = (
    <>
      <a className="skip" href="#main">
        {t("app.skip")}
      </a>
      <Header views={views} shown={shown} onHelp={() => setHelpOpen(true)} />
      <Trouble error={trouble} />
      <OthersUnanswered />
      <main id="main" tabIndex={-1} className={`view view-${shown ?? "none"}`}>
        <Boundary key={shown}>
          <Suspense fallback={<p className="waiting">{t("app.loading")}</p>}>
            {shown ? (
              CONTENT[shown]
            ) : (
              <p className="empty" tabIndex={-1}>
                {t("app.nothing")}
              </p>
            )}
          </Suspense>
        </Boundary>
      </main>
      {isHelpOpen && <Help onClose={() => setHelpOpen(false)} />}
    </>
  );
  return views.includes("work") ? <Live>{page}</Live> : page;
}

const CONTENT: Record<View, React.ReactNode> = {
  work: <WorkView />,
  plan: <PlanView />,
  coverage: <CoverageView />,
};
