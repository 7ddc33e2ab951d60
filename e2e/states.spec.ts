import fs from 'node:fs'
import type { APIRequestContext, Page } from '@playwright/test'
import { inRoot } from '@/setup/process/project-root'
import { firstAdmin, join } from './colleague'
import { dataToOpen } from './data-to-open'
import { expect, test } from './fixtures'
import { addressesOf, pagePatterns } from './pages'

/**
 * The states of every page of the dashboard, as docs/screens.md lists them: its table is what these tests are driven by. Pages are read as HTML,
 * which takes a tenth of the time of a browser; accessible.spec.ts opens each in one.
 */

interface Row {
  pattern: string
  /** What somebody reads who has nothing yet. */
  firstUse: string
  /** The query of an address that nothing matches, and what is read there; null: the page has no filter. */
  noMatch: { query: string; says: string } | null
  /** What a viewer reads in place of what they may not do. */
  viewer: string[]
}

const ROWS = readTable()
const dashboard = pagePatterns().filter(
  (pattern) => pattern.startsWith('/dashboard') && pattern !== '/dashboard/payments/pay_nothing',
)

test('every page of the dashboard has its row, and every list a skeleton', () => {
  expect(ROWS.map(({ pattern }) => pattern).toSorted()).toEqual(dashboard)
  const folders = fs.readdirSync(inRoot('src/app/dashboard'), { recursive: true, encoding: 'utf8' })
  for (const file of folders.filter((name) => name.endsWith('page.tsx') && !name.includes('_parts'))) {
    const skeleton = file.replace(/page\.tsx$/, 'loading.tsx')
    // Once a skeleton is sent, the status can no longer become 404: pages of one thing have none.
    const needs = !file.includes('[') && !NO_SKELETON.includes(file)
    expect([file, folders.includes(skeleton)]).toEqual([file, needs])
  }
})
const NO_SKELETON: string[] = []

test('on first use each page says what will come, and no filter that matches nothing looks like it', async ({
  browser,
  demo,
  newMerchant,
}) => {
  test.setTimeout(120_000)
  const { request } = await firstAdmin(browser, demo, await newMerchant('A shop of no rows'))
  for (const { pattern, firstUse, noMatch } of ROWS.filter((row) => !row.pattern.includes('['))) {
    const text = await textOf(request, pattern)
    expect.soft(text, pattern).toContain(firstUse)
    if (!noMatch) continue
    const filtered = await textOf(request, `${pattern}?${noMatch.query}`)
    expect.soft(filtered, `${pattern}?${noMatch.query}`).toContain(noMatch.says)
    expect.soft(filtered, `${pattern}?${noMatch.query}`).not.toContain('could not be loaded')
  }
})

test('every page says to each role what it may not do, and who may', async ({
  browser,
  operatorPage,
  page,
  newOrder,
  sql,
}) => {
  test.setTimeout(120_000)
  const open = await dataToOpen(page, await newOrder(), sql)
  const people: Record<'viewer' | 'support' | 'admin', Page> = {
    viewer: await join(browser, operatorPage, 'viewer'),
    support: await join(browser, operatorPage, 'support'),
    admin: operatorPage,
  }
  for (const row of ROWS) {
    const [address = ''] = addressesOf([row.pattern], open)
    for (const [role, { request }] of Object.entries(people)) {
      const text = await textOf(request, address)
      const says = row.viewer.filter((note) => role === 'viewer' || !isForSupport(note))
      const where = `${address} as ${role}`
      for (const note of role === 'admin' ? [] : says) expect.soft(text, where).toContain(note)
      // Nothing else needs another role, or it would stand in the table; but with data of other tests.
      const found = text.match(/[^\n.:]{3,60}: needs the role (Support|Admin)/g) ?? []
      const notes = new Set(found.filter((note) => role === 'admin' || !WITH_DATA.includes(note)))
      expect
        .soft([...notes].toSorted(), where)
        .toEqual(role === 'admin' ? [] : says.filter((note) => note.includes('needs the role')).toSorted())
      expect.soft(text, where).not.toMatch(/could not (be loaded|load)/)
    }
  }
})

/** Notes in the place of buttons that a page has with certain data only, which other tests make at any time. */
const WITH_DATA = ['Acknowledge: needs the role Support']

const isForSupport = (note: string) => note.endsWith('Support')

/**
 * Where each right that not everybody has is denied in words. A new right needs its line: the sentence, which stands in the table of
 * docs/screens.md, or why no page shows it without data.
 */
