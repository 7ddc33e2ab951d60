import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestProduct, type TestProduct } from './testing/product'

const ORIGIN = 'https://shop.example'

let product: TestProduct
beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_BASE_URL: ORIGIN })
})
afterAll(() => product.close())

test('over https each cookie is Secure, and those that open something are bound to this host', async () => {
  const guest = await product.call('/api/trpc/checkout.order?input=%7B%7D')
  expect(guest.headers.getSetCookie()).toEqual([
    expect.stringMatching(
      /^__Host-payonce_shopper=[^;]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    ),
  ])
  const { authCookies } = await product.deps.auth.$context
  for (const { name, attributes } of Object.values(authCookies)) {
    expect(name).toMatch(/^__Host-payonce\.[a-z_]+$/)
    // What the prefix asks for; a browser drops the cookie otherwise.
    expect(attributes).toMatchObject({ secure: true, path: '/', httpOnly: true, sameSite: 'lax' })
    expect(attributes).not.toHaveProperty('domain')
  }
  const language = await product.call('/api/shop/language', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN },
    body: 'to=ar&back=/',
  })
  expect([language.status, language.headers.getSetCookie()]).toEqual([
    303,
    [expect.stringMatching(/^locale=ar; .*HttpOnly; Secure; SameSite=Lax$/)],
  ])
})
