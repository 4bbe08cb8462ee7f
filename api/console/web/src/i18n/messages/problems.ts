/** What went wrong, and what to do about it. */
export const problems = {
  "problem.line": ["The line is down. Nothing is lost; try again.", "网络中断。数据没有丢失，请重试。"],
  "problem.line_write": [
    "No answer came, so it is not known whether this took effect. Trying again is safe: it takes effect once.",
    "没有收到答复，尚不清楚是否已生效。可以放心重试：只会生效一次。",
  ],
  "problem.busy": [
    "The service is busy or starting. Try again in a moment.",
    "服务繁忙或正在启动，请稍后重试。",
  ],
  "problem.signed_out": ["Please sign in again.", "请重新登录。"],
  "problem.forbidden": ["Your role does not include this.", "您的角色无权执行此操作。"],
  "problem.not_found": [
    "This is not there any more, or not in your areas.",
    "对象已不存在，或不在您的辖区内。",
  ],
  "problem.other": ["The service refused this: {detail}", "服务拒绝了此操作：{detail}"],
  "problem.request": ["Request {id}", "请求编号 {id}"],
  "problem.study": [
    "The coverage of the city is being studied. This page asks again by itself.",
    "正在研究全市覆盖情况，本页会自动重试。",
  ],
  "problem.revision-conflict": ["Somebody else changed this just now.", "刚刚有人修改了此项。"],
  "problem.need-covered": [
    "All units of this need are held or served already.",
    "该需求的全部份数已被预留或已完成。",
  ],
  "problem.need-not-open": ["Nobody is sought for this need any more.", "该需求已不再需要服务方。"],
  "problem.already-asked": ["This provider has been asked already.", "已询问过该服务方。"],
  "problem.capacity-exceeded": [
    "The provider's last free places went to somebody else.",
    "该服务方的余量刚被他人占用。",
  ],
  "problem.transition-not-allowed": ["The referral is in another state by now.", "该转介的状态已变更。"],
  "problem.provider-excluded": ["The need rules this provider out.", "该需求排除了此服务方。"],
} as const;
