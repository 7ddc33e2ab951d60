/**
 * 15 s for which database, web and worker go on after their supervisor was killed: a start on a slow machine takes their place within them, and
 * nobody waits. Who starts nothing again finds them gone after that.
 */
export const OUTLIVE_MS = 15_000
