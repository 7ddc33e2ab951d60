import { expect, test } from 'vitest'
import { tSums } from './t-account-sums'

test('debits and credits, opening included, close on the balance', () => {
  const lines = [
    { amount: -300, balance: 200 },
    { amount: 400, balance: 500 },
  ]
  expect(tSums(lines)).toEqual({
    opening: 100n,
    debits: 500n,
    credits: 300n,
    foot: 500n,
    closing: 200n,
  })
})

test('a credit balance opens and closes on the right', () => {
  expect(tSums([{ amount: -100, balance: -350 }])).toEqual({
    opening: -250n,
    debits: 0n,
    credits: 350n,
    foot: 350n,
    closing: -350n,
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

test('a balance beyond 2^53 comes as a text, and is exact', () => {
  expect(tSums([{ amount: 1, balance: '18014398509481983' }])).toEqual({
    opening: 18_014_398_509_481_982n,
    debits: 18_014_398_509_481_983n,
    credits: 0n,
    foot: 18_014_398_509_481_983n,
    closing: 18_014_398_509_481_983n,
  })
})