const DENIED: Record<string, string> = {
  'Create an order and its checkout': 'no page has it',
  'Change an order that is not paid': 'in the place of the buttons, on an order that is open',
  'Cancel an order that is not paid': 'in the place of the buttons, on an order that is open',
  'Create a payment link': 'Create or pause a link: needs the role Support',
  'Pause a payment link': 'Create or pause a link: needs the role Support',
  'Resume a payment link': 'Create or pause a link: needs the role Support',
  'Write notes on a payment': 'Write a note: needs the role Support',
  'Capture an authorised payment': 'in the place of the buttons, on a payment that is authorised',
  'Void an authorised payment': 'in the place of the buttons, on a payment that is authorised',
  'Refund, up to a limit': 'Refund: needs the role Support',
  'Send a receipt by e-mail again': 'Send the receipt by e-mail: needs the role Support',
  'Have the bank asked again': 'in the place of the button, on what is parked',
  'Acknowledge an alert': 'in the place of the button, on an open alert',
  'Apply an event again': 'Apply again: needs the role Support',
  'Ask for a refund above the limit': 'Refund: needs the role Support',
  'Approve a refund that another admin asked for': 'its card: one admin asks, another approves',
  'Reject a refund that another admin asked for': 'its card: one admin asks, another approves',
  'Withdraw a refund that they asked for': 'its card: one admin asks, another approves',
  'Choose whether receipts are sent by e-mail': 'Turn on: needs the role Admin',
  'Propose how something parked ends': 'what is parked: two admins can end this',
  'Confirm what another admin proposed': 'its card: an admin who did not propose it decides',
  'Reject what another admin proposed': 'its card: an admin who did not propose it decides',
  'Withdraw what they proposed': 'its card: an admin who did not propose it decides',
  'Have every row checked now': 'Check everything now: needs the role Admin',
  'Set the limit below which refunds may not take the balance': 'Set a limit: needs the role Admin',
  'Create an API key': 'Create, rotate or revoke an API key: needs the role Admin',
  'Rotate an API key': 'Create, rotate or revoke an API key: needs the role Admin',
  'Revoke an API key': 'Create, rotate or revoke an API key: needs the role Admin',
  'Add an endpoint': 'You can read webhooks',
  'Change an endpoint': 'You can read webhooks',
  'Rotate a signing secret': 'You can read webhooks',
  'Pause an endpoint': 'You can read webhooks',
  'Resume an endpoint': 'You can read webhooks',
  'Delete an endpoint': 'You can read webhooks',
  'Send a test event': 'You can read webhooks',
  'Send the events since an instant again': 'You can read webhooks',
  'Send a delivery again': 'You can read webhooks',
  'Change branding and the time zone': 'Only admins change the settings',
  'Change the logo': 'Only admins change the settings',
  'See who is in the team': 'Only admins manage the team',
  'Invite somebody': 'Only admins manage the team',
  'Renew an invitation': 'Only admins manage the team',
  'Revoke an invitation': 'Only admins manage the team',
  'Change a role': 'Only admins manage the team',
  'Reset somebody’s second factor': 'Only admins manage the team',
  'Remove somebody': 'Only admins manage the team',
  'Play a fault in the lab of the sandbox': 'the lab is no page of the dashboard: it says who may run it',
  'Play random schedules in the lab': 'the lab is no page of the dashboard: it says who may run it',
  'Stop what the lab plays': 'the lab is no page of the dashboard: it says who may run it',
  'Remove the sample shop': 'the bar of the sample shop, which is not in this installation',
  'See somebody’s sessions': 'Only admins manage the team',
  'End somebody’s sessions': 'Only admins manage the team',
}

test('each right that a viewer has not is denied in words, somewhere', async ({ operatorPage }) => {
  const answer = await (await operatorPage.request.get('/api/trpc/rights.list')).json()
  const areas: { rights: { words: string; roles: string[] }[] }[] = answer.result.data.areas
  const withheld = areas.flatMap(({ rights }) => rights.filter(({ roles }) => !roles.includes('viewer')))
  expect(Object.keys(DENIED).toSorted()).toEqual(withheld.map(({ words }) => words).toSorted())
  const said = ROWS.flatMap(({ viewer }) => viewer)
  for (const [right, where] of Object.entries(DENIED))
    if (/^[A-Z]/.test(where)) expect([right, said]).toEqual([right, expect.arrayContaining([where])])
})

test('every page keeps its frame while the database is away, and says what failed', {
  tag: '@alone',
}, async ({ operatorPage, page, newOrder, sql, database }) => {
  test.setTimeout(120_000)
  const open = await dataToOpen(page, await newOrder(), sql)
  await database.stop()
  for (const { pattern } of ROWS) {
    const [address = ''] = addressesOf([pattern], open)
    await operatorPage.goto(address)
    await expect
      .soft(operatorPage.getByRole('main'), address)
      .toContainText(/could not be loaded|could not load this page|could not be read/)
    await expect.soft(operatorPage.getByRole('navigation', { name: 'Dashboard' }).first()).toBeAttached()
  }
})

/** What a person reads of a page without scripts. */
async function textOf(request: APIRequestContext, address: string): Promise<string> {
  const answer = await request.get(address)
  expect(answer.status(), address).toBe(200)
  const html = (await answer.text()).replaceAll(/<(script|style|title)\b.*?<\/\1>/gs, ' ')
  return html
    .replaceAll(/<!--.*?-->/g, '')
    .replaceAll(/<(?:a|span)\b[^>]* role="menuitem"[^>]*>/g, '\n')
    .replaceAll(/<\/?(?:a|b|code|em|i|span|strong)\b[^>]*>/g, '')
    .replaceAll(/<[^>]*>/g, '\n')
    .replaceAll('&amp;', '&')
    .replaceAll('&#x27;', "'")
    .replaceAll('&quot;', '"')
}

/** The table of pages in docs/screens.md. */
function readTable(): Row[] {
  const cells = fs
    .readFileSync(inRoot('docs/screens.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `/dashboard'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
  return cells.map(([, page = '', firstUse = '', noMatch = '', viewer = '']) => {
    const [, query, says] = /^`\?(.*)`: (.*)$/.exec(noMatch) ?? []
    return {
      pattern: page.replaceAll('`', ''),
      firstUse,
      noMatch: query && says ? { query, says } : null,
      viewer: viewer === '–' ? [] : viewer.split('; '),
    }
  })
}
