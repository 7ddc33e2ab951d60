import { afterEach, describe, expect, test } from 'vitest'
import { conform, type Report, Unreachable } from './conform'
import type { ProfileName } from './profile'
import { PROFILES } from './profiles'
import { conforms, table } from './report'
import { type ExemplaryApi, OLD_KEY, openExemplary } from './testing/exemplary'
import { openCheckThenAct, openForgetful } from './testing/naive'

const BODY = '{"amount":2400,"currency":"EUR","paymentMethod":"pm_card_visa","reference":"{{uuid}}"}'
const NAMES = Object.keys(PROFILES) as ProfileName[]

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

async function shopOf(
  profile: ProfileName,
  change?: Parameters<typeof openExemplary>[1],
): Promise<ExemplaryApi> {
  const shop = await openExemplary(profile, change)
  open.push(shop)
  return shop
}

function run(shop: { url: string }, profile: ProfileName, changes: object = {}): Promise<Report> {
  return conform({
    url: shop.url,
    profile,
    body: BODY,
    headers: { Authorization: 'Bearer sk_test_first' },
    secondHeaders: { Authorization: 'Bearer sk_test_second' },
    expiredKey: OLD_KEY,
    listUrl: shop.url,
    ...changes,
  })
}

const failed = ({ results }: Report) => results.filter(({ outcome }) => outcome !== 'pass')

describe('an exemplary server', () => {
  test.each(NAMES)('has full marks by %s', async (profile) => {
    const report = await run(await shopOf(profile), profile)
    expect(failed(report)).toEqual([])
    expect(report.must.passed + report.should.passed).toBe(Object.keys(PROFILES[profile].asks).length)
    expect(conforms(report, true)).toBe(true)
  })
})

describe('servers as people write them', () => {
  test.each(NAMES)('one without any memory charges twice, and %s finds it', async (profile) => {
    const naive = await openForgetful()
    open.push(naive)
    const report = await run(naive, profile, { secondHeaders: undefined, listUrl: undefined })
    const ids = failed(report).map(({ id }) => id)
    expect(ids).toEqual(
      expect.arrayContaining([
        'replay-effect',
        'other-payload-effect',
        'concurrent-effect',
        'hang-up-effect',
      ]),
    )
    expect(conforms(report, false)).toBe(false)
    expect(naive.charges.length).toBeGreaterThan(40)
  })

  test.each(NAMES)(
    'one that checks first and charges then passes by hand, and fails by %s as soon as two come at once',
    async (profile) => {
      const naive = await openCheckThenAct()
      open.push(naive)
      const report = await run(naive, profile, { secondHeaders: undefined, listUrl: undefined })
      const outcomes = new Map(report.results.map(({ id, outcome }) => [id, outcome]))
      expect([
        outcomes.get('first-call'),
        outcomes.get('two-keys'),
        outcomes.get('replay-effect'),
        outcomes.get('replay-bytes'),
      ]).toEqual(Array(4).fill('pass'))
      expect([
        outcomes.get('concurrent-effect'),
        outcomes.get('concurrent-settled'),
        outcomes.get('other-payload-refused'),
      ]).toEqual(Array(3).fill('fail'))
      const found = report.results.find(({ id }) => id === 'concurrent-effect')
      expect(found?.evidence).toMatch(
        /^7 of 7 rounds had more than one; 10 at once had \d+: id ch_\d+, id ch_/,
      )
      expect(found?.money).toContain('charges twice')
      expect(conforms(report, false)).toBe(false)
    },
  )
})

describe('what is reported', () => {
  test('no credential, however often the API echoes it', async () => {
    const shop = await shopOf('payonce', ({ refusal }) => ({
      reuse: () => ({
        ...refusal('key-reused', 418),
        body: '"Bearer sk_test_first, sk_test_second, k3y-of-mine, me:letmein"',
      }),
    }))
    const headers = {
      Authorization: 'Bearer sk_test_first',
      'X-Api-Key': 'k3y-of-mine',
      'X-Proxy': `Basic ${btoa('me:letmein')}`,
    }
    const report = await run(shop, 'payonce', { headers })
    const shown = JSON.stringify(report) + table(report)
    expect(shown).toContain('418')
    expect(shown).toContain('[redacted], [redacted], [redacted], [redacted]')
    expect(shown).not.toMatch(/sk_test|k3y-of-mine|letmein/)
    expect(shown).not.toContain(btoa('me:letmein'))
  })

  test('no query of the address, which may hold a token', async () => {
    const shop = await shopOf('ietf')
    const report = await run({ url: `${shop.url}?token=t0p-secret` }, 'ietf', { listUrl: undefined })
    expect(report.url).toBe(shop.url)
    expect(JSON.stringify(report)).not.toContain('t0p-secret')
  })

  test('the table shows what is wrong, who demands it, and the risk for money', async () => {
    const shop = await shopOf('ietf', ({ refusal }) => ({
      reuse: () => refusal('key-reused', 409, { retry: 'no' }),
    }))
    const report = await run(shop, 'ietf', { secondHeaders: undefined, expiredKey: undefined })
    expect(report).toMatchObject({ must: { failed: 0, skipped: 1 }, should: { failed: 1, skipped: 2 } })
    const lines = table(report).split('\n')
    const at = lines.findIndex((line) => line.startsWith('✕'))
    expect(lines.slice(at, at + 4).join('\n')).toMatch(
      /✕ SHOULD other-payload-refused .*\n +source +§2\.7 \(422\)\n +evidence +expected 422: 409 .*\n +risk +A client takes/,
    )
    expect(lines.at(-1)).toMatch(
      /^MUST \d+\/\d+ \(1 skipped\) {3}SHOULD \d+\/\d+ \(2 skipped\) {3}\d+ requests$/,
    )
    expect([conforms(report, false), conforms(report, true)]).toEqual([true, false])
  })

  test('a check whose premise failed is skipped rather than judged wrongly', async () => {
    const shop = await shopOf('ietf', () => ({
      charged: (answer) => ({ ...answer, body: '{"ok":true}', headers: {} }),
    }))
    const report = await run(shop, 'ietf')
    const wrong = failed(report).filter(({ outcome }) => outcome === 'fail')
    expect(wrong.map(({ id }) => id)).toEqual(['two-keys'])
    expect(report.results.find(({ id }) => id === 'concurrent-effect')).toMatchObject({
      outcome: 'skip',
      evidence: 'two-keys did not pass',
    })
    expect(conforms(report, false)).toBe(false)
  })

  test('a second credential that may do nothing proves nothing', async () => {
    const report = await run(await shopOf('ietf'), 'ietf', {
      secondHeaders: { authorization: 'Bearer sk_test_wrong' },
    })
    expect(failed(report)).toMatchObject([
      { id: 'second-account', outcome: 'fail', evidence: expect.stringContaining('which proves nothing') },
      { id: 'second-account-blind', outcome: 'skip' },
    ])
  })
})

describe('limits', () => {
  test('an API that is not there', async () => {
    const shop = await openExemplary('ietf')
    await shop.close()
    await expect(run(shop, 'ietf')).rejects.toThrow(Unreachable)
  }, 30_000)

  test('not so many requests that it would be an attack', async () => {
    const report = await run(await shopOf('payonce'), 'payonce')
    expect(report.requests).toBeGreaterThan(50)
    expect(report.requests).toBeLessThan(150)
  })
})
