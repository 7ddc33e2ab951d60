import { hmac } from '@noble/hashes/hmac.js'
import { sha256 as digest } from '@noble/hashes/sha2.js'

/*
 * The engine's two hashes in a page (/learn): SHA-256 (FIPS 180-4) and its HMAC (RFC 2104). The browser's own is asynchronous, and missing
 * over plain http. `sha256.test.ts` compares them with Node's.
 */

/** SHA-256 of a text, base64url. */
export function sha256(text: string): string {
  return base64url(digest(bytesOf(text)))
}

/** HMAC of a text with SHA-256, base64url. */
export function hmacSha256(secret: string, text: string): string {
  return base64url(hmac(digest, bytesOf(secret), bytesOf(text)))
}

const bytesOf = (text: string) => new TextEncoder().encode(text)

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
