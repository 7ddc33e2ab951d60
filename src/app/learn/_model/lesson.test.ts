import { describe, expect, test } from 'vitest'
import { Lesson, type Pressing } from './lesson'

/** The model of /learn: what its counters show is what its two banks have charged. */

const KEY = 'abc123'

async function pressed(pressing: Partial<Pressing>, lesson = new Lesson()): Promise<Lesson> {
  await lesson.press({ key: KEY, ...pressing })
  await lesson.finish()
  return lesson
}

function charges(lesson: Lesson): { naive: number; safe: number } {
  const { naive, safe } = lesson.view()
  return { naive: naive.charges, safe: safe.charges }
}

const outcomes = (lesson: Lesson) => lesson.view().safe.requests.map(({ reply }) => reply?.outcome)
const bodies = (lesson: Lesson, side: 'naive' | 'safe') =>
  lesson.view()[side].requests.flatMap(({ reply }) => (reply ? [reply.body] : []))

describe('five presses', () => {
  test('are five charges at the naive handler, and one at the safe one', async () => {
    const lesson = await pressed({ times: 5 })
    expect(charges(lesson)).toEqual({ naive: 5, safe: 1 })
  })

  test('get five texts from the naive handler, and one text five times from the safe one', async () => {
    const lesson = await pressed({ times: 5 })
    expect(new Set(bodies(lesson, 'naive')).size).toBe(5)
    expect(bodies(lesson, 'safe')).toEqual(Array.from({ length: 5 }, () => bodies(lesson, 'safe')[0]))
    expect(outcomes(lesson)).toEqual(['executed', 'joined', 'joined', 'joined', 'joined'])
  })
})

describe('a lost answer', () => {
  test('and a retry are two charges at the naive handler, and one at the safe one', async () => {
    const lesson = await pressed({ losesAnswer: true })
    expect(lesson.view().safe.requests).toMatchObject([{ state: 'no-answer', reply: null }])
    await pressed({}, lesson)
    expect(charges(lesson)).toEqual({ naive: 2, safe: 1 })
    expect(outcomes(lesson)).toEqual([undefined, 'replayed'])
  })
})

describe('a server that dies', () => {
  test('after the charge: a start and a retry are two charges at the naive handler, and one at the safe one', async () => {
    const lesson = await pressed({ dies: true })
    expect(lesson.view()).toMatchObject({ naive: { alive: false }, safe: { alive: false } })
    expect(charges(lesson)).toEqual({ naive: 1, safe: 1 })
    expect(lesson.view().records).toMatchObject([{ key: KEY, state: 'sending', answer: null }])
    await lesson.start()
    await lesson.finish()
    expect(lesson.view().records).toMatchObject([{ key: KEY, state: 'completed', status: 201 }])
    const taken = lesson.view().safe.taken.map(({ title, result }) => `${title} ${result}`)
    expect(taken).toContain('Ask the bank what became of this row’s key ch_1 charged')
    await pressed({}, lesson)
    expect(charges(lesson)).toEqual({ naive: 2, safe: 1 })
    expect(outcomes(lesson)).toEqual([undefined, 'replayed'])
  })

  test('before any step, and before any step of its recovery: the safe handler charges once', async () => {
    for (let first = 0; first < 6; first++)
      for (let second = 0; second < 5; second++) {
        const lesson = new Lesson()
        await lesson.press({ key: KEY, times: 2 })
        await killAfter(lesson, first)
        await killAfter(lesson, second)
        await lesson.finish()
        await pressed({}, lesson)
        expect([first, second, charges(lesson).safe]).toEqual([first, second, 1])
        expect(lesson.view().safe.requests.at(-1)).toMatchObject({
          state: 'answered',
          reply: { status: 201 },
        })
        expect(lesson.view().records).toMatchObject([{ key: KEY, state: 'completed' }])
      }
  })

  test('leaves its clients without an answer, and does not answer while it is down', async () => {
    const lesson = new Lesson()
    await lesson.press({ key: KEY })
    await lesson.kill()
    await lesson.press({ key: KEY })
    await lesson.finish()
    for (const side of ['naive', 'safe'] as const)
      expect(lesson.view()[side].requests.map(({ state }) => state)).toEqual(['no-answer', 'no-answer'])
    expect(charges(lesson)).toEqual({ naive: 0, safe: 0 })
  })

  test('with nothing to charge dies when its work is done, and no later press kills it', async () => {
    const lesson = await pressed({})
    await pressed({ dies: true }, lesson)
    expect(lesson.view().safe.alive).toBe(false)
    await pressed({ dies: true }, lesson)
    await lesson.start()
    await pressed({ key: 'another' }, lesson)
    expect(lesson.view().safe).toMatchObject({ alive: true, charges: 2 })
  })
})

describe('the key', () => {
  test('is the purchase: another key is another charge on both sides', async () => {
    const lesson = await pressed({})
    await pressed({ key: 'abc124' }, lesson)
    expect(charges(lesson)).toEqual({ naive: 2, safe: 2 })
    expect(lesson.view().records.map(({ key }) => key)).toEqual([KEY, 'abc124'])
  })
})

test('who waits longest has the next turn', async () => {
  const lesson = await pressed({ times: 3 })
  const answers = lesson
    .view()
    .naive.taken.flatMap(({ title }) => (title.startsWith('Answer') ? [title] : []))
  expect(answers).toEqual(['Answer #1', 'Answer #2', 'Answer #3'])
})

test('one step is one await: nothing is charged before its turn', async () => {
  const lesson = new Lesson()
  await lesson.press({ key: KEY })
  const before = []
  while (lesson.view().waiting) {
    before.push([lesson.view().safe.upcoming, lesson.view().safe.charges])
    await lesson.next()
  }
  expect(before).toEqual([
    ['Is abc123 in the store?', 0],
    ['Claim abc123, and begin the payment', 0],
    ['Ask the bank to charge under this row’s key', 0],
    ['Store the result of abc123', 1],
    ['Answer #1', 1],
  ])
})

async function killAfter(lesson: Lesson, steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) await lesson.next()
  await lesson.kill()
  await lesson.start()
}
