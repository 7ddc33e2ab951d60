import type { Browser, Page } from '@playwright/test'
import { uuidv7 } from '@/lib/id'
import { expect } from './fixtures'

const PASSWORD = 'sea glass and driftwood'

/** A person of the demo merchant, invited by the demo operator, with a page of their own. */
export async function join(browser: Browser, inviter: Page, role: 'support' | 'admin'): Promise<Page> {
  const { origin } = new URL(inviter.url())
  const email = `${role}-${uuidv7().slice(-8)}@example.com`
  const post = async (page: Page, path: string, data: object) => {
    const answer = await page.request.post(`${origin}${path}`, { data, headers: { origin } })
    expect(answer.ok(), await answer.text()).toBe(true)
    return answer.json()
  }
  const invited = await post(inviter, '/api/trpc/operators.invite', { email, role })
  const context = await browser.newContext({ baseURL: origin })
  const page = await context.newPage()
  const code = new URL(invited.result.data.link).pathname.split('/').pop()
  await post(page, '/api/trpc/invitation.accept', { code, name: `Ada of ${role}`, password: PASSWORD })
  await post(page, '/api/auth/sign-in/email', { email, password: PASSWORD })
  return page
}
