import { describe, expect, it } from 'vitest'
import type { BankMovement, ChargeRequest } from '../gateway'
import type { GatewayHarness } from './gateway-harness'

/** Law 8 of `gateway.ts`. A bank without a list of movements says so, and has nothing more to show. */
export function movementLaws(of: () => { h: GatewayHarness; request: ChargeRequest }): void {
  describe('law 8: the list of movements', () => {
    const since = () => new Date(Date.now() - 60_000)
    /** Null: this bank has no such list. */
    const movements = async (limit: number, from = since()): Promise<BankMovement[] | null> => {
      const seen: BankMovement[] = []
      for (let after: string | null = null, pages = 0; pages < 1_000; pages++) {
        const page = await of().h.gateway.movements({ since: from, after, limit })
        if (page.kind === 'unlisted') return null
        if (page.kind === 'unknown') throw new Error(page.reason)
        expect(page.movements.length).toBeLessThanOrEqual(limit)
        seen.push(...page.movements)
        after = page.next
        if (after === null) return seen
      }
      throw new Error('the list has no end')
    }
    const charge = async (changes: Partial<ChargeRequest> = {}) => {
      const { h, request } = of()
      return h.gateway.charge({ ...request, key: h.newKey(), ...changes })
    }

    it.each([1, 2, 3, 100])('cut into pages of %i shows each once, oldest first', async (limit) => {
      const refs: string[] = []
      for (let n = 0; n < 4; n++) {
        const charged = await charge()
        refs.push(charged.kind === 'approved' ? charged.ref : '')
      }
      const seen = await movements(limit)
      if (seen === null) return
      expect(seen.map(({ subjectRef }) => subjectRef ?? '').filter((ref) => refs.includes(ref))).toEqual(refs)
      expect(new Set(seen.map(({ ref }) => ref))).toHaveLength(seen.length)
      const times = seen.map(({ at }) => at.getTime())
      expect(times).toEqual(times.toSorted((a, b) => a - b))
    })

    it('tells of a charge and of its refund what they moved, under our keys and references; a decline moves nothing', async () => {
      const { h, request } = of()
      const { key } = request
      const declined = h.newKey()
      await charge({ key: declined, method: h.tokens.declined })
      const charged = await charge({ key })
      if (charged.kind !== 'approved') throw new Error('it was not charged')
      const refundKey = `re-${key}`
      const refunded = await h.gateway.refund({
        key: refundKey,
        ref: charged.ref,
        amountMinor: 400n,
        currency: 'EUR',
      })
      const seen = await movements(100)
      if (seen === null) return
      const keys = [key, refundKey, declined]
      expect(seen.filter((one) => one.key !== null && keys.includes(one.key))).toEqual([
        {
          ref: expect.stringMatching(/./),
          kind: 'charge',
          amountMinor: 2_400n,
          feeMinor: charged.feeMinor,
          currency: 'EUR',
          subjectRef: charged.ref,
          chargeRef: charged.ref,
          key,
          at: expect.any(Date),
        },
        {
          ref: expect.stringMatching(/./),
          kind: 'refund',
          amountMinor: -400n,
          feeMinor: 0n,
          currency: 'EUR',
          subjectRef: refunded.kind === 'refunded' ? refunded.ref : '',
          chargeRef: charged.ref,
          key: refundKey,
          at: expect.any(Date),
        },
      ])
    })

    it('law 9: a dispute is open, then won or lost, under the reference of its movement; being asked moves nothing', async () => {
      const { disputes, gateway } = of().h
      if (!disputes) return
      for (const end of ['won', 'lost'] as const) {
        const charged = await charge()
        const chargeRef = charged.kind === 'approved' ? charged.ref : ''
        const ref = await disputes.open(chargeRef)
        const ofIt = async () => (await movements(100))?.filter((one) => one.subjectRef === ref) ?? []
        const taken = await ofIt()
        expect(taken).toMatchObject([{ kind: 'dispute', amountMinor: -2_400n, chargeRef }])
        expect(await gateway.dispute(ref)).toEqual({ kind: 'dispute', state: 'open' })
        await disputes.end(ref, end)
        expect(await gateway.dispute(ref)).toEqual({ kind: 'dispute', state: end })
        const sum = (await ofIt()).reduce((total, { amountMinor }) => total + amountMinor, 0n)
        expect(sum).toBe(end === 'won' ? 0n : -2_400n)
        if (end === 'lost') expect(await ofIt()).toEqual(taken)
      }
    })

    it('law 9: a dispute that the bank does not know is absent', async () => {
      expect(await of().h.gateway.dispute('dp_nobody')).toEqual({ kind: 'absent' })
    })

    it('begins where it is told to', async () => {
      await charge()
      expect((await movements(5, new Date(Date.now() + 3_600_000))) ?? []).toEqual([])
    })
  })
}
