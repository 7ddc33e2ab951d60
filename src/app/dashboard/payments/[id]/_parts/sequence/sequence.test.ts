import { describe, expect, test } from 'vitest'
import type { StepFacts } from '../steps/payment-step'
import { stepsOf } from '../steps/payment-steps'
import {
  attempt,
  foundLater,
  instant,
  paid,
  parked,
  posting,
  takenOver,
} from '../steps/testing/payment-facts'
import { escapeXml, sequenceFile } from './sequence-file'
import { layOutSequence } from './sequence-layout'
import { escapeMermaid, mermaidOf } from './sequence-mermaid'
import { sequenceTitle } from './sequence-title'
import { oneLine, widthOf, wrapText } from './wrap-text'

const HOSTILE = [
  '</text><script>alert(1)</script>',
  '"><image href="https://evil.example/x" onerror="alert(1)"/>',
  '<!ENTITY x SYSTEM "file:///etc/passwd">]]><![CDATA[',
  'a;b\n  p0->>p1: injected\r\n%%{init: {"securityLevel":"loose"}}%%',
  'end',
  'wrap: x #35; <br/> [x](javascript:alert(1)) `tick`',
  '\u202Egnp.\u0000\u0007\uFFFF\uD800 \u2066x',
  'W'.repeat(500),
  '支付'.repeat(60),
  '🧾'.repeat(60),
  '',
  ' ',
]

/** A payment with this text wherever a text of others may stand. */
function withText(text: string): StepFacts {
  const by = { kind: 'key' as const, actor: 'key:1', name: text, address: null, requestId: null }
  return paid({
    by,
    reference: text,
    declineCode: text,
    attempts: [
      attempt('executed', 0, { worker: `web@${text}:1` }),
      attempt('rejected', 200, { problem: text }),
    ],
    transactions: [posting('capture', 95, text)],
    events: [
      { id: 'evt_1', type: text, createdAt: instant(95), sentAt: null, delivered: 1, failed: 0, pending: 0 },
    ],
  })
}

const CASES: [string, StepFacts][] = [
  ['paid', paid()],
  ['taken over', takenOver()],
  ['found later', foundLater()],
  ['parked', parked(HOSTILE[0])],
  ...HOSTILE.map((text): [string, StepFacts] => [
    `hostile ${JSON.stringify(text).slice(0, 20)}`,
    withText(text),
  ]),
]

describe.each(CASES)('the diagram of a payment: %s', (_, facts) => {
  const model = stepsOf(facts)

  test('keeps every shape within its edges, and every text within its lane', () => {
    const { width, height, shapes } = layOutSequence(model)
    for (const shape of shapes) {
      if (shape.shape === 'line')
        expect(Math.max(shape.x1, shape.x2) <= width && Math.max(shape.y1, shape.y2) <= height).toBe(true)
      if (shape.shape === 'box')
        expect(shape.x >= 0 && shape.x + shape.width <= width && shape.y + shape.height <= height).toBe(true)
      if (shape.shape !== 'text') continue
      const size = widthOf(shape.text) * (shape.small ? 11 : 12)
      const left = shape.anchor === 'middle' ? shape.x - size / 2 : shape.x - size
      expect(left, shape.text).toBeGreaterThanOrEqual(0)
      expect(left + size, shape.text).toBeLessThanOrEqual(width)
    }
  })

  test('as a file is well-formed XML with elements of ours alone, that loads and runs nothing', () => {
    const file = sequenceFile(model, sequenceTitle(facts))
    const tags = [...file.matchAll(/<\/?([a-z]+)/g)].map(([, name]) => name)
    expect(new Set(tags)).toEqual(new Set(['svg', 'title', 'desc', 'rect', 'line', 'polygon', 'text']))
    // Outside its own tags there is no markup, and no character that XML forbids.
    const texts = file.replace(/<\/?[a-z]+( [a-zA-Z0-9-]+="[^"<>]*")*\/?>/g, '')
    expect(texts).not.toMatch(/[<>"]|&(?!#\d+;)/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(file).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u202A-\u202E\u2066-\u2069\uFFFE\uFFFF\p{Cs}]/u)
    const attributes = [...file.matchAll(/<[a-z]+([^>]*)>/g)].map(([, inside]) => inside).join(' ')
    expect(attributes).not.toMatch(/ (on\w+|style|href|src)=|url\(/)
    for (const name of ['svg', 'title', 'desc', 'text'])
      expect(tags.filter((tag) => tag === name).length % 2, name).toBe(0)
  })

  test('as Mermaid has a line for each participant and each step, and no other', () => {
    const lines = mermaidOf(model, sequenceTitle(facts)).split('\n')
    expect(lines).toHaveLength(2 + model.participants.length + model.steps.length)
    expect(lines[0]).toBe('sequenceDiagram')
    expect(lines[1]).toMatch(/^ {2}title /)
    const [participants, messages] = [
      lines.slice(2, 2 + model.participants.length),
      lines.slice(2 + model.participants.length),
    ]
    for (const line of participants) expect(line).toMatch(/^ {2}participant p\d+ as /)
    for (const line of messages) expect(line).toMatch(/^ {2}p\d+-{1,2}>>p\d+: /)
    const texts = lines
      .slice(1)
      .map((line) => line.replace(/^ {2}(title|participant p\d+ as|p\d+-{1,2}>>p\d+:) /, ''))
    for (const text of texts) {
      const rest = text.replace('<br/>', '').replace(/#\d+;/g, '')
      expect(rest).not.toMatch(/[;#<>%:"'`[\]{}\\\n\r]/)
      expect(rest).not.toMatch(/\bend\b/i)
      expect(text).not.toMatch(/^(no)?wrap/i)
    }
  })
})

test('Mermaid gets every other character by its code', () => {
  expect(escapeMermaid('a;b #1 <b> end')).toBe('a#59;b #35;1 #60;b#62; #101;nd')
  expect(escapeMermaid('£67.24, Visa •••• 4242')).toBe('£67.24, Visa •••• 4242')
})

test('the title of a file names amount and reference', () => {
  expect(sequenceTitle(paid({ reference: 'R-1' }))).toBe('Payment of £24.00, R-1')
  expect(sequenceFile(stepsOf(paid()), 'a<b')).toContain('<title id="title">a&#60;b</title>')
  expect(sequenceFile(stepsOf(paid()), 'x')).toContain('1. Pay was pressed: a request reached Server A.')
  expect(escapeXml('a\u0000b')).toBe('a\uFFFDb')
})

test('the arrows show who sent what: the question to the bank goes right, its answer comes back', () => {
  const { shapes, width } = layOutSequence(stepsOf(paid()))
  const arrows = shapes.flatMap((shape) => (shape.shape === 'arrow' ? [shape] : []))
  expect(arrows.map(({ to }) => to)).toEqual(['right', 'right', 'left', 'right', 'left'])
  // Shopper, Server A, Ledger, Bank.
  expect(width).toBe(64 + 4 * 140 + 8)
  expect(arrows.map(({ x }) => Math.round((x - 64) / 140 - 0.5))).toEqual([1, 3, 1, 2, 0])
})

test('texts break between words, then within them, and end with … where they do not fit', () => {
  expect(wrapText('one two three', 4.5, 3)).toEqual(['one two', 'three'])
  expect(wrapText('abcdefghij', 2.9, 3)).toEqual(['abcde', 'fghij'])
  expect(wrapText('abcdefghij klm', 2.9, 2)).toEqual(['abcde', 'fghi…'])
  expect(oneLine('a\r\n\tb')).toBe('a b')
})
