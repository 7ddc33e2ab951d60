import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { root } from './process/project-root'

/** What no source of the product may do, because one slip of it opens the whole product. */

const sources = filesBelow('src').filter(
  (file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|\/(testing|generated)\//.test(file),
)

test('SQL is written as tagged templates; only names from the catalogue of PostgreSQL are put in as text', () => {
  expect(filesWith(/Raw(?:Unsafe)\b/)).toEqual([])
  expect(filesWith(/\brawSql\b/)).toEqual([
    // The definition of a view, as PostgreSQL gives it.
    'src/payments/bank-list.ts',
    'src/platform/db.ts',
    'src/platform/integrity.ts',
  ])
  expect(filesWith(/Prisma\.raw\b/)).toEqual(['src/platform/db.ts'])
})

test('no text is written into a page as HTML, but one constant of ours', () => {
  expect(filesWith(/dangerouslySetInnerHTML/)).toEqual(['src/pages/_document.tsx'])
  expect(filesWith(/\.(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write\b/)).toEqual([])
  expect(filesWith(/\beval\(|new Function\(/)).toEqual([])
})

test('no module is a Server Action', () => {
  expect(filesWith(/^\s*['"]use server['"]/m)).toEqual([])
})

test('no variable of the environment is built into what browsers get', () => {
  expect(filesWith(/NEXT_PUBLIC_/)).toEqual([])
})

test('web and worker open connections to the bank, to endpoints of merchants and to our own checkout only, beside the database', () => {
  const opens =
    /(?<![.\w])fetch\(|\bhttps?\)?\.(?:request|get)\(|(?:net|tls|http2)\.connect\(|new WebSocket\(|\bundici\b/
  expect(filesWith(opens)).toEqual([
    // In the browser, to our own server.
    'src/app/dashboard/_parts/frame/sign-out.tsx',
    'src/app/sign-in/_parts/sign-in-request.ts',
    // To PAYONCE_BANK_URL.
    'src/payments/simulator/client.ts',
    // To Stripe, by its own client.
    'src/payments/stripe/transport.ts',
    // To PAYONCE_BASE_URL.
    'src/server/jobs/page-check.ts',
    'src/shop/checkout/checkout-client.ts',
    // To endpoints of merchants, at public addresses.
    'src/webhooks/send.ts',
  ])
})

test('each table of a merchant has the merchant first in its primary key', () => {
  const models = filesBelow('prisma/schema').flatMap((file) => [
    ...read(file).matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm),
  ])
  const ofMerchants = models.filter(([, , body = '']) => /^ {2}merchantId\s/m.test(body))
  expect(ofMerchants.length).toBeGreaterThan(15)
  const others = ofMerchants.filter(
    ([, , body = '']) => !/@@id\(\[merchantId, |^ {2}merchantId\s+String\s+@id /m.test(body),
  )
  // better-auth finds an operator by their id alone. Each read of ours takes the merchant of the session.
  // The worker takes what expires next, of all merchants together.
  // A charge of the bank belongs to one payment of all merchants together.
  expect(others.map(([, name]) => name)).toEqual(['Operator', 'OrderExpiry', 'PaymentCharge'])
})

test('the patterns find what they forbid', () => {
  expect(
    ['db.$queryRawUnsafe(x)', '$executeRawUnsafe`x`'].every((text) => /Raw(?:Unsafe)\b/.test(text)),
  ).toBe(true)
  expect(/^\s*['"]use server['"]/m.test("import a from 'a'\n'use server'\n")).toBe(true)
})

function filesWith(pattern: RegExp): string[] {
  return sources.filter((file) => pattern.test(read(file)))
}

function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => path.posix.join(folder, file.replaceAll('\\', '/')))
    .filter((file) => fs.statSync(path.join(root, file)).isFile())
    .sort()
}

function read(file: string): string {
  return fs.readFileSync(path.join(root, file), 'utf8')
}
