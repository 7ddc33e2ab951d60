import { expect, test } from 'vitest'
import { OFFERED, PLACES } from '@/server/lab/accidents'
import { labPlan } from '@/server/lab/run'
import { ACCIDENTS } from '../chaos/accidents'

test('the page offers every accident of npm run chaos, and no other', () => {
  const ids = (all: readonly { id: string }[]) => all.map(({ id }) => id).toSorted()
  expect(ids(OFFERED)).toEqual(ids(ACCIDENTS))
})

test('each place has an accident, and no place has two of the same words', () => {
  for (const { id } of PLACES) {
    const faults = OFFERED.filter(({ place }) => place === id).map(({ fault }) => fault)
    expect(faults).not.toEqual([])
    expect(new Set(faults).size).toBe(faults.length)
  }
})

test('a plan with an accident that does not exist names those that do', () => {
  const plan = { who: 'one', accident: 'none-such', retry: 'same', seed: 1, naive: false }
  const [issue] = labPlan.safeParse(plan).error?.issues ?? []
  expect(issue?.message).toContain('Send one of: none, S0, N7b')
  expect(labPlan.safeParse({ ...plan, accident: 'none' }).success).toBe(true)
})
