import { expect, test } from 'vitest'
import { Story } from './story'

const told = (story: Story) => story.shown().events.map(({ from, to, kind }) => [from, to, kind])
const isoIn = (ms: number) => new Date(Date.now() + ms).toISOString()
const line = { key: 'k', order: 'o', server: 1, sha: null, ms: 3 }

test('events stand in the order of their clocks, not of their arrival', () => {
  const story = new Story('S4', () => undefined)
  story.process('server-a', 'Server A', { type: 'step', step: 'asking', recordId: 'r', at: Date.now() + 20 })
  story.client({ began: 'k', order: 'o', server: 0, at: isoIn(10) })
  expect(told(story)).toEqual([
    ['client', 'server-a', 'sent'],
    ['server-a', 'bank', 'step'],
  ])
})

test('an accident is told once, by who was nearest to it', () => {
  const story = new Story('S4', () => undefined)
  story.process('server-a', 'Server A', { type: 'struck', mark: 'lab-1.', at: Date.now() })
  story.accident('S4')
  story.accident('J4')
  expect(told(story)).toEqual([['server-a', null, 'accident']])
})

test('a try ends with a final answer, one to be repeated, or none', () => {
  const story = new Story('none', () => undefined)
  story.client({ ...line, outcome: 'answer', status: 200, at: isoIn(1) })
  story.client({ ...line, outcome: 'later', status: 409, at: isoIn(2) })
  story.client({ ...line, outcome: 'unknown', status: null, broke: 'ECONNRESET', at: isoIn(3) })
  expect(story.shown().events.map(({ kind, words }) => [kind, words])).toEqual([
    ['answered', 'Answer 200: final'],
    ['unanswered', 'Answer 409: not final, to be sent again'],
    ['unanswered', 'No answer: ECONNRESET'],
  ])
})

test('executions are claims and take-overs; of a handler without claims, its questions to the bank', () => {
  const story = new Story('none', () => undefined)
  const step = (name: string) =>
    story.process('server-a', 'Server A', { type: 'step', step: name, recordId: 'r', at: Date.now() })
  step('asking')
  expect(story.executions).toBe(1)
  for (const name of ['claimed', 'asking', 'taken-over']) step(name)
  expect(story.executions).toBe(2)
})

test('tries that no server took are one line and no request', () => {
  const story = new Story('none', () => undefined)
  story.client({ began: 'k', order: 'o', server: 1, at: isoIn(0) })
  story.client({ ...line, outcome: 'unknown', status: null, broke: 'ECONNRESET', at: isoIn(1) })
  for (const ms of [2, 4, 6]) {
    story.client({ began: 'k', order: 'o', server: 1, at: isoIn(ms) })
    story.client({ ...line, outcome: 'unknown', status: null, broke: 'ECONNREFUSED', at: isoIn(ms + 1) })
  }
  expect(story.requests).toBe(1)
  expect(story.shown().events.map(({ kind }) => kind)).toEqual(['sent', 'unanswered', 'unanswered'])
})
