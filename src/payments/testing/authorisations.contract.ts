import { beforeEach, describe, expect, it } from 'vitest'
import type { CaptureRequest, ChargeRequest, Gateway, Outcome } from '../gateway'
import type { GatewayHarness } from './gateway-harness'

/** Law 10: authorisations. A part of the gateway's contract, for banks that have them. */
export function authorisationLaws(
  current: () => { h: GatewayHarness; request: ChargeRequest },
  { answers }: { answers: boolean },
): void {
  describe('law 10: an authorisation', () => {
    let h: GatewayHarness
    let request: ChargeRequest
    let authorised: Outcome & { kind: 'authorised' }
    let end: CaptureRequest
    const verbs = (gateway: Gateway = h.gateway) => {
      if (!gateway.authorisations) throw new Error('this bank has no authorisations')
      return gateway.authorisations
    }
    const authorise = async (method = h.tokens.approved) => {
      const outcome = await h.gateway.charge({ ...request, method, capture: 'manual' })
      if (outcome.kind !== 'authorised') throw new Error(`expected an authorisation, not ${outcome.kind}`)
      authorised = outcome
      const { key, amountMinor, currency } = request
      end = { key, ref: outcome.ref, amountMinor, captureMinor: amountMinor, currency }
    }
    const cancel = () =>
      h.gateway.cancel({ key: request.key, amountMinor: request.amountMinor, currency: request.currency })
    const charged = () => h.charges(request.key)
    const listed = async () => {
      const query = { since: new Date(Date.now() - 3_600_000), after: null, limit: 1_000 }
      const page = await h.gateway.charges(query)
      if (page.kind !== 'page') throw new Error(page.reason)
      return page.charges.filter(({ key }) => key === request.key)
    }

    beforeEach(async () => {
      ;({ h, request } = current())
      await authorise()
    })

    it('charges nothing, is in no list, and is found, asked again and left by a withdrawal as the same', async () => {
      expect(authorised).toMatchObject({
        amountMinor: 2_400n,
        currency: 'EUR',
        cardLabel: expect.any(String),
      })
      expect(authorised.captureBefore.getTime()).toBeGreaterThan(Date.now())
      const again = await h.gateway.charge({ ...request, method: h.tokens.approved, capture: 'manual' })
      expect([again, await h.gateway.find(request.key), await cancel()]).toEqual(Array(3).fill(authorised))
      expect([await charged(), await listed()]).toEqual([0, []])
    })

    it('captured is one charge under its own key and reference, and every verb says so from then on', async () => {
      const captured = await verbs().capture(end)
      expect(captured).toMatchObject({
        kind: 'captured',
        ref: authorised.ref,
        amountMinor: 2_400n,
        currency: 'EUR',
      })
      expect([await verbs().capture(end), await verbs().release(end)]).toEqual([captured, captured])
      const found = await h.gateway.find(request.key)
      expect(found).toMatchObject({ kind: 'approved', ref: authorised.ref, amountMinor: 2_400n })
      const again = await h.gateway.charge({ ...request, method: h.tokens.approved, capture: 'manual' })
      expect([again, await cancel()]).toEqual([found, found])
      expect([await charged(), (await listed()).length]).toEqual([1, 1])
    })

    it('captured in part is one charge of that part: the rest is released, and whoever asks for more is told so', async () => {
      const part = { ...end, captureMinor: 1_500n }
      const captured = await verbs().capture(part)
      expect(captured).toMatchObject({ kind: 'captured', ref: authorised.ref, amountMinor: 1_500n })
      const later = [part, end, { ...end, captureMinor: 900n }].map((asked) => verbs().capture(asked))
      expect(await Promise.all([...later, verbs().release(end)])).toEqual(Array(4).fill(captured))
      const found = await h.gateway.find(request.key)
      expect(found).toMatchObject({ kind: 'approved', ref: authorised.ref, amountMinor: 1_500n })
      const again = await h.gateway.charge({ ...request, method: h.tokens.approved, capture: 'manual' })
      expect([again, await cancel()]).toEqual([found, found])
      expect(await charged()).toBe(1)
      expect(await listed()).toMatchObject([{ ref: authorised.ref, amountMinor: 1_500n, refundedMinor: 0n }])
      const refund = { ref: authorised.ref, currency: end.currency }
      expect([
        (await h.gateway.refund({ ...refund, key: h.newKey(), amountMinor: 1_501n })).kind,
        (await h.gateway.refund({ ...refund, key: h.newKey(), amountMinor: 1_500n })).kind,
      ]).toEqual(['refused', 'refunded'])
    })

    it.each([0n, 2_401n])('is not captured of %s, and stays as it is', async (captureMinor) => {
      expect((await verbs().capture({ ...end, captureMinor })).kind).toBe('unknown')
      expect(await h.gateway.find(request.key)).toEqual(authorised)
      expect(await charged()).toBe(0)
    })

    it('20 captures of different parts at once agree on one of them', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, n) => verbs().capture({ ...end, captureMinor: BigInt(n + 1) })),
      )
      const amounts = outcomes.map((one) => (one.kind === 'captured' ? one.amountMinor : one.kind))
      expect(new Set(amounts)).toHaveLength(1)
      expect(await listed()).toMatchObject([{ amountMinor: amounts[0] }])
    })

    it('released charges nothing, for good: who captures it later is told so', async () => {
      expect(await verbs().release(end)).toEqual({ kind: 'released' })
      expect([await verbs().release(end), await verbs().capture(end)]).toEqual(
        Array(2).fill({ kind: 'released' }),
      )
      expect([await h.gateway.find(request.key), await cancel()]).toEqual(
        Array(2).fill({ kind: 'cancelled' }),
      )
      expect([await charged(), await listed()]).toEqual([0, []])
    })

    it('20 captures and releases at once agree, and charge at most once', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? verbs().capture(end) : verbs().release(end))),
      )
      expect(new Set(outcomes.map(({ kind }) => kind))).toHaveLength(1)
      expect(await charged()).toBe(outcomes[0]?.kind === 'captured' ? 1 : 0)
    })

    it.skipIf(!answers)('whose time has passed is not captured, and releases itself', async () => {
      await h.lateAuthorisation?.(request.key)
      expect(await verbs().capture(end)).toEqual({ kind: 'released' })
      expect([await h.gateway.find(request.key), await verbs().release(end), await charged()]).toEqual([
        { kind: 'cancelled' },
        { kind: 'released' },
        0,
      ])
    })

    it.skipIf(!answers)('whose time has passed can be released', async () => {
      await h.lateAuthorisation?.(request.key)
      expect([await verbs().release(end), await charged()]).toEqual([{ kind: 'released' }, 0])
    })

    it.each<[string, Partial<CaptureRequest>]>([
      ['of one cent more', { amountMinor: 2_401n }],
      ['of one cent less', { amountMinor: 2_399n }],
      ['in another currency', { currency: 'USD' }],
      ['under another reference', { ref: 'ch_made_up' }],
    ])('%s is neither captured nor released', async (_, changes) => {
      const asked = { ...end, ...changes }
      expect([(await verbs().capture(asked)).kind, (await verbs().release(asked)).kind]).toEqual([
        'unknown',
        'unknown',
      ])
      expect(await h.gateway.find(request.key)).toEqual(authorised)
      expect(await charged()).toBe(0)
    })

    it('that never was is neither captured nor released', async () => {
      const asked = { ...end, key: h.newKey() }
      expect([(await verbs().capture(asked)).kind, (await verbs().release(asked)).kind]).toEqual([
        'unknown',
        'unknown',
      ])
      expect([await charged(), await h.charges(asked.key)]).toEqual([0, 0])
    })

    it('of a charge that was made at once is told as captured, and is not charged again', async () => {
      request = { ...request, key: h.newKey() }
      const outcome = await h.gateway.charge({ ...request, method: h.tokens.approved })
      const ref = outcome.kind === 'approved' ? outcome.ref : ''
      const { key, amountMinor, currency } = request
      const asked = { key, ref, amountMinor, captureMinor: amountMinor, currency }
      expect((await verbs().release(asked)).kind).toBe('unknown')
      expect((await verbs().capture(asked)).kind).toBe('unknown')
      expect(await charged()).toBe(1)
    })

    it.each(['capture', 'release'] as const)(
      'law 1: an answer to a %s that was lost is doubt, and asking again tells it without a second effect',
      async (verb) => {
        request = { ...request, key: h.newKey() }
        await authorise(h.endIsSilent)
        expect((await verbs(h.hasty)[verb](end)).kind).toBe('unknown')
        const kind = verb === 'capture' ? 'captured' : 'released'
        expect([(await verbs().capture(end)).kind, (await verbs().release(end)).kind]).toEqual([kind, kind])
        expect(await charged()).toBe(verb === 'capture' ? 1 : 0)
      },
    )

    it('G6 no bank in reach is doubt', async () => {
      const answers = await Promise.all([verbs(h.cut).capture(end), verbs(h.cut).release(end)])
      expect(answers.map(({ kind }) => kind)).toEqual(['unknown', 'unknown'])
      expect(await h.gateway.find(request.key)).toEqual(authorised)
    })

    it('a card that is declined is not authorised', async () => {
      request = { ...request, key: h.newKey() }
      const outcome = await h.gateway.charge({ ...request, method: h.tokens.declined, capture: 'manual' })
      expect(outcome.kind).toBe('declined')
    })

    it.skipIf(!answers)('behind a challenge comes with its answer, and is captured once', async () => {
      request = { ...request, key: h.newKey() }
      const asked = { ...request, method: h.tokens.challenge, capture: 'manual' } as const
      const challenge = await h.gateway.charge(asked)
      if (challenge.kind !== 'challenge') throw new Error(`expected a challenge, not ${challenge.kind}`)
      expect(await h.answerChallenge?.(challenge.actionUrl, true)).toBe(true)
      const found = await h.gateway.charge(asked)
      if (found.kind !== 'authorised') throw new Error(`expected an authorisation, not ${found.kind}`)
      expect(await charged()).toBe(0)
      const { key, amountMinor, currency } = request
      const whole = { key, ref: found.ref, amountMinor, captureMinor: amountMinor, currency }
      expect((await verbs().capture(whole)).kind).toBe('captured')
      expect(await charged()).toBe(1)
    })
  })
}
