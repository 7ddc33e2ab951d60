import { createHash } from 'node:crypto'

/** The id of an act that somebody asks for: the same for each repeat under one key. RFC 9562, version 8. */
export function actIdOf(merchantId: string, operation: string, key: string): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify([merchantId, operation, key]))
    .digest()
    .subarray(0, 16)
  bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
