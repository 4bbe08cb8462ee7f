import type { QueueItem } from "../api/models";
import { useCategories, useCommunities } from "../api/places";
import { useSpeech } from "../i18n/context";
import { useNow } from "../ui/useNow";

interface Props {
  index: number;
  total: number;
  start: number;
  item: QueueItem | undefined;
  isSelected: boolean;
  isCursor: boolean;
  onPick: () => void;
}

export function NeedRow({ index, total, start, item, isSelected, isCursor, onPick }: Props) {
  const { t, f } = useSpeech();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list around it hears the keys
    <div
      id={`need-row-${index}`}
      role="option"
      tabIndex={-1}
      aria-selected={isSelected}
      aria-posinset={index + 1}
      aria-setsize={total}
      className={`need ${item === undefined ? "" : `urgency-${item.urgency}`} ${isCursor ? "cursor" : ""}`}
      data-need={item?.need_id}
      style={{ transform: `translateY(${start}px)` }}
      onClick={onPick}
    >
      {item === undefined ? (
        <span className="hint">{t("queue.row", { number: f.whole(index + 1) })}</span>
      ) : (
        <Content item={item} />
      )}
    </div>
  );
}

function Content({ item }: { item: QueueItem }) {
  const { t, f } = useSpeech();
  const now = useNow();
  const categories = useCategories();
  const communities = useCommunities();
  return (
    <>
      <span className="need-line">
        <span className="urgency">{t(`urgency.${item.urgency}`)}</span>
        <strong>{categories.nameOf(item.category_id)}</strong>
        <span className="age">{f.ago(item.created_at, now)}</span>
      </span>
      <span className="need-line">
        <span className="place">{communities.nameOf(item.community_code)}</span>
        <span className="marks">
          {item.level !== null && item.level !== "community" && (
            <span className="mark level">{t("queue.escalated", { level: t(`level.${item.level}`) })}</span>
          )}
          {item.referral_status !== null && (
            <span className="mark">{t(`referral.${item.referral_status}`)}</span>
          )}
          {item.is_mine && <span className="mark mine">{t("queue.is_mine")}</span>}
        </span>
        <span className="units">
          {item.units_left === item.units
            ? t("queue.units_all", { units: item.units })
            : t("queue.units", { left: item.units_left, units: item.units })}
        </span>
      </span>
    </>
  );
}
