import type { ReasonCode } from "../api/models";
import { useSpeech } from "../i18n/context";
import { InlineForm } from "./InlineForm";
import { REASONS, type Step } from "./moves";

interface Props {
  step: Step;
  onCancel: () => void;
  onReason: (reason: ReasonCode) => void;
}

export function ReasonForm({ step, onCancel, onReason }: Props) {
  const { t } = useSpeech();
  return (
    <InlineForm
      label={t("act.reason")}
      choices={(REASONS[step] ?? []).map((reason) => [reason, t(`why.${reason}`)])}
      onCancel={onCancel}
      onChoose={(reason) => onReason(reason as ReasonCode)}
    />
  );
}
