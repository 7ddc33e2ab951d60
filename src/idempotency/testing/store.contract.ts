import { beforeEach, describe, expect, it } from 'vitest'
import { checkStore } from '../core/check-options'
import type { Finish, StoreForm } from '../core/operation'
import type { Answer } from '../core/record'
import { type BeginOf, CommitRefused, type NewRecord, type Store, type StoredOutcome } from '../core/store'

/**
 * Access of the suite to a store under test. A write adds one line to a log that is rolled back with its
 * transaction.
 */
export interface StoreHarness<Form extends StoreForm> {
  store: Store<Form>
  /** A record with a new id. */
  record(): NewRecord
  /** A `begin` that writes `line` and returns `{ line }`, or touches no row when `refuse` is set. */
  begin(line: string, refuse?: boolean): BeginOf<Form>
  /** A write that adds `line` and claims to touch `rows` rows (it touches one). */
  write(line: string, rows?: number): Form['write']
  /** The committed lines, in order. */
  lines(): Promise<string[]>
  /** Moves time past the end of every lease. */
  passLeases(): Promise<void>
  /** Puts the store's clock back by two hours: what was stored lies two hours further ahead. */
  putClockBack(): Promise<void>
  /** Moves every claim to its ceiling. */
  passCeiling(): Promise<void>
  /** Moves time past the retention of every answer. */
  passRetention(): Promise<void>
}

const ANSWER: Answer = {
  status: 201,
  problem: null,
  body: '{"n":1.0,"z":"\\u0000"}',
  headers: { ETag: '"7"', Link: '</a>; rel="next"' },
}
const done = <Form extends StoreForm>(...writes: Form['write'][]): Finish<Form> => ({
  to: 'completed',
  answer: ANSWER,
  writes,
})
const doubt = <Form extends StoreForm>(retryInMs: number, ...writes: Form['write'][]): Finish<Form> => ({
  to: 'unknown',
  answer: null,
  writes,
  retryInMs,
})
const park = <Form extends StoreForm>(reason: string, ...writes: Form['write'][]): Finish<Form> => ({
  to: 'parked',
  answer: null,
  writes,
  reason,
})

/**
 * Tests of the laws in `core/store.ts`, for every store. Call it in a test file of vitest.
 * @throws TypeError for arguments that are wrong, with what to write
 */
