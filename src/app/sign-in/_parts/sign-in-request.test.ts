import { afterEach, describe, expect, it, vi } from 'vitest'
import { sendCode, sendPasskey, sendPassword, waitOf } from './sign-in-request'

afterEach(() => vi.unstubAllGlobals())

/** The server's answers, in order. */
function answers(...all: [status: number, body: unknown, headers?: Record<string, string>][]) {
  const asked: [path: string, body: unknown][] = []
  vi.stubGlobal('fetch', async (path: string, init: { body: string }) => {
    asked.push([path, JSON.parse(init.body)])
    const next = all.shift()
    if (!next) throw new TypeError('the network is away')
    const [status, body, headers = {}] = next
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers })
  })
  return asked
}

it.each([
  ['1', '1 second'],
  ['15', '15 seconds'],
  ['90', '90 seconds'],
  ['91', '2 minutes'],
  ['900', '15 minutes'],
])('after Retry-After %s the person reads %s', (header, time) => {
  expect(waitOf(header)).toBe(`Too many attempts. Wait ${time}, then try again.`)
})

it.each([null, '', '0', '-1', 'soon', 'Fri, 31 Dec 1999 23:59:59 GMT'])(
  'with Retry-After %j no time is made up',
  (header) => expect(waitOf(header)).toBe('Too many attempts. Wait a while, then try again.'),
)

describe('a step of the sign-in', () => {
  it('ends signed in, or asks for the second factor', async () => {
    answers([200, { user: {} }], [200, { secondFactor: true }], [200, { signedIn: true }])
    expect(await sendPassword('a@b.example', 'x')).toEqual({ kind: 'signed-in' })
    expect(await sendPassword('a@b.example', 'x')).toEqual({ kind: 'second-factor' })
    expect(await sendCode('123456')).toEqual({ kind: 'signed-in' })
  })

  it('says what is wrong, and whether to begin again', async () => {
    answers(
      [401, { message: 'Invalid email or password', code: 'INVALID' }],
      [401, { message: 'The code is wrong.', code: 'WRONG_CODE' }],
      [401, { message: 'This sign-in is over.', code: 'SIGN_IN_OVER' }],
      [429, { message: 'Too many attempts.' }, { 'retry-after': '120' }],
      [502, '<html>'],
    )
    const refused = (problem: string, over = false) => ({ kind: 'refused', problem, over })
    expect(await sendPassword('a', 'x')).toEqual(refused('The email address or the password is wrong.'))
    expect(await sendCode('1')).toEqual(refused('The code is wrong.'))
    expect(await sendCode('1')).toEqual(refused('This sign-in is over.', true))
    expect(await sendCode('1')).toEqual(refused('Too many attempts. Wait 2 minutes, then try again.'))
    const away = refused('The server is not responding. Try again in a moment.')
    expect(await sendCode('1')).toEqual(away)
    expect(await sendCode('1')).toEqual(away)
  })

  it('gives the authenticator the server’s options, and the server its answer', async () => {
    const asked = answers([200, { challenge: 'c' }], [200, { signedIn: true }])
    expect(await sendPasskey(async (options) => ({ answerTo: options }))).toEqual({ kind: 'signed-in' })
    expect(asked).toEqual([
      ['/api/auth/passkey-options', {}],
      ['/api/auth/sign-in/passkey', { passkey: { answerTo: { challenge: 'c' } } }],
    ])
    answers([404, { message: 'Passkeys need https.' }])
    const never = () => Promise.reject(new Error('the authenticator was asked'))
    expect(await sendPasskey(never)).toEqual({
      kind: 'refused',
      problem: 'Passkeys need https.',
      over: false,
    })
  })
})
