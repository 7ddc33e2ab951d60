import { afterEach, describe, expect, test } from 'vitest'
import { CHECKS } from './checks'
import { conform, type Report, Unreachable } from './conform'
import { PROFILES, type ProfileName } from './profiles'
import { conforms, table } from './report'
import { OLD_KEY, openShop, type Shop } from './testing/exemplary'

const BODY = '{"amount":2400,"currency":"EUR","paymentMethod":"pm_card_visa","reference":"{{uuid}}"}'
const NAMES = Object.keys(PROFILES) as ProfileName[]

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

async function shopOf(profile: ProfileName, change?: Parameters<typeof openShop>[1]): Promise<Shop> {
  const shop = await openShop(profile, change)
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