export function storeContract<Form extends StoreForm>(
  name: string,
  open: () => Promise<StoreHarness<Form>>,
): void {
  if (typeof name !== 'string' || typeof open !== 'function')
    throw new TypeError(
      "storeContract takes a name and a function: storeContract('my store', async () => harness).",
    )
  describe(`store contract: ${name}`, () => {
    let h: StoreHarness<Form>
    let record: NewRecord
    const read = () => h.store.read(record.merchantId, record.id)
    const claim = async (line = 'begin') => {
      const claimed = await h.store.claim(record, h.begin(line))
      if (!claimed) throw new Error('expected to get the claim')
      return claimed
    }
    beforeEach(async () => {
      h = await open()
      checkStore('storeContract', h.store)
      record = h.record()
    })

    it('has no record of a key that was never claimed', async () => {
      expect(await read()).toBeNull()
    })

    it('gives the claim to one caller, with begin in the same commit', async () => {
      const claimed = await claim()
      expect(claimed.begun).toMatchObject({ kind: 'written', row: { line: 'begin' } })
      expect(await read()).toMatchObject({
        state: 'sending',
        fence: 1,
        leaseOver: false,
        subjectId: record.subjectId,
      })
      expect(await h.store.claim(record, h.begin('second'))).toBeNull()
      expect(await h.lines()).toEqual(['begin'])
    })

    it('keeps a claim whose begin was refused as claimed, and writes nothing', async () => {
      const claimed = await h.store.claim(record, h.begin('never', true))
      expect(claimed?.begun).toEqual({ kind: 'refused' })
      expect(await read()).toMatchObject({ state: 'claimed', subjectId: null })
      expect(await h.lines()).toEqual([])
    })

    it('lets exactly one of 50 racing callers through', async () => {
      const claims = await Promise.all(
        Array.from({ length: 50 }, () => h.store.claim(record, h.begin('begin'))),
      )
      expect(claims.filter(Boolean)).toHaveLength(1)
      expect(await h.lines()).toEqual(['begin'])
    })

    it('stores the answer byte for byte, with the writes, in one commit', async () => {
      const { claim: mine } = await claim()
      expect(await h.store.commit(mine, done(h.write('a'), h.write('b')))).toBe(true)
      expect(await read()).toMatchObject({
        state: 'completed',
        status: 201,
        problem: null,
        answer: ANSWER.body,
        headers: '{"ETag":"\\"7\\"","Link":"</a>; rel=\\"next\\""}',
      })
      expect(await h.lines()).toEqual(['begin', 'a', 'b'])
    })

    it('O5 stores that it is done without an answer, with the writes, in one commit, and for good', async () => {
      const { claim: mine } = await claim()
      const spent = (...writes: Form['write'][]): StoredOutcome<Form> => ({
        to: 'tombstone',
        answer: null,
        writes,
      })
      await expect(h.store.commit(mine, spent(h.write('a', 2)))).rejects.toThrow(CommitRefused)
      expect(await h.store.commit(mine, spent(h.write('a')))).toBe(true)
      expect(await read()).toMatchObject({
        state: 'tombstone',
        subjectId: record.subjectId,
        status: null,
        problem: null,
        answer: null,
      })
      expect(await h.store.commit(mine, done(h.write('again')))).toBe(false)
      await h.passLeases()
      while ((await h.store.reap(100)) > 0);
      expect((await h.store.takeOverdue(record.operation, 100)).map(({ claim: { id } }) => id)).not.toContain(
        record.id,
      )
      expect(await h.store.claim(record, h.begin('second'))).toBeNull()
      expect(await h.store.takeOver(record, 1, h.begin('second'))).toBeNull()
      expect(await read()).toMatchObject({ state: 'tombstone' })
      expect(await h.lines()).toEqual(['begin', 'a'])
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

    it('F18 F19 refuses a commit with an old fence or a foreign token, and undoes its writes', async () => {
      const { claim: mine } = await claim()
      expect(await h.store.commit({ ...mine, fence: 0 }, done(h.write('x')))).toBe(false)
      expect(
        await h.store.commit({ ...mine, token: '00000000-0000-7000-8000-000000000000' }, done(h.write('x'))),
      ).toBe(false)
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

    it('a take-over by a corrected request stores the fingerprint and fields of that request', async () => {
      const first = await h.store.claim(record, h.begin('never', true))
      if (first) await h.store.release(first.claim)
      await h.store.takeOver(
        { ...record, fingerprint: 'corrected', fields: '{"/a":"x"}' },
        1,
        h.begin('second'),
      )
      expect(await read()).toMatchObject({ fingerprint: 'corrected', fields: '{"/a":"x"}', state: 'sending' })
    })

    it('gives an expired claim to one of many', async () => {
      await h.store.claim(record, h.begin('never', true))
      await h.passLeases()
      const taken = await Promise.all(
        Array.from({ length: 10 }, () => h.store.takeOver(record, 1, h.begin('again'))),
      )
      expect(taken.filter(Boolean)).toHaveLength(1)
      expect(await h.lines()).toEqual(['again'])
    })

    it('takes over nothing by the fence of an earlier claim, also once the later one is over too', async () => {
      await h.store.claim(record, h.begin('never', true))
      await h.passLeases()
      expect((await h.store.takeOver(record, 1, h.begin('never', true)))?.claim.fence).toBe(2)
      await h.passLeases()
      expect(await h.store.takeOver(record, 1, h.begin('late'))).toBeNull()
      expect(await read()).toMatchObject({ state: 'claimed', fence: 2, leaseOver: true })
      expect((await h.store.takeOver(record, 2, h.begin('again')))?.claim.fence).toBe(3)
      expect(await h.lines()).toEqual(['again'])
    })

    it('never takes over a request that may have been sent, and never releases it', async () => {
      const { claim: mine } = await claim()
      expect(await h.store.release(mine)).toBe(false)
      await h.passLeases()
      expect(await h.store.takeOver(record, 1, h.begin('again'))).toBeNull()
      expect(await read()).toMatchObject({ state: 'sending', leaseOver: true })
    })

    it('hands each overdue record to one resolver, which fences the zombie off', async () => {
      const { claim: zombie } = await claim()
      expect(await h.store.takeOverdue(record.operation, 10)).toEqual([])
      await h.passLeases()
      const swept = (await Promise.all([1, 2, 3].map(() => h.store.takeOverdue(record.operation, 10)))).flat()
      expect(swept).toHaveLength(1)
      expect(swept[0]).toMatchObject({ subjectId: record.subjectId, claim: { id: record.id, fence: 2 } })
      expect(await read()).toMatchObject({ state: 'unknown' })
      expect(await h.store.commit(zombie, done(h.write('zombie')))).toBe(false)
      expect(
        await h.store.commit((swept[0] as NonNullable<(typeof swept)[0]>).claim, done(h.write('settled'))),
      ).toBe(true)
      expect(await h.lines()).toEqual(['begin', 'settled'])
    })

    it('keeps an unknown outcome and gives it to the resolver when it is due', async () => {
      const { claim: mine } = await claim()
      expect(await h.store.commit(mine, doubt(60_000, h.write('left')))).toBe(true)
      expect(await read()).toMatchObject({ state: 'unknown', answer: null })
      expect(await h.store.takeOverdue(record.operation, 10)).toEqual([])
      await h.passLeases()
      expect(await h.store.takeOverdue('another.operation', 10)).toEqual([])
      expect(await h.store.takeOverdue(record.operation, 10)).toHaveLength(1)
    })

    it('F20 a renewed lease is not overdue', async () => {
      const { claim: mine } = await claim()
      expect(await h.store.renew(mine)).toBe(true)
      expect(await h.store.takeOverdue(record.operation, 10)).toEqual([])
      expect(await read()).toMatchObject({ state: 'sending', leaseOver: false })
    })

    it('F21 renews no lease beyond its ceiling', async () => {
      const { claim: mine } = await claim()
      await h.passCeiling()
      expect(await h.store.renew(mine)).toBe(false)
    })

    it('renews nothing by an old fence, a foreign token, or after the end', async () => {
      const { claim: mine } = await claim()
      expect(await h.store.renew({ ...mine, fence: mine.fence + 1 })).toBe(false)
      expect(await h.store.renew({ ...mine, token: '00000000-0000-7000-8000-000000000000' })).toBe(false)
      await h.store.commit(mine, done())
      expect(await h.store.renew(mine)).toBe(false)
    })

    it('counts look-ups without an answer, and take-overs without a commit', async () => {
      const { claim: mine } = await claim()
      await h.store.commit(mine, doubt(0))
      const next = async () => {
        await h.passLeases()
        return (await h.store.takeOverdue(record.operation, 1))[0] as NonNullable<
          Awaited<ReturnType<typeof h.store.takeInDoubt>>
        >
      }
      expect(await next()).toMatchObject({ tries: 1, failures: 1 })
      const second = await next()
      expect(second).toMatchObject({ tries: 1, failures: 2 })
      await h.store.commit(second.claim, doubt(0))
      const third = await next()
      expect(third).toMatchObject({ tries: 2, failures: 1 })
      await h.store.commit(third.claim, { to: 'unknown', answer: ANSWER, writes: [], retryInMs: 0 })
      expect(await next()).toMatchObject({ tries: 0, failures: 1 })
    })

    it('leaves a parked record alone until it is unparked, with the writes of each in its commit', async () => {
      const { claim: mine } = await claim()
      expect(await h.store.unpark(record.merchantId, record.id, [h.write('too early')])).toBe(false)
      expect(await h.store.commit(mine, park('why', h.write('parked')))).toBe(true)
      await h.passLeases()
      expect(await read()).toMatchObject({ state: 'unknown', answer: null })
      expect(await h.store.takeOverdue(record.operation, 10)).toEqual([])
      expect(await h.store.takeInDoubt(record.operation, record.merchantId, record.id)).toBeNull()
      expect(await h.store.unpark(record.merchantId, record.id, [h.write('unparked')])).toBe(true)
      expect(await h.store.unpark(record.merchantId, record.id, [h.write('twice')])).toBe(false)
      expect(await h.store.takeOverdue(record.operation, 10)).toMatchObject([{ tries: 0, failures: 1 }])
      expect(await h.lines()).toEqual(['begin', 'parked', 'unparked'])
    })

    it('gives a record in doubt to the caller with a hint, due or not, and no other record', async () => {
      const { claim: mine } = await claim()
      const take = (operation = record.operation) =>
        h.store.takeInDoubt(operation, record.merchantId, record.id)
      expect(await take()).toBeNull()
      await h.store.commit(mine, doubt(60_000))
      expect(await take('another.operation')).toBeNull()
      const taken = await take()
      expect(taken).toMatchObject({ claim: { fence: 2 }, subjectId: record.subjectId })
      expect(await take()).toBeNull()
      await h.store.commit((taken as NonNullable<typeof taken>).claim, done())
      expect(await take()).toBeNull()
    })

    it('T2 ends leases that were given before the clock was put back, and no others', async () => {
      const { claim: early } = await claim()
      const dead = h.record()
      await h.store.claim(dead, h.begin('never', true))
      await h.putClockBack()
      const late = h.record()
      const working = await h.store.claim(late, h.begin('late'))
      while ((await h.store.endFarLeases(60_000, 1)) > 0);
      expect(await read()).toMatchObject({ state: 'sending', leaseOver: true })
      expect(await h.store.read(dead.merchantId, dead.id)).toMatchObject({
        state: 'claimed',
        leaseOver: true,
      })
      expect(await h.store.read(late.merchantId, late.id)).toMatchObject({
        state: 'sending',
        leaseOver: false,
      })
      // Whoever still works under a lease that was ended can commit until another has taken it over.
      const [taken] = (await h.store.takeOverdue(record.operation, 100)).filter(
        ({ claim: { id } }) => id === record.id,
      )
      expect(taken?.claim.fence).toBe(early.fence + 1)
      expect(await h.store.commit(early, done(h.write('early')))).toBe(false)
      expect(await h.store.commit((working as NonNullable<typeof working>).claim, done())).toBe(true)
    })

    it('F14 reaps only abandoned claims that began nothing', async () => {
      const begun = await claim()
      const dead = h.record()
      const abandoned = await h.store.claim(dead, h.begin('never', true))
      while ((await h.store.reap(100)) > 0);
      expect(await h.store.read(dead.merchantId, dead.id)).toMatchObject({ state: 'claimed' })
      await h.passLeases()
      while ((await h.store.reap(100)) > 0);
      expect(await h.store.read(dead.merchantId, dead.id)).toBeNull()
      expect(await read()).toMatchObject({ state: 'sending', fence: begun.claim.fence })
      // The old holder can no longer commit, and a new request starts afresh.
      expect(
        await h.store.commit((abandoned as NonNullable<typeof abandoned>).claim, done(h.write('zombie'))),
      ).toBe(false)
      expect(await h.store.claim(dead, h.begin('afresh'))).not.toBeNull()
      expect(await h.lines()).toEqual(['begin', 'afresh'])
    })

    it('J1 F14 the reaper and a retry race for a dead claim: it is taken over or claimed afresh, never lost in between', async () => {
      for (let round = 0; round < 10; round++) {
        record = h.record()
        await h.store.claim(record, h.begin('never', true))
        await h.passLeases()
        const [taken] = await Promise.all([
          h.store.takeOver(record, 1, h.begin(`round ${round}`)),
          h.store.reap(100),
        ])
        const mine = taken ?? (await h.store.claim(record, h.begin(`round ${round}`)))
        expect(await h.store.commit((mine as NonNullable<typeof mine>).claim, done())).toBe(true)
      }
      expect(await h.lines()).toEqual(Array.from({ length: 10 }, (_, round) => `round ${round}`))
    })

    it('keeps an answer for as long as the first claim of its key states, and 30 days without', async () => {
      const days = ({ createdAt, expiresAt }: { createdAt: Date; expiresAt: Date }) =>
        (expiresAt.getTime() - createdAt.getTime()) / (24 * 3_600_000)
      const usual = await claim()
      expect(days(usual)).toBe(30)
      for (const retentionDays of [1, 3_650]) {
        record = { ...h.record(), retentionDays }
        expect(days(await claim())).toBe(retentionDays)
      }
      // Another version of the operation takes over what the first has claimed.
      record = { ...h.record(), retentionDays: 7 }
      await h.store.claim(record, h.begin('never', true))
      await h.passLeases()
      const taken = await h.store.takeOver({ ...record, retentionDays: 90 }, 1, h.begin('begin'))
      if (!taken) throw new Error('expected to take it over')
      const row = await read()
      expect(row && days(row)).toBe(7)
      expect(days(taken)).toBe(7)
    })

    it('F42 expires answers after their retention, and nothing that is in doubt', async () => {
      const { claim: mine } = await claim()
      const doubtful = h.record()
      await h.store.claim(doubtful, h.begin('doubtful'))
      await h.store.commit(mine, done())
      while ((await h.store.expireAnswers(100)) > 0);
      expect(await read()).toMatchObject({ state: 'completed' })
      await h.passRetention()
      while ((await h.store.expireAnswers(100)) > 0);
      expect(await read()).toMatchObject({
        state: 'tombstone',
        answer: null,
        headers: null,
        status: null,
        subjectId: record.subjectId,
        fingerprint: null,
        fields: null,
        completedAt: null,
      })
      expect(await h.store.read(doubtful.merchantId, doubtful.id)).toMatchObject({ state: 'sending' })
      expect(await h.store.claim(record, h.begin('again'))).toBeNull()
      expect(await h.store.commit(mine, done())).toBe(false)
      expect(await read()).toMatchObject({ state: 'tombstone' })
    })

    it('empties what had no answer only after the retention: until then a request of another payload is told so', async () => {
      const { claim: mine } = await claim()
      await h.store.commit(mine, { to: 'tombstone', answer: null, writes: [] })
      while ((await h.store.expireAnswers(100)) > 0);
      expect(await read()).toMatchObject({ state: 'tombstone', fingerprint: record.fingerprint })
      await h.passRetention()
      while ((await h.store.expireAnswers(100)) > 0);
      expect(await read()).toMatchObject({ state: 'tombstone', fingerprint: null })
      expect(await h.store.expireAnswers(100)).toBe(0)
    })
  })
}
