import { useSpeech } from "../i18n/context";
import type { MessageKey } from "../i18n/messages";
import { Dialog } from "../ui/Dialog";
import { useShortcuts } from "./shortcuts";

const KEYS: [keys: string, does: MessageKey][] = [
  ["j k ↓ ↑", "help.move"],
  ["Home End", "help.ends"],
  ["Enter", "help.enter"],
  ["/", "help.search"],
  ["Esc", "help.back"],
  ["?", "help.help"],
];

export function Help({ onClose }: { onClose: () => void }) {
  const { t } = useSpeech();
  const { areOn, turn } = useShortcuts();
  return (
    <Dialog heading={t("help.heading")} onClose={onClose}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("help.keys")}</th>
            <th scope="col">{t("help.does")}</th>
          </tr>
        </thead>
        <tbody>
          {KEYS.map(([keys, does]) => (
            <tr key={keys}>
              <th scope="row">
                {keys.split(" ").map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </th>
              <td>{t(does)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <label className="check">
        <input type="checkbox" checked={areOn} onChange={(event) => turn(event.target.checked)} />
        {t("help.single")}
      </label>
    </Dialog>
  );
}
