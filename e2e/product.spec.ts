import fs from 'node:fs'
import net from 'node:net'
import { expect, test } from './fixtures'

test('a web process that is killed is replaced, and answers at the same address', { tag: '@alone' }, async ({
  request,
  restartWeb,
}) => {
  await expect(await request.get('/api/health')).toBeOK()
  await restartWeb()
  await expect(await request.get('/api/health')).toBeOK()
})

test('without its database the product answers 503 with Retry-After, and recovers on its own', {
  tag: '@alone',
}, async ({ request, database }) => {
  await database.stop()
  const away = await request.get('/api/ready')
  expect(away.status()).toBe(503)
  await database.start()
  await expect.poll(async () => (await request.get('/api/ready')).status()).toBe(200)
})

test('the demo operator is signed in, and an order that a test makes can be opened', async ({
  operatorPage,
  newOrder,
  page,
  bankCharges,
}) => {
  await expect(operatorPage).toHaveURL(/\/dashboard/)
  const order = await newOrder()
  await page.goto(order.checkoutUrl)
  await expect(page.getByRole('button', { name: /24\.00/ }).first()).toBeVisible()
  expect(await bankCharges(order.id)).toEqual([])
})

test('a proxy that asks in HTTP/1.0, without a Host, is told that it is ready', async ({ demo }) => {
  const socket = net.connect(Number(new URL(demo.baseUrl).port), '127.0.0.1')
  socket.write('GET /api/ready HTTP/1.0\r\n\r\n')
  let answer = ''
  for await (const chunk of socket) answer += chunk
  expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*"ready"/)
})

test('web and worker have logins of their own, and neither URL nor password of the owner', async ({
  demo,
}) => {
  test.skip(process.platform !== 'linux', 'reads /proc')
  const password = new URL(demo.databaseUrl).password
  for (const pid of [demo.pids.web, demo.pids.worker]) {
    const environment = fs.readFileSync(`/proc/${pid}/environ`, 'utf8')
    expect(environment).toContain('DATABASE_URL=postgres://payonce_app_')
    expect(environment).not.toContain(password)
    expect(environment).not.toMatch(/payonce_owner|OWNER_DATABASE_URL/)
  }
})
