import { beforeEach, describe, expect, it } from 'vitest'
import type { ChargeRequest, Outcome } from '../gateway'
import type { GatewayHarness } from './gateway-harness'

/** Laws 2, 3 and 5 where processes die, stop and wake, banks forget, and shoppers answer late. A part of the gateway's contract. */
export function interruptionLaws(
  current: () => { h: GatewayHarness; request: ChargeRequest },
  options: { answers: boolean },
): void {
  let h: GatewayHarness
  let request: ChargeRequest
  const charge = (method = h.tokens.approved, gateway = h.gateway) => gateway.charge({ ...request, method })
  const find = () => h.gateway.find(request.key)
  const cancel = () =>
    h.gateway.cancel({ key: request.key, amountMinor: request.amountMinor, currency: request.currency })
  const charges = () => h.charges(request.key)
  /** The outcome, once a bank that was busy with this charge can give it. */
  const settled = async (ask: () => Promise<{ kind: Outcome['kind'] | 'absent' }>) => {
    for (let tries = 0; tries < 100; tries++) {
      const answer = await ask()
      if (answer.kind !== 'unknown') return answer
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error('the doubt did not end')
  }

  beforeEach(() => {
    ;({ h, request } = current())
  })

  /** The steps of a charge, for banks whose number of them is known when the tests run only. */
  const eachStep = async (test: (step: number) => Promise<void>) => {
    for (let step = 1; step <= h.steps; step++) {
      request = { ...request, key: h.newKey() }
      await test(step)
    }
  }

  describe('law 2: a bank that has forgotten its answers', () => {
    it('E1 gives an approved key its outcome again, and charges nothing more', async () => {
      const first = await charge()
      await h.forgetAnswers()
      expect([await charge(), await find(), await charges()]).toEqual([first, first, 1])
    })

    it('E2 gives a declined key its decline, also for a card that would be approved', async () => {
      const first = await charge(h.tokens.declined)
      await h.forgetAnswers()
      expect([await charge(), await find(), await charges()]).toEqual([first, first, 0])
    })
  })

  it('law 2: a decline is final at the bank: whoever tries another card on it charges nothing', async () => {
    const first = await charge(h.tokens.declined)
    await h.chargeElsewhere(request.key, h.tokens.approved)
    expect([await charges(), await find(), await charge()]).toEqual([0, first, first])
  })

  describe('law 2: a process that dies after any of its requests', () => {
    it.each([false, true])('E3 is followed by one charge (the bank has forgotten: %s)', async (forgotten) => {
      await eachStep(async (step) => {
        expect((await charge(h.tokens.approved, await h.dying(step))).kind).toBe('unknown')
        if (forgotten) await h.forgetAnswers()
        expect((await charge()).kind).toBe('approved')
        expect([(await find()).kind, await charges()]).toEqual(['approved', 1])
      })
    })

    it('E3 is followed by a withdrawal or by the outcome that came before, never by both', async () => {
      await eachStep(async (step) => {
        await charge(h.tokens.approved, await h.dying(step))
        const end = await cancel()
        expect(['approved', 'cancelled']).toContain(end.kind)
        expect([await find(), await charge()]).toEqual([end, end])
        expect(await charges()).toBe(end.kind === 'approved' ? 1 : 0)
      })
    })
  })

  describe('laws 2 and 5: a process that is stopped before any of its requests', () => {
    it('E5 and wakes after its key was withdrawn charges nothing', async () => {
      await eachStep(async (step) => {
        const sleeper = await h.stopped(step)
        const late = charge(h.tokens.approved, sleeper.gateway)
        await sleeper.stopped
        expect(await cancel()).toEqual({ kind: 'cancelled' })
        sleeper.resume()
        expect(['cancelled', 'unknown']).toContain((await late).kind)
        expect([await find(), await charges()]).toEqual([{ kind: 'cancelled' }, 0])
      })
    })

    it.each([false, true])(
      'E6 and wakes after another has charged charges nothing more (the bank has forgotten: %s)',
      async (forgotten) => {
        await eachStep(async (step) => {
          const sleeper = await h.stopped(step)
          const late = charge(h.tokens.approved, sleeper.gateway)
          await sleeper.stopped
          if (forgotten) await h.forgetAnswers()
          const first = await charge()
          sleeper.resume()
          expect(first.kind).toBe('approved')
          expect(['approved', 'unknown']).toContain((await late).kind)
          expect([await find(), await charges()]).toEqual([first, 1])
        })
      },
    )

    it('E7 and wakes among 20 others is part of one charge', async () => {
      await eachStep(async (step) => {
        const sleeper = await h.stopped(step)
        const late = charge(h.tokens.approved, sleeper.gateway)
        await sleeper.stopped
        await h.forgetAnswers()
        const others = Array.from({ length: 20 }, () => charge())
        sleeper.resume()
        await Promise.all([late, ...others])
        expect([(await settled(find)).kind, await charges()]).toEqual(['approved', 1])
      })
    })
  })

  it('E4 law 5: a withdrawal during a slow charge and that charge agree for good', async () => {
    const slow = charge(h.tokens.slow, h.hasty)
    const end = await settled(cancel)
    await slow
    await new Promise((resolve) => setTimeout(resolve, h.slowSettlesMs))
    expect([await settled(find), await settled(cancel)]).toEqual([end, end])
    expect(await charges()).toBe(end.kind === 'approved' ? 1 : 0)
  })

  describe('E8 a challenge', () => {
    const challenged = async () => {
      const outcome = await charge(h.tokens.challenge)
      if (outcome.kind !== 'challenge') throw new Error(`expected a challenge, not ${outcome.kind}`)
      return outcome.actionUrl
    }

    it('charges nothing until it is answered, and is found and asked again as the same', async () => {
      const actionUrl = await challenged()
      expect([await challenged(), await find(), await charges()]).toEqual([
        actionUrl,
        { kind: 'challenge', actionUrl },
        0,
      ])
    })

    const answer = (actionUrl: string, passed: boolean): Promise<boolean> =>
      h.answerChallenge?.(actionUrl, passed) ?? Promise.reject(new Error('nobody can answer'))

    it('law 5: left open can be withdrawn', async () => {
      await challenged()
      expect([await cancel(), await find(), await charges()]).toEqual([
        { kind: 'cancelled' },
        { kind: 'cancelled' },
        0,
      ])
    })

    const answered = it.runIf(options.answers)

    answered.each([
      [true, 'approved', 1],
      [false, 'declined', 0],
    ] as const)(
      'law 3: answered (%s) is %s in every verb, never the challenge again',
      async (passed, kind, charged) => {
        expect(await answer(await challenged(), passed)).toBe(true)
        const found = await find()
        expect(found.kind).toBe(kind)
        expect([await charge(h.tokens.challenge), await cancel(), await find()]).toEqual([
          found,
          found,
          found,
        ])
        expect(await charges()).toBe(charged)
      },
    )

    answered('law 3: answered is seen by who asks to charge first', async () => {
      await answer(await challenged(), true)
      expect([(await charge(h.tokens.challenge)).kind, await charges()]).toEqual(['approved', 1])
    })

    answered(
      'law 3: answered is seen by a process that wakes after it, whichever request it was stopped before',
      async () => {
        await eachStep(async (step) => {
          const sleeper = await h.stopped(step)
          const late = charge(h.tokens.challenge, sleeper.gateway)
          await sleeper.stopped
          expect(await answer(await challenged(), true)).toBe(true)
          sleeper.resume()
          expect(['approved', 'unknown']).toContain((await late).kind)
          expect([(await find()).kind, await charges()]).toEqual(['approved', 1])
        })
      },
    )

    answered('law 2: refused is final at the bank', async () => {
      await answer(await challenged(), false)
      const first = await find()
      await h.chargeElsewhere(request.key, h.tokens.approved)
      expect([await find(), await charges()]).toEqual([first, 0])
    })

    answered('law 5: withdrawn takes no late answer, which charges nothing', async () => {
      const actionUrl = await challenged()
      expect(await cancel()).toEqual({ kind: 'cancelled' })
      expect(await answer(actionUrl, true)).toBe(false)
      expect([await find(), await charge(h.tokens.challenge), await charges()]).toEqual([
        { kind: 'cancelled' },
        { kind: 'cancelled' },
        0,
      ])
    })
  })
}
