import { z } from 'zod'
import type { SessionRow } from '@/access/session'
import { time } from './json'

export const sessionOut = z.object({
  id: z.string(),
  address: z.string().nullable(),
  device: z.string().nullable(),
  /** It is the one that asks. */
  current: z.boolean(),
  signedInAt: z.string(),
  /** To the quarter of an hour. */
  lastUsedAt: z.string(),
  expiresAt: z.string(),
})

export function showSession(session: SessionRow, currentId: string): z.infer<typeof sessionOut> {
  return {
    ...session,
    current: session.id === currentId,
    signedInAt: time(session.signedInAt),
    lastUsedAt: time(session.lastUsedAt),
    expiresAt: time(session.expiresAt),
  }
}
