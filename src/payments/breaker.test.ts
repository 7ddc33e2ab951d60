import { beforeEach, describe, expect, test } from 'vitest'
import { Breaker } from './breaker'
import type { ChargeRequest, Gateway, Outcome } from './gateway'

const REQUEST: ChargeRequest = {
  key: 'k',
  amountMinor: 1n,
  currency: 'EUR',
  method: 'pm_card_visa',
  returnUrl: 'https://shop.example',
}
const SILENCE: Outcome = { kind: 'unknown', reason: 'silence' }
const DECLINED: Outcome = { kind: 'declined', code: 'card_declined', cardLabel: 'Visa •••• 0002' }

let now = 0
let says: Outcome
let breaker: Breaker
let bank: Gateway
beforeEach(() => {
  now = 1_000
  says = SILENCE
  breaker = new Breaker(() => now)
  bank = breaker.watch({ name: 'fake', charge: async () => says } as unknown as Gateway)
})

const ask = async (times: number) => {
  for (let time = 0; time < times; time++) await bank.charge(REQUEST)
}

describe('G11 the breaker', () => {
  test('lets all through while the bank answers, whatever it answers', async () => {
    says = DECLINED
    await ask(100)
    expect(breaker.waitMs()).toBe(0)
  })

  test('nine doubts in a row are no outage, and an answer in between starts the count anew', async () => {
    await ask(9)
    expect(breaker.waitMs()).toBe(0)
    says = DECLINED
    await ask(1)
    says = SILENCE
    await ask(9)
    expect(breaker.waitMs()).toBe(0)
  })

  test('ten are: nobody begins for 5 s, then one tries, and the others wait for what it hears', async () => {
    await ask(10)
    expect(breaker.waitMs()).toBe(5_000)
    now += 4_999
    expect(breaker.waitMs()).toBe(1)
    now += 1
    expect([breaker.waitMs(), breaker.waitMs(), breaker.waitMs()]).toEqual([0, 5_000, 5_000])
  })

  test('the one that tries hears nothing: another pause', async () => {
    await ask(10)
    now += 5_000
    expect(breaker.waitMs()).toBe(0)
    now += 3_000
    await ask(1)
    expect(breaker.waitMs()).toBe(5_000)
  })

  test('the one that tries is answered: all may begin', async () => {
    await ask(10)
    now += 5_000
    expect(breaker.waitMs()).toBe(0)
    says = DECLINED
    await ask(1)
    expect([breaker.waitMs(), breaker.waitMs()]).toEqual([0, 0])
  })

  test('says what the bank says, and adds nothing to it', async () => {
    expect(await bank.charge(REQUEST)).toBe(SILENCE)
  })
})
