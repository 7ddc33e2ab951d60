import { beforeEach, describe, expect, it } from 'vitest'
import type { Finish } from '../core/operation'
import type { Answer } from '../core/record'
import { CommitRefused, type NewRecord, type Store } from '../core/store'

/** What a store must bring so that the suite can see it from outside. `W` writes one line into a log that dies with a rollback. */
export interface StoreHarness<W> {
  store: Store<W>
  record(): NewRecord
  /** A `begin` that writes `line` and gives back `{ line }`, or touches no row when `refuse` is set. */
  begin(line: string, refuse?: boolean): W
  /** A write that adds `line` and claims to touch `rows` rows (it touches one). */
  write(line: string, rows?: number): W
  lines(): Promise<string[]>
  /** Lets the store's clock pass every lease. */
  passLeases(): Promise<void>
}

const ANSWER: Answer = { status: 201, problem: null, body: '{"n":1.0,"z":"\\u0000"}' }
const done = <W>(...writes: W[]): Finish<W> => ({ to: 'completed', answer: ANSWER, writes })
const park = <W>(retryInMs: number, ...writes: W[]): Finish<W> => ({ to: 'unknown', answer: null, writes, retryInMs })

/** The laws of `core/store.ts`. Every store runs them. */
export function storeContract<W>(name: string, open: () => Promise<StoreHarness<W>>): void {
  describe(`store contract: ${name}`, () => {
    let h: StoreHarness<W>
    let record: NewRecord
    const read = () => h.store.read(record.merchantId, record.id)
    const claim = async (line = 'begin') => {
      const claimed = await h.store.claim(record, h.begin(line))
      if (!claimed) throw new Error('expected to get the claim')
      return claimed
    }
    beforeEach(async () => {
      h = await open()
      record = h.record()
    })

    it('knows nothing of a key that was never claimed', async () => {
      expect(await read()).toBeNull()
    })

    it('gives the claim to one caller, with begin in the same commit', async () => {
      const claimed = await claim()
      expect(claimed.begun).toMatchObject({ line: 'begin' })
      expect(await read()).toMatchObject({ state: 'sending', fence: 1, leaseOver: false, subjectId: record.subjectId })
      expect(await h.store.claim(record, h.begin('second'))).toBeNull()
      expect(await h.lines()).toEqual(['begin'])
    })

    it('keeps a claim whose begin was refused as claimed, and writes nothing', async () => {
      const claimed = await h.store.claim(record, h.begin('never', true))
      expect(claimed?.begun).toBeNull()
      expect(await read()).toMatchObject({ state: 'claimed', subjectId: null })
      expect(await h.lines()).toEqual([])
    })

    it('lets exactly one of 50 racing callers through', async () => {
      const claims = await Promise.all(Array.from({ length: 50 }, () => h.store.claim(record, h.begin('begin'))))
      expect(claims.filter(Boolean)).toHaveLength(1)
      expect(await h.lines()).toEqual(['begin'])
    })

    it('stores the answer byte for byte, with the writes, in one commit', async () => {
      const { claim: mine } = await claim()
      expect(await h.store.commit(mine, done(h.write('a'), h.write('b')))).toBe(true)
      expect(await read()).toMatchObject({ state: 'completed', status: 201, problem: null, answer: ANSWER.body })
      expect(await h.lines()).toEqual(['begin', 'a', 'b'])
    })

    it('undoes the whole commit when one write touches another number of rows', async () => {
      const { claim: mine } = await claim()
      await expect(h.store.commit(mine, done(h.write('a'), h.write('b', 2)))).rejects.toThrow(CommitRefused)
      expect(await read()).toMatchObject({ state: 'sending', answer: null })
      expect(await h.lines()).toEqual(['begin'])
    })

    it('refuses a second completion under the same claim', async () => {
      const { claim: mine } = await claim()
      await h.store.commit(mine, done(h.write('a')))
      expect(await h.store.commit(mine, done(h.write('again')))).toBe(false)
      expect(await h.lines()).toEqual(['begin', 'a'])
    })

    it('refuses a commit with an old fence or a foreign token, and undoes its writes', async () => {
      const { claim: mine } = await claim()
      expect(await h.store.commit({ ...mine, fence: 0 }, done(h.write('x')))).toBe(false)
      expect(await h.store.commit({ ...mine, token: '00000000-0000-7000-8000-000000000000' }, done(h.write('x')))).toBe(false)
      expect(await h.lines()).toEqual(['begin'])
    })

    it('frees a released claim for a take-over with a higher fence; the old claim can write nothing', async () => {
      const first = await h.store.claim(record, h.begin('never', true))
      if (!first) throw new Error('expected the claim')
      expect(await h.store.takeOver(record, 1, h.begin('too early'))).toBeNull()
      expect(await h.store.release(first.claim)).toBe(true)
      const second = await h.store.takeOver(record, 1, h.begin('second'))
      expect(second?.claim.fence).toBe(2)
      expect(await h.store.commit(first.claim, done(h.write('zombie')))).toBe(false)
      expect(await h.store.release(first.claim)).toBe(false)
      expect(await h.lines()).toEqual(['second'])
    })

    it('gives an expired claim to one of many', async () => {
      await h.store.claim(record, h.begin('never', true))
      await h.passLeases()
      const taken = await Promise.all(Array.from({ length: 10 }, () => h.store.takeOver(record, 1, h.begin('again'))))
      expect(taken.filter(Boolean)).toHaveLength(1)
      expect(await h.lines()).toEqual(['again'])
    })

    it('never takes over what may have been sent, and never releases it', async () => {
      const { claim: mine } = await claim()
      expect(await h.store.release(mine)).toBe(false)
      await h.passLeases()
      expect(await h.store.takeOver(record, 1, h.begin('again'))).toBeNull()
      expect(await read()).toMatchObject({ state: 'sending', leaseOver: true })
    })

    it('hands each overdue record to one resolver, which fences the zombie off', async () => {
      const { claim: zombie } = await claim()
      expect(await h.store.sweep(record.operation, 10)).toEqual([])
      await h.passLeases()
      const swept = (await Promise.all([1, 2, 3].map(() => h.store.sweep(record.operation, 10)))).flat()
      expect(swept).toHaveLength(1)
      expect(swept[0]).toMatchObject({ subjectId: record.subjectId, claim: { id: record.id, fence: 2 } })
      expect(await read()).toMatchObject({ state: 'unknown' })
      expect(await h.store.commit(zombie, done(h.write('zombie')))).toBe(false)
      expect(await h.store.commit((swept[0] as NonNullable<(typeof swept)[0]>).claim, done(h.write('settled')))).toBe(true)
      expect(await h.lines()).toEqual(['begin', 'settled'])
    })

    it('parks what is not known and gives it to the resolver when it is due', async () => {
      const { claim: mine } = await claim()
      expect(await h.store.commit(mine, park(60_000, h.write('parked')))).toBe(true)
      expect(await read()).toMatchObject({ state: 'unknown', answer: null })
      expect(await h.store.sweep(record.operation, 10)).toEqual([])
      await h.passLeases()
      expect(await h.store.sweep('another.operation', 10)).toEqual([])
      expect(await h.store.sweep(record.operation, 10)).toHaveLength(1)
    })
  })
}
