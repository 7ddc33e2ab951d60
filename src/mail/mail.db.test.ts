import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type pg from 'pg'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { deferred } from '@/idempotency/testing/engine'
import { uuidv7 } from '@/lib/id'
import { type Db, openDb, openPool, sql } from '@/platform/db'
import { openLog } from '@/platform/log'
import { mailOf } from '@/platform/mail-checks'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { forgetMails, insertMail, listMails, sendMails } from './queue'
import { type MailTransport, openSmtp } from './smtp'

/** What leaves, as a real mail server receives it. */
interface Received {
  to: string[]
  text: string
}

let database: TestDatabase
let owner: pg.Pool
let pool: pg.Pool
let db: Db
let merchantId: string
let servers: SMTPServer[] = []

beforeAll(async () => {
  database = await testDatabase()
  owner = openPool(database.url, { max: 2, name: 'mail-owner' })
  pool = openPool(database.appUrl, { max: 10, name: 'mail' })
  db = openDb(pool)
  merchantId = uuidv7()
  await owner.query(`INSERT INTO merchant (id, name) VALUES ($1, 'Shop')`, [merchantId])
})
afterAll(async () => {
  await db.$disconnect()
  await Promise.all([pool.end(), owner.end()])
  await database.drop()
})
beforeEach(() => owner.query('DELETE FROM mail'))
afterEach(async () => {
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(resolve))))
  servers = []
})

