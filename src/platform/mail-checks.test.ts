import { describe, expect, it } from 'vitest'
import { mailOf, mailProblems } from './mail-checks'

const FROM = 'Payonce <alerts@example.com>'
const problems = (PAYONCE_SMTP_URL?: string, PAYONCE_MAIL_FROM?: string) =>
  mailProblems({ PAYONCE_SMTP_URL, PAYONCE_MAIL_FROM }).map(({ variable }) => variable)

describe('the variables of mail', () => {
  it('are none, or both', () => {
    expect(problems()).toEqual([])
    expect(problems('smtps://mail.example.com', FROM)).toEqual([])
    expect(problems('smtps://mail.example.com')).toEqual(['PAYONCE_MAIL_FROM'])
    expect(problems(undefined, FROM)).toEqual(['PAYONCE_SMTP_URL'])
  })

  it.each([
    'mail.example.com:465',
    'https://mail.example.com',
    'smtps://mail.example.com/?tls.rejectUnauthorized=false',
    'smtps://mail.example.com?requireTLS=false',
    'smtp://',
    'smtps://mail.example.com/path',
  ])('refuse %s, and do not repeat it', (url) => {
    expect(problems(url, FROM)).toEqual(['PAYONCE_SMTP_URL'])
    expect(JSON.stringify(mailProblems({ PAYONCE_SMTP_URL: url, PAYONCE_MAIL_FROM: FROM }))).not.toContain(
      'rejectUnauthorized',
    )
  })

  it.each(['nobody', 'a@b\r\nBcc: c@d', 'a@b, c@d', '<a@b', 'A <a@b> <c@d>'])(
    'refuse the sender %j',
    (from) => {
      expect(problems('smtps://mail.example.com', from)).toEqual(['PAYONCE_MAIL_FROM'])
    },
  )
})

describe('the mail server', () => {
  const server = (url: string, mode: 'sandbox' | 'live' = 'sandbox') =>
    mailOf({ PAYONCE_MODE: mode, PAYONCE_SMTP_URL: url, PAYONCE_MAIL_FROM: FROM })

  it('is none without its variables', () => {
    expect(mailOf({ PAYONCE_MODE: 'live' })).toBe(null)
  })

  it('has its protocol’s port, and user and password as they were before they were encoded', () => {
    expect(server('smtps://ada%40example.com:p%3Aw@mail.example.com')).toEqual({
      host: 'mail.example.com',
      port: 465,
      tls: true,
      demandTls: true,
      user: 'ada@example.com',
      password: 'p:w',
      from: FROM,
    })
    expect(server('smtp://mail.example.com')).toMatchObject({ port: 587, tls: false, user: null })
    expect(server('smtp://[::1]:1025')).toMatchObject({ host: '::1', port: 1025 })
  })

  it.each([
    ['smtp://mail.example.com', 'live', true],
    ['smtp://127.0.0.1', 'live', true],
    ['smtp://a:b@mail.example.com', 'sandbox', true],
    ['smtp://mail.example.com', 'sandbox', false],
    ['smtp://a:b@127.0.0.1:1025', 'sandbox', false],
  ] as const)('%s in %s demands TLS: %s', (url, mode, demanded) => {
    expect(server(url, mode)?.demandTls).toBe(demanded)
  })
})
