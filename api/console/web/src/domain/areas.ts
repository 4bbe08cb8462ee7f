/** Codes of areas start with the code of what they lie in: city 4 digits, district 6, street 9, community 12. */
export const DISTRICTS = [
  "440103",
  "440104",
  "440105",
  "440106",
  "440111",
  "440112",
  "440113",
  "440114",
  "440115",
  "440117",
  "440118",
] as const;

export type District = (typeof DISTRICTS)[number];

export const districtOf = (code: string): string => code.slice(0, 6);

export const isDistrict = (code: string): code is District => (DISTRICTS as readonly string[]).includes(code);

/** The districts that a jurisdiction touches; null reaches everything. */
export function districtsWithin(jurisdiction: readonly string[] | null): readonly District[] {
  if (jurisdiction === null) return DISTRICTS;
  return DISTRICTS.filter((code) =>
    jurisdiction.some((area) => area.startsWith(code) || code.startsWith(area)),
  );
}
