import type { FirstStepsData } from '../../_parts/api'

/** The cookie that keeps the checklist away in this browser. A cookie, so that the server renders the page without it: nothing jumps. */
export const FIRST_STEPS_COOKIE = 'first-steps'

/** The cookie's only value. */
export const DISMISSED = 'dismissed'

/** Whether nothing of the checklist is left to do. */
export function allDone({ apiKey, paid, repeated }: FirstStepsData): boolean {
  return apiKey !== null && paid && repeated
}
