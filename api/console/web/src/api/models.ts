import type { components, operations } from "./schema";

type Schemas = components["schemas"];
export type Need = Schemas["NeedResource"];
export type Urgency = Schemas["Urgency"];
export type AreaLevel = Schemas["AreaLevel"];
export type Referral = Schemas["ReferralResource"];
export type ReferralStatus = Schemas["ReferralStatus"];
export type ReasonCode = Schemas["ReasonCode"];
export type Category = Schemas["CategoryResource"];
export type Skill = Schemas["SkillResource"];
export type Community = Schemas["CommunityResource"];
export type Street = Schemas["StreetResource"];
export type Provider = Schemas["ProviderResource"];
export type ProviderMatch = Schemas["ProviderMatch"];
export type AuditEvent = Schemas["AuditEntry"];
export type Suggestion = Schemas["SuggestionOutput"];
export type SuggestionAnswer = Schemas["SuggestionAnswer"];
export type NearMiss = Schemas["NearMissOutput"];
export type Gap = Schemas["GapOutput"];
export type Rule = Schemas["Reason"];
export type FactorName = Schemas["FactorName"];
export type PlanStatus = Schemas["PlanStatus"];
export type PlanOutput = Schemas["PlanOutput"];
export type EventOutput = Schemas["EventOutput"];
/** Events of needs and referrals, as receivers choose among them. */
export type EventKind = NonNullable<Schemas["WebhookInput"]["event_types"]>[number];
export type QueueAnswer = Schemas["QueueAnswer"];
export type QueueItem = Schemas["QueueItem"];
export type QueueQuery = NonNullable<operations["getQueue"]["parameters"]["query"]>;
export type NeedMap = Schemas["NeedMap"];
export type ProviderMap = Schemas["ProviderMap"];
export type AcceptanceOutcome = Schemas["AcceptanceOutcome"];
export type Role = Schemas["Role"];

export interface Session {
  subject: string;
  role: Role;
  jurisdiction: string[] | null;
  expires_at: string;
}
