export const coverage = { "coverage.heading": ["Coverage", "覆盖"] } as const;
