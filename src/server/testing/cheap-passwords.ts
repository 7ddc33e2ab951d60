import { createHash, timingSafeEqual } from 'node:crypto'
import type { Auth } from '@/access/operator'

/**
 * Makes this product's passwords cheap to check, for tests that send hundreds of sign-ins: better-auth's own scrypt takes a tenth of a second
 * of a processor each, so that a busy machine counts minutes. How passwords are kept is tested where it stays on (`access/operator.db.test.ts`).
 */
export async function useCheapPasswords(auth: Auth): Promise<void> {
  const { password } = await auth.$context
  password.hash = async (text) => digest(text).toString('hex')
  password.verify = async ({ hash, password: text }) =>
    timingSafeEqual(digest(hash), digest(digest(text).toString('hex')))
}

const digest = (text: string) => createHash('sha256').update(text).digest()
