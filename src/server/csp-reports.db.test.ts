import { Hono } from 'hono'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { cspReports, forgetViolations, listViolations, violationsOf } from './csp-reports'
import { openTestProduct, type TestProduct } from './testing/product'

const legacy = (directive: string, blocked: string, page = 'https://shop.example/') => ({
  'csp-report': { 'effective-directive': directive, 'blocked-uri': blocked, 'document-uri': page },
})
const reporting = (
  effectiveDirective: string,
  blockedURL: string,
  documentURL = 'https://shop.example/',
) => ({
  type: 'csp-violation',
  age: 1,
  url: documentURL,
  body: { effectiveDirective, blockedURL, documentURL, disposition: 'enforce' },
})

describe('a report', () => {
  test('is read in both forms', () => {
    const expected = [{ directive: 'script-src-elem', blocked: 'inline', page: '/' }]
    expect(violationsOf(legacy('script-src-elem', 'inline'))).toEqual(expected)
    expect(violationsOf([reporting('script-src-elem', 'inline')])).toEqual(expected)
    expect(
      violationsOf({ 'csp-report': { 'violated-directive': 'img-src x.test', 'blocked-uri': 'data' } }),
    ).toEqual([{ directive: 'img-src', blocked: 'data', page: 'unknown' }])
  })

  test('keeps no id, token, query or fragment', () => {
    const page = 'https://shop.example/receipt/mVq8x-SECRET_code?attempt=k-1#x'
    const [found] = violationsOf(legacy('img-src', 'https://evil.test/steal.png?email=a@b.test', page))
    expect(found).toEqual({
      directive: 'img-src',
      blocked: 'https://evil.test/steal.png',
      page: '/receipt/*',
    })
    const order = 'https://shop.example/checkout/ord_0192f0c0a1b27c3d8e4f5a6b7c8d9e0f'
    expect(violationsOf(legacy('img-src', order, order))[0]).toMatchObject({
      blocked: 'https://shop.example/checkout/*',
      page: '/checkout/*',
    })
  })

  test.each([
    ['an extension of the browser', legacy('script-src', 'chrome-extension://abc/x.js')],
    ['no directive', legacy('', 'inline')],
    ['a directive that is a sentence', legacy('<script>alert(1)</script>', 'inline')],
    ['another type of report', { ...reporting('img-src', 'data'), type: 'deprecation' }],
    ['nothing', null],
    ['a text', 'csp-report'],
    ['a wrong shape', { 'csp-report': 7 }],
  ])('is ignored when it is of %s', (_, body) => {
    expect(violationsOf(body)).toEqual([])
  })

  test('counts ten violations of one request at most', () => {
    expect(violationsOf(Array.from({ length: 50 }, () => reporting('img-src', 'data')))).toHaveLength(10)
  })
})

describe('the endpoint', () => {
  let product: TestProduct
  beforeAll(async () => {
    product = await openTestProduct()
  })
  afterAll(() => product.close())
  beforeEach(() => product.owner.query('TRUNCATE csp_report'))

  const endpoint = (now?: () => number) => {
    const app = new Hono().route('/', cspReports(product.deps, now))
    return async (body: unknown) =>
      app.request('/api/csp-report', {
        method: 'POST',
        headers: { 'content-type': 'application/csp-report' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
  }

  test('stores each violation once, and counts', async () => {
    const report = legacy('script-src-elem', 'inline', 'https://shop.example/checkout/ord_1')
    for (const body of [report, report, legacy('img-src', 'data')])
      expect(
        (
          await product.call('/api/csp-report', {
            method: 'POST',
            headers: { 'content-type': 'application/csp-report', origin: 'null' },
            body: JSON.stringify(body),
          })
        ).status,
      ).toBe(204)
    expect(await listViolations(product.deps.db)).toMatchObject([
      { directive: 'img-src', count: 1n },
      { directive: 'script-src-elem', blocked: 'inline', page: '/checkout/*', count: 2n },
    ])
  })

  test('stores nothing of what is no report, and calls none of it an error of ours', async () => {
    const send = endpoint()
    for (const body of [
      '',
      '{',
      'null',
      '[]',
      '"x"',
      '{"csp-report":{"blocked-uri":"\\u0000"}}',
      legacy('img-src', '\u0000'),
    ])
      expect((await send(body)).status).toBe(204)
    expect((await send('x'.repeat(8 * 1024 + 1))).status).toBe(413)
    expect((await listViolations(product.deps.db)).filter(({ blocked }) => blocked !== 'unknown')).toEqual([])
  })

  test('takes 120 a minute from everybody together, then none until the next minute', async () => {
    let now = 0
    const send = endpoint(() => now)
    const answers: number[] = []
    for (let i = 0; i < 122; i++) answers.push((await send('null')).status)
    expect(answers.filter((status) => status === 204)).toHaveLength(120)
    expect(answers.slice(120)).toEqual([429, 429])
    now = 60_000
    expect((await send('null')).status).toBe(204)
  })

  test('keeps 500 different violations; known ones are counted on; old ones are forgotten', async () => {
    await product.owner.query(`
      INSERT INTO csp_report (directive, blocked, page, last_seen_at)
      SELECT 'img-src', 'a' || n, '/', now() - interval '91 days' FROM generate_series(1, 499) n`)
    const send = endpoint()
    for (const blocked of ['inline', 'eval', 'inline']) await send(legacy('script-src', blocked))
    expect(await listViolations(product.deps.db, 600)).toHaveLength(500)
    expect(await listViolations(product.deps.db, 1)).toMatchObject([{ blocked: 'inline', count: 2n }])
    expect(await forgetViolations(product.deps.db)).toBe(499)
  })

  test('is shown to operators only', async () => {
    const { status } = await product.call('/api/trpc/security.violations')
    expect(status).toBe(401)
  })
})
