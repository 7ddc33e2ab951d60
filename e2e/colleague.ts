import type { Browser, Page } from '@playwright/test'
import { uuidv7 } from '@/lib/id'
import type { Demo } from '@/setup/demo-file'
import { inviteOperator } from '@/setup/operator'
import { expect } from './fixtures'

const PASSWORD = 'sea glass and driftwood'

/** A person of the demo merchant, invited by the demo operator, with a page of their own. */
export async function join(
  browser: Browser,
  inviter: Page,
  role: 'viewer' | 'support' | 'admin',
): Promise<Page> {
  const { origin } = new URL(inviter.url())
  const email = `${role}-${uuidv7().slice(-8)}@example.com`
  const invited = await post(inviter, origin, '/api/trpc/operators.invite', { email, role })
  return accept(browser, origin, { email, name: `Ada of ${role}`, link: invited.result.data.link })
}

/** The first admin of a merchant, with the overview open. */
export async function firstAdmin(browser: Browser, demo: Demo, merchantId: string): Promise<Page> {
  const email = `first-${uuidv7().slice(-8)}@example.com`
  const flags = ['add', '--email', email, '--role', 'admin', '--merchant', merchantId]
  const invited = await inviteOperator(demo.databaseUrl, demo.baseUrl, flags)
  const page = await accept(browser, demo.baseUrl, { email, name: 'Ada', link: invited.split('\n')[1] ?? '' })
  await page.goto('/dashboard')
  return page
}

async function accept(
  browser: Browser,
  origin: string,
  { email, name, link }: { email: string; name: string; link: string },
): Promise<Page> {
  const page = await (await browser.newContext({ baseURL: origin })).newPage()
  const code = new URL(link).pathname.split('/').pop()
  await post(page, origin, '/api/trpc/invitation.accept', { code, name, password: PASSWORD })
  await post(page, origin, '/api/auth/sign-in/email', { email, password: PASSWORD })
  return page
}

async function post(page: Page, origin: string, path: string, data: object) {
  // The server closes a connection that was idle for 5 s, maybe in the instant in which this request goes out on it: sent again on a new one.
  const answer = await page.request.post(`${origin}${path}`, { data, headers: { origin }, maxRetries: 1 })
  expect(answer.ok(), await answer.text()).toBe(true)
  return answer.json()
}
