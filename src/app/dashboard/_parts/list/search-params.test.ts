import { describe, expect, test } from 'vitest'
import { choiceParam, textParam, timeParam } from './search-params'

describe('a choice', () => {
  const STATES = ['claimed', 'completed'] as const

  test('is one of the listed words', () => {
    expect(choiceParam(STATES, 'claimed')).toBe('claimed')
  })

  test.each([undefined, '', 'Claimed', 'constructor', ['claimed', 'completed']])('%j is none', (value) => {
    expect(choiceParam(STATES, value)).toBeUndefined()
  })
})

describe('a text', () => {
  test('is trimmed and cut', () => {
    expect(textParam('  pay_1  ', 10)).toBe('pay_1')
    expect(textParam('abcdef', 3)).toBe('abc')
  })

  test.each([undefined, '', '   ', 'a\0b', 'a\nb', ['a', 'b']])('%j is none', (value) => {
    expect(textParam(value, 10)).toBeUndefined()
  })
})

describe('a time', () => {
  test.each([
    ['2026-05-01T12:30:00Z', '2026-05-01T12:30:00.000Z'],
    ['2026-05-01T12:30:00+02:00', '2026-05-01T10:30:00.000Z'],
    ['2026-05-01T12:30', '2026-05-01T12:30:00.000Z'],
    ['2026-05-01T12:30:15', '2026-05-01T12:30:15.000Z'],
  ])('%s is read as %s: a field without a zone is UTC', (value, instant) => {
    expect(timeParam(value)).toBe(instant)
  })

  test.each([
    undefined,
    '',
    'yesterday',
    '2026-13-01T00:00',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-23:59',
    ['2026-05-01T12:30', '2026-05-02T12:30'],
  ])('%j is none', (value) => {
    expect(timeParam(value)).toBeUndefined()
  })
})
