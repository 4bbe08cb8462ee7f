export const plan = { "plan.heading": ["Plan", "规划"] } as const;
