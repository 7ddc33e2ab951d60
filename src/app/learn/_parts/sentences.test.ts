import { expect, test } from 'vitest'
import { Lesson } from '../_model/lesson'
import { progressSentence, sameness, sentSentence, verdictOf } from './sentences'

async function fivePresses(): Promise<Lesson> {
  const lesson = new Lesson()
  await lesson.press({ key: 'abc123', times: 5 })
  await lesson.finish()
  return lesson
}

test('the verdict is what the numbers prove', () => {
  const of = (sent: number, purchases: number, charges: number) =>
    verdictOf({ ...new Lesson().view().naive, sent, purchases, charges }).text
  expect(of(0, 0, 0)).toBe('Nothing was sent yet.')
  expect(of(1, 1, 0)).toBe('Nothing was charged.')
  expect(of(5, 1, 1)).toBe('Charged once.')
  expect(of(2, 1, 2)).toBe('1 charge too many.')
  // Two charges for two keys may be two for one and none for the other.
  expect(of(3, 2, 2)).toBe('2 charges for 2 keys.')
})

test('after five presses the sentences give both counters, and compare the texts that came', async () => {
  const view = (await fivePresses()).view()
  expect(sentSentence(view.safe)).toBe('5 requests, 1 key')
  expect(progressSentence(view)).toBe(
    'Naive: 4 charges too many. 5 requests, 1 key. Safe: Charged once. 5 requests, 1 key.',
  )
  expect(sameness(view.naive, 'abc123')).toBe('5 answers, 5 different texts.')
  expect(sameness(view.safe, 'abc123')).toBe('5 answers, the same text each time.')
  expect(sameness(view.safe, 'another')).toBeNull()
})

test('while steps wait the sentence has the last step and the next one of each side', async () => {
  const lesson = new Lesson()
  await lesson.press({ key: 'abc123' })
  await lesson.next()
  expect(progressSentence(lesson.view())).toBe(
    'Naive: Ask the bank to charge: ch_1 charged. Next: Answer #1. Safe: Is abc123 in the store? no. Next: Claim abc123, and begin the payment.',
  )
})
