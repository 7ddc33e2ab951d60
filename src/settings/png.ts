import { crc32, deflateSync, inflateSync } from 'node:zlib'

/** Limits of a logo. It is shown 32 px high and at most 192 px wide: these are three times as much, for dense screens. */
export const LOGO_MAX = { bytes: 32 * 1024, width: 600, height: 200 } as const

/** A picture of which every byte was decoded, and written anew by us. */
export interface CleanPng {
  png: Buffer
  width: number
  height: number
}

interface Chunk {
  type: string
  data: Buffer
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
/** Samples of a pixel by colour type, and the depths that each may have (PNG, table 11.1). */
const COLOUR_TYPES: Record<number, { samples: number; depths: readonly number[] }> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
}

/**
 * Decodes a PNG strictly and writes it anew: what is served has our own compression, no metadata, and nothing before or behind the picture, so
 * it is no other kind of file too. The size is known before anything is unpacked, and no more is unpacked than it says.
 * @returns the picture, or what is wrong with it in a sentence
 */
export function cleanPng(bytes: Buffer): CleanPng | string {
  if (bytes.length > LOGO_MAX.bytes) return `The picture is larger than ${LOGO_MAX.bytes / 1024} KiB.`
  const chunks = chunksOf(bytes)
  if (typeof chunks === 'string') return chunks
  const header = headerOf(chunks[0])
  if (typeof header === 'string') return header
  const picture = pixelsOf(chunks, header)
  if (typeof picture === 'string') return picture
  const png = Buffer.concat([
    SIGNATURE,
    ...chunks.filter(({ type }) => ['IHDR', 'PLTE', 'tRNS'].includes(type)).map(written),
    written({ type: 'IDAT', data: deflateSync(picture, { level: 9 }) }),
    written({ type: 'IEND', data: Buffer.alloc(0) }),
  ])
  if (png.length > LOGO_MAX.bytes) return `The picture is larger than ${LOGO_MAX.bytes / 1024} KiB.`
  return { png, width: header.width, height: header.height }
}

const DAMAGED = 'This is not a PNG picture, or it is damaged.'

/** All chunks, each with a right checksum, in an order that the format allows; the last byte of the file ends the last of them. */
function chunksOf(bytes: Buffer): Chunk[] | string {
  if (!bytes.subarray(0, 8).equals(SIGNATURE)) return DAMAGED
  const chunks: Chunk[] = []
  for (let at = 8; at < bytes.length; ) {
    if (at + 12 > bytes.length) return DAMAGED
    const end = at + 12 + bytes.readUInt32BE(at)
    if (end > bytes.length || crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4))
      return DAMAGED
    const type = bytes.toString('latin1', at + 4, at + 8)
    chunks.push({ type, data: bytes.subarray(at + 8, end - 4) })
    at = end
    if (type === 'IEND' && at !== bytes.length) return 'Something follows the picture in this file.'
  }
  // A letter for each: H header, P palette, T transparency, D data, E end. Ancillary chunks are left out; a critical one that is unknown is not.
  const order = chunks.map(({ type }) => letterOf(type)).join('')
  return /^HP?T?D+E$/.test(order) ? chunks : DAMAGED
}

function letterOf(type: string): string {
  const known = { IHDR: 'H', PLTE: 'P', tRNS: 'T', IDAT: 'D', IEND: 'E' }[type]
  if (known) return known
  return /^[a-z][A-Za-z]{3}$/.test(type) ? '' : '?'
}

interface Header {
  width: number
  height: number
  /** Bits of a pixel. */
  bits: number
  /** Whether colours are numbers of a palette. */
  indexed: boolean
}

function headerOf(chunk: Chunk | undefined): Header | string {
  if (chunk?.type !== 'IHDR' || chunk.data.length !== 13) return DAMAGED
  const [width, height] = [chunk.data.readUInt32BE(0), chunk.data.readUInt32BE(4)]
  const [depth = 0, type = 0, compression, filter, interlace] = chunk.data.subarray(8)
  const colours = COLOUR_TYPES[type]
  if (!colours?.depths.includes(depth) || compression !== 0 || filter !== 0) return DAMAGED
  if (interlace !== 0) return 'Save the picture without interlacing.'
  if (width === 0 || height === 0) return DAMAGED
  if (width > LOGO_MAX.width || height > LOGO_MAX.height)
    return `The picture is ${width} × ${height} pixels; at most ${LOGO_MAX.width} × ${LOGO_MAX.height} are possible.`
  return { width, height, bits: depth * colours.samples, indexed: type === 3 }
}

/** The unpacked rows, each with its filter byte: exactly as many bytes as the header says. */
function pixelsOf(chunks: readonly Chunk[], { width, height, bits, indexed }: Header): Buffer | string {
  const palette = chunks.find(({ type }) => type === 'PLTE')?.data
  if (indexed && !palette) return DAMAGED
  if (palette && (palette.length === 0 || palette.length > 768 || palette.length % 3 !== 0)) return DAMAGED
  if ((chunks.find(({ type }) => type === 'tRNS')?.data.length ?? 0) > 256) return DAMAGED
  const row = 1 + Math.ceil((width * bits) / 8)
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data))
  const rows = unpack(packed, row * height)
  if (rows?.length !== row * height) return DAMAGED
  for (let at = 0; at < rows.length; at += row) if ((rows[at] ?? 0) > 4) return DAMAGED
  return rows
}

/** Null: damaged, or more than `most` bytes. */
function unpack(packed: Buffer, most: number): Buffer | null {
  try {
    return inflateSync(packed, { maxOutputLength: most })
  } catch {
    return null
  }
}

function written({ type, data }: Chunk): Buffer {
  const chunk = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), data, Buffer.alloc(4)])
  chunk.writeUInt32BE(data.length, 0)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4)
  return chunk
}
