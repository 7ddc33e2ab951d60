import type { Page } from '@playwright/test'
import { stepAt, totpCode } from '@/access/totp'
import type { Demo } from '@/setup/demo-file'
import { expect, test } from './fixtures'

/** What only a browser can show: that its own authenticator and our pages understand one another. */

const PERSON = { name: 'Grace', password: 'four rivers, no bridge' }

/** A new operator in a browser of their own, so that the demo operator stays without a second factor. */
async function join(page: Page, operatorPage: Page, email: string): Promise<void> {
  const answer = await operatorPage.request.post('/api/trpc/operators.invite', {
    data: { email, role: 'viewer' },
  })
  const { link } = (await answer.json()).result.data as { link: string }
  const code = link.split('/').at(-1)
  await page.request.post('/api/trpc/invitation.accept', { data: { code, ...PERSON } })
}

async function signIn(page: Page, email: string): Promise<void> {
  await page.goto('/sign-in?next=/dashboard/account')
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(PERSON.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** The authenticator of a laptop: it keeps passkeys, and has just checked its owner. */
async function addAuthenticator(page: Page): Promise<void> {
  const client = await page.context().newCDPSession(page)
  await client.send('WebAuthn.enable')
  await client.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}

const signOut = (page: Page, demo: Demo) =>
  page.request.post('/api/auth/sign-out', { data: {}, headers: { origin: demo.baseUrl } })

test('an operator adds a passkey, and signs in and confirms with it', async ({
  page,
  operatorPage,
  demo,
  sql,
}) => {
  const email = `passkey-${Date.now()}@example.com`
  await join(page, operatorPage, email)
  await addAuthenticator(page)
  await signIn(page, email)
  // A press before the page's script has started is lost.
  await expect(async () => {
    // Open already: a slow machine had no time for the rest.
    if (!(await page.getByRole('dialog').isVisible()))
      await page.getByRole('button', { name: 'Add a passkey' }).click({ timeout: 1_000 })
    await page.getByRole('textbox', { name: 'Name' }).fill('Work laptop', { timeout: 1_000 })
  }).toPass()
  await page.getByRole('button', { name: 'Add passkey' }).click()
  await expect(page.getByText('Your recovery codes: keep them now')).toBeVisible()
  await page.getByRole('button', { name: 'I’ve saved them' }).click()
  await signOut(page, demo)
  await page.goto('/sign-in?next=/dashboard/account')
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await expect(page.getByText('Work laptop', { exact: true })).toBeVisible()
  // As if it had been more than 5 minutes ago.
  await sql(
    "UPDATE operator_session SET verified_at = now() - interval '6 minutes' WHERE user_id = (SELECT id FROM operator WHERE email = $1)",
    [email],
  )
  await page.getByRole('button', { name: 'Make new ones' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Use a passkey' }).click()
  await expect(page.getByText('Your recovery codes: keep them now')).toBeVisible()
})

test('an operator adds an authenticator app, and is asked for its code', async ({
  page,
  operatorPage,
  demo,
}) => {
  const email = `totp-${Date.now()}@example.com`
  await join(page, operatorPage, email)
  await signIn(page, email)
  await page.getByRole('button', { name: 'Add an authenticator app' }).click()
  await expect(page.getByRole('img', { name: /QR code/ })).toBeVisible()
  const secret = ((await page.locator('dialog code').textContent()) ?? '').replace(/\s/g, '')
  const step = stepAt(Date.now() / 1_000)
  await page.getByRole('textbox', { name: 'Code' }).fill(totpCode(secret, step))
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(page.getByText('Your recovery codes: keep them now')).toBeVisible()
  await signOut(page, demo)
  await signIn(page, email)
  await page.getByLabel('Code').fill('000')
  await page.getByRole('button', { name: 'Confirm' }).click()
  await expect(page.getByText('The code is wrong')).toBeVisible()
  await page.getByLabel('Code').fill(totpCode(secret, step + 1))
  await page.getByRole('button', { name: 'Confirm' }).click()
  await expect(page.getByRole('heading', { name: 'Second factor' })).toBeVisible()
})
