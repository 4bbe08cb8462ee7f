import { Component, type ReactNode } from "react";
import { useSpeech } from "../i18n/context";

interface Props {
  children: ReactNode;
}

/** What a part of the page could not do, such as fetching its code, leaves the rest of the page standing. */
export class Boundary extends Component<Props, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    return this.state.hasFailed ? <Failed /> : this.props.children;
  }
}

function Failed() {
  const { t } = useSpeech();
  return (
    <div role="alert" className="trouble">
      <p>{t("app.failed")}</p>
      <button type="button" onClick={() => location.reload()}>
        {t("app.reload")}
      </button>
    </div>
  );
}
