import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shorten } from '@/ui/copy-id'
import { showId, uuidv7 } from './id'
import { type PastedId, readPasted } from './pasted-ids'

const uuid = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 48 - 1 }), fc.uint8Array({ minLength: 10, maxLength: 10 }))
  .map(([ms, random]) => uuidv7(ms, random))

const names = (id: PastedId, wanted: string) =>
  id.from <= wanted && wanted <= id.until && wanted.replaceAll('-', '').endsWith(id.tail)

test('an id is read whole, in capitals, as a bare UUID, without dashes, and inside a link', () => {
  fc.assert(
    fc.property(uuid, (id) => {
      const shown = showId('pay', id)
      for (const text of [
        shown,
        shown.toUpperCase(),
        id,
        id.replaceAll('-', ''),
        `  ${shown}\n`,
        `https://pay.example.com/dashboard/payments/${shown}?zone=utc#ledger`,
        `/dashboard/payments/${shown}`,
      ])
        expect(readPasted(text).ids, text).toContainEqual({
          prefix: /pay_/i.test(text) ? 'pay' : null,
          from: id,
          until: id,
          tail: '',
        })
    }),
  )
})

test('as pages shorten it, it names the id that was shortened', () => {
  fc.assert(
    fc.property(uuid, fc.constantFrom<[number, number]>([8, 4], [6, 4], [4, 6]), (id, [head, tail]) => {
      const short = shorten(showId('ref', id), head, tail)
      for (const text of [short, short.replace('…', '...')]) {
        const [pasted] = readPasted(text).ids
        expect(pasted?.prefix, text).toBe('ref')
        expect(pasted && names(pasted, id), text).toBe(true)
      }
    }),
  )
})

test('another id is not named by it', () => {
  const [pasted] = readPasted('pay_018f5c3a…9a2b').ids
  if (!pasted) throw new Error('nothing was read')
  expect(names(pasted, '018f5c3a-0000-7000-8000-000000009a2b')).toBe(true)
  expect(names(pasted, '018f5c3a-0000-7000-8000-000000009a2c')).toBe(false)
  expect(names(pasted, '018f5c3b-0000-7000-8000-000000009a2b')).toBe(false)
})

test.each([
  '2026',
  '4242',
  'deadbeef',
  'key-1234',
  'xyz_018f5c3a00007000800000000000000a',
  'pay_018f',
  'pay_…',
  `pay_${'a'.repeat(30)}…bcd`,
  'ch_3PqR',
])('%s is no id', (text) => {
  expect(readPasted(text).ids).toEqual([])
})

test('an address gives its parts, eight at most, beside the whole', () => {
  expect(readPasted('https://pay.example.com/receipt/AbC-12_x').texts).toEqual([
    'https://pay.example.com/receipt/AbC-12_x',
    'pay.example.com',
    'receipt',
    'AbC-12_x',
  ])
  expect(readPasted(Array.from({ length: 500 }, (_, i) => `p${i}`).join('/')).texts).toHaveLength(9)
  expect(readPasted('  \n ')).toEqual({ ids: [], texts: [] })
})
