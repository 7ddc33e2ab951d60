import { expect, test } from 'vitest'
import { peersTable } from '../table'
import { countingBank } from './peer'

test('the bank counts each call, also one that it never answers', async () => {
  let hanging = true
  const bank = countingBank({ hangs: () => hanging })
  const hung = bank.charge('o')
  hanging = false
  await expect(Promise.race([hung, bank.charge('o')])).resolves.toBe('ch_o_2')
  expect(bank.charges()).toBe(2)
})

test('a peer that charged again after its death is said to have, whatever it answered', () => {
  const storm = { charges: 6, failed: 3, keys: 5, calls: 500 }
  const trials = [
    { peer: 'a', storm, death: { charges: 2, afterwards: 'answered' } },
    { peer: 'b', storm, death: { charges: 1, afterwards: 'refused (in progress)' } },
  ]
  const [, , a, b] = peersTable(trials, true).split('\n')
  expect(a).toContain('charged 2 times')
  expect(a).toMatch(/6 for 5 keys +\| 3 of 500/)
  expect(b).toContain('charged once, then refused (in progress)')
})
