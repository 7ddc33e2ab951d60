import { beforeEach, describe, expect, it } from 'vitest'
import type { ChargeRequest, Gateway, Outcome } from './gateway'

/** What a bank must bring so that the suite can see it from outside. A missing token means that this bank has no such card. */
export interface GatewayHarness {
  /** Waits long enough for any card but the slow one. */
  gateway: Gateway
  /** The same bank, given up after `timeoutMs`: for cards that leave us waiting. */
  hasty: Gateway
  timeoutMs: number
  /** How many charges really happened under a key, by the bank's own count. */
  charges(key: string): Promise<number>
  newKey(): string
  /** Cards by what becomes of them. `slow` takes longer than `timeoutMs`, and then charges. */
  tokens: Record<'approved' | 'declined' | 'silentBefore' | 'silentAfter' | 'errorBefore' | 'errorAfter' | 'slow', string>
  /** How long after its time-out the slow card has charged, in milliseconds. */
  slowSettlesMs: number
}

/** The laws of `gateway.ts`. Every bank runs them. */
export function gatewayContract(name: string, open: () => Promise<GatewayHarness>): void {
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
      request = { key: h.newKey(), amountMinor: 2_400n, currency: 'EUR', method: h.tokens.approved }
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

    it.each(['approved', 'declined'] as const)('law 2: the same key gets the same answer again: %s', async (token) => {
      const first = await charge(h.tokens[token])
      expect([await charge(h.tokens[token]), await charge(h.tokens[token])]).toEqual([first, first])
      expect(await h.charges(request.key)).toBe(token === 'approved' ? 1 : 0)
    })

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
      expect(await Promise.all([1, 2, 3].map(() => h.gateway.find(request.key)))).toEqual(Array(3).fill({ kind: 'absent' }))
      expect(await h.charges(request.key)).toBe(0)
    })

    it.each(['silentBefore', 'silentAfter', 'slow'] as const)('law 4: %s ends within its time-out', async (token) => {
      const before = performance.now()
      expect(await charge(h.tokens[token])).toMatchObject({ kind: 'unknown' })
      const took = performance.now() - before
      expect(took).toBeGreaterThan(h.timeoutMs * 0.9)
      expect(took).toBeLessThan(h.timeoutMs + 1_500)
    })

    it('G7 a charge that comes after its time-out is there within settlesWithinMs, once', async () => {
      expect(await charge(h.tokens.slow)).toMatchObject({ kind: 'unknown' })
      expect(await h.gateway.find(request.key)).toEqual({ kind: 'absent' })
      expect(h.slowSettlesMs).toBeLessThan(h.hasty.settlesWithinMs)
      await new Promise((resolve) => setTimeout(resolve, h.slowSettlesMs))
      expect(await h.gateway.find(request.key)).toMatchObject({ kind: 'approved' })
      expect(await h.charges(request.key)).toBe(1)
    })
  })
}

const text = (_: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)
