import { crc32, deflateSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanPng, LOGO_MAX } from './png'

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')

function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const numbers = Buffer.alloc(8)
  numbers.writeUInt32BE(data.length, 0)
  numbers.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([numbers.subarray(0, 4), body, numbers.subarray(4)])
}

function header(width: number, height: number, rest = [8, 6, 0, 0, 0]): Buffer {
  const data = Buffer.alloc(13)
  data.writeUInt32BE(width, 0)
  data.writeUInt32BE(height, 4)
  data.set(rest, 8)
  return chunk('IHDR', data)
}

/** Rows of pixels of 32 bits. */
const rows = (width: number, height: number) => Buffer.alloc((1 + width * 4) * height)
const png = (...parts: Buffer[]) => Buffer.concat([SIGNATURE, ...parts])
const data = (raw: Buffer) => chunk('IDAT', deflateSync(raw))
const good = (width = 4, height = 3) => png(header(width, height), data(rows(width, height)), chunk('IEND'))

test('a picture is written anew, with the same pixels', () => {
  const raw = rows(4, 3)
  raw[5] = 200
  const clean = cleanPng(png(header(4, 3), data(raw), chunk('IEND')))
  if (typeof clean === 'string') throw new Error(clean)
  expect([clean.width, clean.height]).toEqual([4, 3])
  const at = clean.png.indexOf('IDAT')
  expect(inflateSync(clean.png.subarray(at + 4))).toEqual(raw)
  // What was cleaned is clean.
  expect(cleanPng(clean.png)).toEqual(clean)
})

test('metadata, text, profiles and an animation are left out', () => {
  const extra = ['tEXt', 'iCCP', 'eXIf', 'acTL', 'zTXt'].map((type) =>
    chunk(type, Buffer.from('<script>alert(1)')),
  )
  const clean = cleanPng(
    png(header(4, 3), ...extra, data(rows(4, 3)), chunk('tEXt', Buffer.from('<b>')), chunk('IEND')),
  )
  if (typeof clean === 'string') throw new Error(clean)
  expect(clean.png.includes('script')).toBe(false)
  expect(clean).toEqual(cleanPng(good()))
})

const bomb = () => {
  const bytes = deflateSync(Buffer.alloc(20_000_000), { level: 9 })
  return png(header(4, 3), chunk('IDAT', bytes), chunk('IEND'))
}
const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
const flipped = () => {
  const bytes = good()
  bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1
  return bytes
}

describe('is refused', () => {
  test.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['an SVG', Buffer.from(svg)],
    ['HTML', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['a JPEG', Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex')],
    ['a GIF', Buffer.from('GIF89a\x01\x00\x01\x00', 'latin1')],
    ['a signature alone', SIGNATURE],
    ['what ends early', good().subarray(0, -6)],
    ['a wrong checksum', flipped()],
    ['HTML behind the picture', Buffer.concat([good(), Buffer.from(svg)])],
    ['no data', png(header(4, 3), chunk('IEND'))],
    ['no end', png(header(4, 3), data(rows(4, 3)))],
    ['no header', png(data(rows(4, 3)), chunk('IEND'))],
    ['two headers', png(header(4, 3), header(4, 3), data(rows(4, 3)), chunk('IEND'))],
    ['a critical chunk that nobody knows', png(header(4, 3), chunk('EVIL'), data(rows(4, 3)), chunk('IEND'))],
    ['too few pixels', png(header(4, 3), data(rows(4, 2)), chunk('IEND'))],
    ['too many pixels', png(header(4, 3), data(rows(4, 4)), chunk('IEND'))],
    ['20 MB in 20 kB', bomb()],
    ['a width of 0', png(header(0, 3), data(Buffer.alloc(3)), chunk('IEND'))],
    ['a width of 2^31', png(header(2 ** 31, 3), data(rows(4, 3)), chunk('IEND'))],
    ['too wide', good(LOGO_MAX.width + 1, 1)],
    ['too high', good(1, LOGO_MAX.height + 1)],
    ['interlaced', png(header(4, 3, [8, 6, 0, 0, 1]), data(rows(4, 3)), chunk('IEND'))],
    ['a depth that there is not', png(header(4, 3, [3, 6, 0, 0, 0]), data(rows(4, 3)), chunk('IEND'))],
    [
      'colours of a palette without one',
      png(header(4, 3, [8, 3, 0, 0, 0]), data(Buffer.alloc(15)), chunk('IEND')),
    ],
    ['a filter that there is not', png(header(4, 3), data(rows(4, 3).fill(9)), chunk('IEND'))],
    ['more bytes than a logo may have', Buffer.concat([good(), Buffer.alloc(LOGO_MAX.bytes)])],
  ])('%s', (_, bytes) => {
    expect(typeof cleanPng(bytes)).toBe('string')
  })
})

test('property: whatever the bytes, the answer is a sentence or a picture that is ours', () => {
  const start = good(20, 10)
  const changed = fc
    .array(fc.tuple(fc.nat(start.length - 1), fc.nat(255)), { maxLength: 4 })
    .map((changes) => {
      const bytes = Buffer.from(start)
      for (const [at, value] of changes) bytes[at] = value
      return bytes
    })
  const any = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.concat([SIGNATURE, bytes]))
  fc.assert(
    fc.property(fc.oneof(changed, any), (bytes) => {
      const clean = cleanPng(bytes)
      if (typeof clean !== 'string') expect(cleanPng(clean.png)).toEqual(clean)
    }),
    { numRuns: 300 },
  )
})
