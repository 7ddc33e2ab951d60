import { isCancelled, isUnavailable } from '@/idempotency/stores/prisma-errors'
import type { Log } from '@/platform/log'

/**
 * One figure of a page, or null when it cannot be read: the page shows the others, and says which one is missing. The log has the error.
 * @throws the error itself when the database as a whole is away: then nothing can be shown, and the page says that
 */
export async function figure<Value>(log: Log, name: string, read: Promise<Value>): Promise<Value | null> {
  try {
    return await read
  } catch (error) {
    if (isUnavailable(error) && !isCancelled(error)) throw error
    log.error({ err: error, figure: name }, 'a figure could not be read')
    return null
  }
}
