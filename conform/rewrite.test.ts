import { describe, expect, test } from 'vitest'
import { raised, rewritten, valuesThatDiffer } from './rewrite'

const JSON_BODY = '{"amount":2400,"card":{"number":"tok","cvc":"1"},"items":[{"a":1,"b":2},"x"]}'

describe('the same payload in other characters', () => {
  test('JSON: all keys in the other order, lists as they are, the same meaning', () => {
    const text = rewritten(JSON_BODY) ?? ''
    expect(text).not.toBe(JSON_BODY)
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON_BODY))
    expect(Object.keys(JSON.parse(text))).toEqual(['items', 'card', 'amount'])
    expect(text.indexOf('"b"')).toBeLessThan(text.indexOf('"a"'))
    expect(text).toMatch(/\n {3}/)
  })

  test('a form: the pairs in the other order', () => {
    expect(rewritten('amount=2400&currency=eur&card%5Bcvc%5D=1')).toBe(
      'card%5Bcvc%5D=1&currency=eur&amount=2400',
    )
  })

  test.each(['a=1&a=2', 'a[]=1&b=2', 'a%5B%5D=1&b=2', 'a=1', 'hello', '', '1'])(
    '%j is left alone',
    (body) => {
      expect(rewritten(body)).toBeNull()
    },
  )
})

describe('another payload', () => {
  test('JSON: the first number grows by one, and nothing else', () => {
    expect(JSON.parse(raised(JSON_BODY) ?? '')).toEqual({ ...JSON.parse(JSON_BODY), amount: 2401 })
    expect(raised('{"a":{"b":["x",{"c":7}]}}')).toBe('{"a":{"b":["x",{"c":8}]}}')
  })

  test('a form', () => {
    expect(raised('currency=eur&amount=2400&n=1')).toBe('currency=eur&amount=2401&n=1')
  })

  test.each(['{"a":"1"}', '7', 'currency=eur', 'hello', 'null'])('%j has no number', (body) => {
    expect(raised(body)).toBeNull()
  })
})

test('the values that differ are those of either payload alone, and long enough to mean something', () => {
  expect(
    valuesThatDiffer([
      '{"amount":2400,"n":1,"card":["tok_visa","same"]}',
      '{"amount":2401,"n":2,"card":["tok_amex","same"]}',
    ]),
  ).toEqual([...['2400', 'tok_visa'], ...['2401', 'tok_amex']])
  expect(valuesThatDiffer(['amount=2400&to=a%20b%20c', 'amount=2401&to=a%20b%20c'])).toEqual(['2400', '2401'])
  expect(valuesThatDiffer(['not JSON', '{}'])).toEqual([])
})
