import { beforeEach, describe, expect, it } from 'vitest'
import type { BankCharge, ChargeRequest, ChargesQuery, Outcome, RefundRequest } from './gateway'
import { authorisationLaws } from './testing/authorisations.contract'
import type { GatewayHarness } from './testing/gateway-harness'
import { interruptionLaws } from './testing/interruptions.contract'
import { movementLaws } from './testing/movements.contract'

/**
 * The laws of `gateway.ts`. Every bank runs them.
 * @param options `answers` false: nobody can answer a challenge, nor let a week pass, and the laws about that are skipped. `authorises`: it has authorisations
 */
export function gatewayContract(
  name: string,
  open: () => Promise<GatewayHarness>,
  options: { answers: boolean; authorises?: true } = { answers: true },
): void {
  describe(`gateway contract: ${name}`, () => {
    let h: GatewayHarness
    let request: ChargeRequest
    const charge = (method: string, changes: Partial<ChargeRequest> = {}) => {
      const { silentBefore, silentAfter, slow } = h.tokens
      const asked = [silentBefore, silentAfter, slow].includes(method) ? h.hasty : h.gateway
      return asked.charge({ ...request, method, ...changes })
    }
    beforeEach(async () => {
      h = await open()
      request = {
        key: h.newKey(),
        amountMinor: 2_400n,
        currency: 'EUR',
        method: h.tokens.approved,
        returnUrl: 'https://shop.example/checkout/ord_1',
      }
    })

    it('positive control: charges once, for the amount that was asked', async () => {
      const outcome = await charge(h.tokens.approved)
      expect(outcome).toMatchObject({
        kind: 'approved',
        amountMinor: 2_400n,
        currency: 'EUR',
        ref: expect.stringMatching(/./),
        cardLabel: expect.any(String),
      })
      expect(await h.charges(request.key)).toBe(1)
    })

    it('a decline charges nothing', async () => {
      expect(await charge(h.tokens.declined)).toMatchObject({ kind: 'declined' })
      expect(await h.charges(request.key)).toBe(0)
    })

    it.each([
      ['silentBefore', 0],
      ['silentAfter', 1],
      ['errorBefore', 0],
      ['errorAfter', 1],
    ] as const)('law 1: %s is doubt, not a failure, and it is never thrown', async (token, charged) => {
      expect(await charge(h.tokens[token])).toMatchObject({ kind: 'unknown', reason: expect.any(String) })
      expect(await h.charges(request.key)).toBe(charged)
    })

    it.each(['approved', 'declined'] as const)(
      'law 2: the same key gets the same answer again: %s',
      async (token) => {
        const first = await charge(h.tokens[token])
        expect([await charge(h.tokens[token]), await charge(h.tokens[token])]).toEqual([first, first])
        expect(await h.charges(request.key)).toBe(token === 'approved' ? 1 : 0)
      },
    )

    it('law 2: 20 at once with one key are one charge and one answer', async () => {
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => charge(h.tokens.approved)))
      expect(await h.charges(request.key)).toBe(1)
      expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome, text)))).toHaveLength(1)
    })

    it('law 2: a key that was used for another amount or currency is doubt, and charges nothing more', async () => {
      await charge(h.tokens.approved)
      expect(await charge(h.tokens.approved, { amountMinor: 2_401n })).toMatchObject({ kind: 'unknown' })
      expect(await charge(h.tokens.approved, { currency: 'USD' })).toMatchObject({ kind: 'unknown' })
      expect(await h.charges(request.key)).toBe(1)
    })

    it('law 2: an answer that was lost is not charged again by asking again', async () => {
      for (let tries = 0; tries < 3; tries++) await charge(h.tokens.silentAfter)
      expect(await h.charges(request.key)).toBe(1)
    })

    it.each([
      ['approved', 'approved'],
      ['declined', 'declined'],
      ['silentAfter', 'approved'],
      ['errorAfter', 'approved'],
      ['silentBefore', 'absent'],
      ['errorBefore', 'absent'],
    ] as const)('law 3: find tells what became of %s: %s, and never charges', async (token, kind) => {
      const first = await charge(h.tokens[token])
      const before = await h.charges(request.key)
      const found = await h.gateway.find(request.key)
      expect(found.kind).toBe(kind)
      if (first.kind !== 'unknown') expect(found).toEqual(first as Outcome)
      expect(await h.charges(request.key)).toBe(before)
    })

    it('law 3: a key that was never used is absent, however often one asks', async () => {
      expect(await Promise.all([1, 2, 3].map(() => h.gateway.find(request.key)))).toEqual(
        Array(3).fill({ kind: 'absent' }),
      )
      expect(await h.charges(request.key)).toBe(0)
    })

    const cancel = () =>
      h.gateway.cancel({ key: request.key, amountMinor: request.amountMinor, currency: request.currency })

    it('law 5: a key that was withdrawn never charges, whoever still asks, and is found as withdrawn', async () => {
      expect(await cancel()).toEqual({ kind: 'cancelled' })
      expect(await Promise.all([charge(h.tokens.approved), charge(h.tokens.approved), cancel()])).toEqual(
        Array(3).fill({ kind: 'cancelled' }),
      )
      expect(await h.gateway.find(request.key)).toEqual({ kind: 'cancelled' })
      expect(await h.charges(request.key)).toBe(0)
    })

    it.each(['approved', 'declined'] as const)('law 5: what came before it stands: %s', async (token) => {
      const first = await charge(h.tokens[token])
      expect([await cancel(), await h.gateway.find(request.key)]).toEqual([first, first])
    })

    it('law 5: 20 charges and a withdrawal at once agree, whichever came first', async () => {
      const outcomes = await Promise.all([
        ...Array.from({ length: 20 }, () => charge(h.tokens.approved)),
        cancel(),
      ])
      expect(new Set(outcomes.map(({ kind }) => kind))).toHaveLength(1)
      expect(await h.charges(request.key)).toBe(outcomes[0]?.kind === 'approved' ? 1 : 0)
    })

    it.each(['silentBefore', 'silentAfter', 'slow'] as const)(
      'law 4: %s ends within its time-out',
      async (token) => {
        const before = performance.now()
        expect(await charge(h.tokens[token])).toMatchObject({ kind: 'unknown' })
        const took = performance.now() - before
        expect(took).toBeGreaterThan(h.timeoutMs * 0.9)
        expect(took).toBeLessThan(h.timeoutMs + 1_500)
      },
    )

    it('G7 a charge that comes after its time-out is there within settlesWithinMs, once', async () => {
      expect(await charge(h.tokens.slow)).toMatchObject({ kind: 'unknown' })
      expect(await h.gateway.find(request.key)).toEqual({ kind: 'absent' })
      expect(h.slowSettlesMs).toBeLessThan(h.hasty.settlesWithinMs)
      await new Promise((resolve) => setTimeout(resolve, h.slowSettlesMs))
      expect(await h.gateway.find(request.key)).toMatchObject({ kind: 'approved' })
      expect(await h.charges(request.key)).toBe(1)
    })

    it('law 1: a bank that is away is doubt in every verb', async () => {
      const refund = { key: request.key, ref: 'ch_1', amountMinor: 1n, currency: 'EUR' } as const
      const query = { since: new Date(0), after: null, limit: 1 }
      const answers = [
        h.cut.charge(request),
        h.cut.find(request.key),
        h.cut.refund(refund),
        h.cut.charges(query),
        h.cut.movements(query),
        h.cut.dispute('dp_1'),
      ]
      for (const one of await Promise.all(answers))
        expect(one).toEqual({ kind: 'unknown', reason: expect.stringMatching(/./) })
      expect(await h.charges(request.key)).toBe(0)
    })

    it('G5 it says how long it remembers a key: longer than it takes to settle', () => {
      expect(h.gateway.remembersForMs).toBeGreaterThan(h.gateway.settlesWithinMs)
    })

    describe('law 6: a refund', () => {
      let ref: string
      const refund = (changes: Partial<RefundRequest> = {}) =>
        h.gateway.refund({ key: `re-${request.key}`, ref, amountMinor: 2_400n, currency: 'EUR', ...changes })
      beforeEach(async () => {
        const charged = await charge(h.tokens.approved)
        ref = charged.kind === 'approved' ? charged.ref : ''
      })

      it('positive control: gives the whole charge back, and the charge stays in the list', async () => {
        expect(await refund()).toEqual({ kind: 'refunded', ref: expect.stringMatching(/./) })
        expect([await h.refunded(ref), await h.charges(request.key)]).toEqual([2_400n, 1])
        expect(await h.gateway.find(request.key)).toMatchObject({ kind: 'approved', ref })
      })

      it('the same key gives back once, and answers the same', async () => {
        const first = await refund({ amountMinor: 100n })
        expect([await refund({ amountMinor: 100n }), await refund({ amountMinor: 100n })]).toEqual([
          first,
          first,
        ])
        expect(await h.refunded(ref)).toBe(100n)
      })

      it('20 at once with one key give back once', async () => {
        const outcomes = await Promise.all(Array.from({ length: 20 }, () => refund({ amountMinor: 1_000n })))
        expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome)))).toHaveLength(1)
        expect([outcomes[0]?.kind, await h.refunded(ref)]).toEqual(['refunded', 1_000n])
      })

      it('L3 20 at once with keys of their own never give back more than was taken', async () => {
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, (_, n) =>
            refund({ key: `re-${n}-${request.key}`, amountMinor: 1_000n }),
          ),
        )
        expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual([
          ...Array(2).fill('refunded'),
          ...Array(18).fill('refused'),
        ])
        expect(await h.refunded(ref)).toBe(2_000n)
      })

      it.each<[string, Partial<RefundRequest>]>([
        ['of one cent more than it was', { amountMinor: 2_401n }],
        ['in another currency', { currency: 'USD' }],
        ['of a charge that never was', { ref: 'ch_made_up' }],
        ['of nothing', { amountMinor: 0n }],
      ])('%s is refused', async (_, changes) => {
        expect(await refund(changes)).toMatchObject({ kind: 'refused', reason: expect.any(String) })
        expect(await h.refunded(ref)).toBe(0n)
      })

      it('under a key that was used for another refund is doubt, and gives back nothing more', async () => {
        await refund({ amountMinor: 100n })
        expect(await refund({ amountMinor: 101n })).toMatchObject({ kind: 'unknown' })
        expect(await h.refunded(ref)).toBe(100n)
      })
    })

    interruptionLaws(() => ({ h, request }), options)
    movementLaws(() => ({ h, request }))
    if (options.authorises) authorisationLaws(() => ({ h, request }), options)
    else
      it('law 10: without authorisations says so, rather than charge at once', () => {
        expect(h.gateway.authorisations).toBeUndefined()
      })

    describe('law 7: the list', () => {
      const pages = async (query: Omit<ChargesQuery, 'after'>): Promise<BankCharge[]> => {
        const seen: BankCharge[] = []
        for (let after: string | null = null, page = 0; page < 1_000; page++) {
          const page = await h.gateway.charges({ ...query, after })
          if (page.kind !== 'page') throw new Error(page.reason)
          expect(page.charges.length).toBeLessThanOrEqual(query.limit)
          seen.push(...page.charges)
          after = page.next
          if (after === null) return seen
        }
        throw new Error('the list has no end')
      }

      it.each([1, 2, 3, 100])('cut into pages of %i shows every charge once, oldest first', async (limit) => {
        const keys = Array.from({ length: 5 }, h.newKey)
        const since = new Date(Date.now() - 60_000)
        for (const key of keys) await h.gateway.charge({ ...request, key })
        await h.gateway.charge({ ...request, key: h.newKey(), method: h.tokens.declined })
        const seen = await pages({ since, limit })
        expect(seen.filter(({ key }) => keys.includes(key)).map(({ key }) => key)).toEqual(keys)
        expect(new Set(seen.map(({ ref }) => ref))).toHaveLength(seen.length)
        expect(seen.map(({ at }) => at.getTime())).toEqual(
          seen.map(({ at }) => at.getTime()).toSorted((a, b) => a - b),
        )
      })

      it('tells of each charge what it was, and what it has given back', async () => {
        const charged = await charge(h.tokens.approved)
        const ref = charged.kind === 'approved' ? charged.ref : ''
        await h.gateway.refund({ key: `re-${request.key}`, ref, amountMinor: 400n, currency: 'EUR' })
        const [found] = (await pages({ since: new Date(Date.now() - 60_000), limit: 100 })).filter(
          ({ key }) => key === request.key,
        )
        expect(found).toEqual({
          ref,
          key: request.key,
          amountMinor: 2_400n,
          currency: 'EUR',
          refundedMinor: 400n,
          at: expect.any(Date),
        })
      })

      it('begins where it is told to', async () => {
        await charge(h.tokens.approved)
        expect(
          await h.gateway.charges({ since: new Date(Date.now() + 3_600_000), after: null, limit: 5 }),
        ).toEqual({
          kind: 'page',
          charges: [],
          next: null,
        })
      })
    })
  })
}

const text = (_: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)
