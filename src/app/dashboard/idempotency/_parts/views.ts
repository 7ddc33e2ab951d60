/** The views of keys that deserve a look, beside the list of all. */
export const VIEWS = ['hot', 'mismatches', 'late'] as const
export type ViewName = (typeof VIEWS)[number]
