import { expect, test } from 'vitest'
import { tSums } from './t-account-sums'

test('debits and credits, opening included, close on the balance', () => {
  const lines = [
    { amount: -300, balance: 200 },
    { amount: 400, balance: 500 },
  ]
  expect(tSums(lines)).toEqual({ opening: 100, debits: 500, credits: 300, foot: 500, closing: 200 })
})

test('a credit balance opens and closes on the right', () => {
  expect(tSums([{ amount: -100, balance: -350 }])).toEqual({
    opening: -250,
    debits: 0,
    credits: 350,
    foot: 350,
    closing: -350,
  })
})

test('whatever the lines, debits − credits is the closing balance', () => {
  for (let seed = 1; seed < 50; seed++) {
    let balance = (seed * 7919) % 1000
    const lines = Array.from({ length: seed % 9 }, (_, i) => {
      const amount = ((seed * (i + 3) * 104_729) % 2001) - 1000
      balance += amount
      return { amount, balance }
    }).toReversed()
    const { debits, credits, closing } = tSums(lines)
    expect(debits - credits).toBe(closing)
  }
})