async function startServer(options: SMTPServerOptions = {}): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      let text = ''
      stream.on('data', (chunk) => {
        text += chunk
      })
      stream.on('end', () => {
        received.push({ to: session.envelope.rcptTo.map(({ address }) => address), text })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  servers.push(server)
  const listening = server.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  return { url: `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`, received }
}

const transportTo = (url: string, mode: 'sandbox' | 'live' = 'sandbox'): MailTransport => {
  const settings = mailOf({
    PAYONCE_MODE: mode,
    PAYONCE_SMTP_URL: url,
    PAYONCE_MAIL_FROM: 'Payonce <alerts@shop.example>',
  })
  if (!settings) throw new Error('no settings')
  return openSmtp(settings)
}
const write = async (changes: Partial<Parameters<typeof insertMail>[0]> = {}) => {
  const id = uuidv7()
  const mail = { merchantId, id, recipient: 'ada@example.com', subject: 'Ein Fall für Sie', body: 'Grüße\n' }
  await db.$executeRaw(insertMail({ ...mail, ...changes }))
  return id
}
const log = openLog('silent', 'test')
const send = (transport: MailTransport | null, stopping = new AbortController().signal) =>
  sendMails({ db, ours: sql`true`, transport, log }, stopping)
const states = async () =>
  (await owner.query('SELECT state, tries, error FROM mail ORDER BY created_at, id')).rows

describe('a mail server', () => {
  test('gets each mail once, with its Message-ID, however many processes send', async () => {
    const { url, received } = await startServer()
    const ids = [await write(), await write({ recipient: 'bob@example.com' })]
    await Promise.all([send(transportTo(url)), send(transportTo(url)), send(transportTo(url))])
    expect(received.map(({ to }) => to).toSorted()).toEqual([['ada@example.com'], ['bob@example.com']])
    for (const id of ids)
      expect(received.some(({ text }) => text.includes(`Message-ID: <${id}@shop.example>`))).toBe(true)
    expect(received[0]?.text).toMatch(/^From: Payonce <alerts@shop.example>\r$/m)
    expect(received[0]?.text).toMatch(/^Auto-Submitted: auto-generated\r$/m)
    expect(await states()).toMatchObject([{ state: 'sent' }, { state: 'sent' }])
    expect(await send(transportTo(url))).toBe(0)
  })

  test('never gets a second recipient or a header out of a text', async () => {
    const { url, received } = await startServer()
    await write({ recipient: 'ada@example.com, eve@example.com' })
    await write({ body: 'Bcc: eve@example.com\n\n.\nRCPT TO:<eve@example.com>\n' })
    await send(transportTo(url)).catch(() => undefined)
    await send(transportTo(url)).catch(() => undefined)
    expect(received.flatMap(({ to }) => to)).not.toContain('eve@example.com')
    await expect(write({ subject: 'a\r\nBcc: eve@example.com' })).rejects.toThrow()
    await expect(write({ recipient: 'ada@example.com\r\nRCPT TO:<eve@example.com>' })).rejects.toThrow()
  })

  test('that refuses a recipient for good is not asked again; the others are sent', async () => {
    const { url, received } = await startServer({
      onRcptTo: ({ address }, _, done) =>
        done(
          address.startsWith('gone') ? Object.assign(new Error('no such user'), { responseCode: 550 }) : null,
        ),
    })
    await write({ recipient: 'gone@example.com' })
    await write()
    await send(transportTo(url))
    expect(await states()).toMatchObject([
      { state: 'failed', error: expect.stringContaining('no such user') },
      { state: 'sent' },
    ])
    expect(received).toHaveLength(1)
  })

  test('that is away is tried again later, and the job fails', async () => {
    const { url, received } = await startServer()
    const [server] = servers
    await new Promise<void>((resolve) => server?.close(resolve))
    servers = []
    await write()
    await expect(send(transportTo(url))).rejects.toThrow(/did not take a mail/)
    expect(await states()).toMatchObject([{ state: 'pending', tries: 1, error: expect.any(String) }])
    expect(await send(transportTo(url))).toBe(0)
    await owner.query('UPDATE mail SET next_at = now()')
    const back = await startServer()
    expect(await send(transportTo(back.url))).toBe(1)
    expect(received).toEqual([])
    expect(back.received).toHaveLength(1)
  })

  test('that is away for a day gets no more of a mail', async () => {
    await write()
    const away: MailTransport = { send: async () => ({ sent: false, refused: false, error: 'away' }) }
    for (let turn = 0; turn < 10; turn++) {
      await expect(send(away)).rejects.toThrow('away')
      await owner.query('UPDATE mail SET next_at = now()')
    }
    expect(await states()).toMatchObject([{ state: 'failed', tries: 10 }])
  })

  test('without TLS gets not a word of a live installation', async () => {
    const heard: string[] = []
    const { url, received } = await startServer({
      onMailFrom: ({ address }, _, done) => {
        heard.push(address)
        done()
      },
    })
    await write()
    await expect(send(transportTo(url, 'live'))).rejects.toThrow(/TLS|STARTTLS/)
    expect([received, heard]).toEqual([[], []])
  })

  test('whose certificate nobody vouches for gets nothing either', async () => {
    const { url, received } = await startServer({ disabledCommands: [] })
    await write()
    await expect(send(transportTo(url, 'live'))).rejects.toThrow(/certificate|self.signed/i)
    expect(received).toEqual([])
  })
})

test('a process that was too slow overwrites nothing', async () => {
  await write()
  const [held, asked] = [deferred<void>(), deferred<void>()]
  const slow: MailTransport = {
    send: async () => {
      asked.resolve()
      await held.promise
      return { sent: false, refused: true, error: 'too late' }
    },
  }
  const first = send(slow)
  await asked.promise
  await owner.query(`UPDATE mail SET lease_until = now() - interval '1 second'`)
  const { url } = await startServer()
  await send(transportTo(url))
  held.resolve()
  await first
  expect(await states()).toMatchObject([{ state: 'sent', error: null }])
})

test('a sandbox without a mail server keeps its mails for a page', async () => {
  const id = await write()
  expect(await send(null)).toBe(1)
  expect(await listMails(db, merchantId, 10)).toMatchObject([{ id, state: 'kept', body: 'Grüße\n' }])
  expect(await listMails(db, uuidv7(), 10)).toEqual([])
})

test('mails are removed after 30 days', async () => {
  await write()
  expect(await forgetMails(db, 10)).toBe(0)
  await owner.query(`UPDATE mail SET created_at = now() - interval '31 days'`)
  expect(await forgetMails(db, 10)).toBe(1)
})
