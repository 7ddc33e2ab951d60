import { describe, expect, test } from 'vitest'
import { readArguments } from './arguments'

const HERE = ['http://127.0.0.1:3000/payments', '--body', '{}']

describe('what may be asked for', () => {
  test('little', () => {
    expect(readArguments(HERE)).toEqual({
      options: { url: new URL('http://127.0.0.1:3000/payments'), profile: 'ietf', headers: {}, body: '{}' },
      strict: false,
      json: false,
    })
  })

  test('everything', () => {
    const more = [
      '--profile',
      'payonce',
      '--header',
      'Authorization: Bearer a:b',
      '--header',
      'X-Empty:',
      '--other-body',
      '{"a":1}',
      '--strict',
      '--json',
    ]
    const rest = [
      '--second-header',
      'Authorization:Bearer c  ',
      '--expired-key',
      'old',
      '--list',
      'http://127.0.0.1:3000/list',
      '--timeout',
      '500',
    ]
    expect(readArguments([...HERE, ...more, ...rest])).toEqual({
      options: {
        url: new URL('http://127.0.0.1:3000/payments'),
        profile: 'payonce',
        body: '{}',
        otherBody: '{"a":1}',
        expiredKey: 'old',
        timeoutMs: 500,
        headers: { authorization: 'Bearer a:b', 'x-empty': '' },
        secondHeaders: { authorization: 'Bearer c' },
        listUrl: new URL('http://127.0.0.1:3000/list'),
      },
      strict: true,
      json: true,
    })
  })

  test.each(['http://localhost/', 'https://localhost:8443/', 'http://[::1]:3000/'])(
    '%s is this machine',
    (url) => {
      expect(readArguments([url, '--body', '{}'])).toHaveProperty('options')
    },
  )

  test.each([
    'https://api.example/',
    'http://localhost.example/',
    'http://127.0.0.1.example/',
    'http://192.168.0.1/',
  ])('%s needs --yes', (url) => {
    expect(readArguments([url, '--body', '{}'])).toEqual({
      wrong: expect.stringContaining('real money may move'),
    })
    expect(readArguments([url, '--body', '{}', '--yes'])).toHaveProperty('options')
  })
})

test.each<[string, string[], string]>([
  ['no url', ['--body', '{}'], 'exactly one url'],
  ['two urls', [...HERE, 'http://localhost/'], 'exactly one url'],
  ['no body', ['http://localhost/'], 'Give --body'],
  ['another protocol', ['file:///etc/passwd', '--body', '{}'], 'http:// or https://'],
  ['no address', ['payments', '--body', '{}'], 'http:// or https://'],
  ['a password in the url', ['http://me:letmein@localhost/', '--body', '{}'], 'must not contain a password'],
  ['a profile that is not there', [...HERE, '--profile', 'toString'], 'ietf, stripe, payonce'],
  ['a header without a colon', [...HERE, '--header', 'letmein'], "'Name: value'"],
  ['a header with a line break', [...HERE, '--header', 'A: b\r\nletmein: c'], "'Name: value'"],
  [
    'a key of its own',
    [...HERE, '--header', 'Idempotency-Key: letmein'],
    'The runner sets the header Idempotency-Key itself',
  ],
  ['no time', [...HERE, '--timeout', '0'], 'milliseconds'],
  ['no number', [...HERE, '--timeout', 'soon'], 'milliseconds'],
  ['a list elsewhere', [...HERE, '--list', 'http://localhost:3001/'], 'same server'],
  ['an option that is not there', [...HERE, '--fast'], '--fast'],
])('%s is refused, and nothing secret is repeated', (_, args, reason) => {
  const wanted = readArguments(args)
  expect(wanted).toEqual({ wrong: expect.stringContaining(reason) })
  expect(JSON.stringify(wanted)).not.toContain('letmein')
})
