import { createHmac, hash } from 'node:crypto'

/*
 * The two hashes of the engine. `#sha256` means this file, and in a page `sha256-browser.ts` (`imports` in package.json).
 */

/** SHA-256 of a text, base64url. */
export function sha256(text: string): string {
  return hash('sha256', text, 'base64url')
}

/** HMAC of a text with SHA-256, base64url. */
export function hmacSha256(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url')
}
