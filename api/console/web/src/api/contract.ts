import type { components } from "./schema";

/** Addresses that the service is going to have, as agreed: gone from here once its OpenAPI document has them. */
type Schemas = components["schemas"];
type Urgency = Schemas["Urgency"];

interface Answered<T> {
  200: { headers: Record<string, unknown>; content: { "application/json": T } };
}

export interface NeedCell {
  longitude: number;
  latitude: number;
  count: number;
  urgency: Record<string, number>;
}

export interface ProviderCell {
  longitude: number;
  latitude: number;
  count: number;
  free_units: number;
}

export interface NeedMap {
  cell_degrees: number;
  total: number;
  cells: NeedCell[];
  points: { need_id: string; longitude: number; latitude: number; urgency: Urgency }[] | null;
}

export interface ProviderMap {
  cell_degrees: number;
  total: number;
  cells: ProviderCell[];
  points: { provider_id: string; longitude: number; latitude: number; free_units: number }[] | null;
}

export interface ProviderJudgement {
  name: string;
  is_eligible: boolean;
  rank: number | null;
  score: number;
  reasons: Schemas["Reason"][];
  gaps: Schemas["GapOutput"][];
}

export interface AcceptanceOutcome {
  need_id: string;
  provider_id: string;
  is_held: boolean;
  referral_id: string | null;
  problem: string | null;
  detail: string | null;
}

interface Boxed {
  bbox: string;
  zoom: number;
}

declare module "./schema" {
  interface paths {
    "/v1/map/needs": { get: { parameters: { query: Boxed }; responses: Answered<NeedMap> } };
    "/v1/map/providers": {
      get: {
        parameters: { query: Boxed & { category_id?: string | null } };
        responses: Answered<ProviderMap>;
      };
    };
    "/v1/needs/{id}/suggestions/{provider_id}": {
      get: {
        parameters: { path: { id: string; provider_id: string } };
        responses: Answered<ProviderJudgement>;
      };
    };
    "/v1/needs/{id}/trial-suggestions": {
      post: {
        parameters: { path: { id: string } };
        requestBody: {
          content: { "application/json": { weights: Record<Schemas["FactorName"], number>; limit?: number } };
        };
        responses: Answered<Schemas["SuggestionAnswer"] & { is_trial: true }>;
      };
    };
    "/v1/plans/{id}/acceptance": {
      post: {
        parameters: { path: { id: string } };
        requestBody: {
          content: { "application/json": { assignments: { need_id: string; provider_id: string }[] } };
        };
        responses: Answered<{ outcomes: AcceptanceOutcome[] }>;
      };
    };
  }
}
