import { expect, test } from 'vitest'
import { conform } from './conform'

const options = { url: 'http://127.0.0.1:9/orders', profile: 'ietf', body: '{}' }

test.each([
  [undefined, /one object: conform\(\{ url, profile: 'ietf', body \}\)/],
  [{ ...options, header: {} }, /no option header\. .*headers/],
  [{ ...options, url: 'orders' }, /`url`, a URL of http or https/],
  [{ ...options, url: 'ftp://host/' }, /`url`/],
  [{ ...options, profile: 'toString' }, /one of .*ietf.*stripe/],
  [{ ...options, body: { amount: 5 } }, /JSON\.stringify/],
  [{ ...options, headers: ['Authorization: x'] }, /object of texts/],
  [{ ...options, headers: { Authorization: null } }, /object of texts/],
  [{ ...options, secondHeaders: 'x' }, /`secondHeaders`/],
  [{ ...options, otherBody: 5 }, /`otherBody`/],
  [{ ...options, expiredKey: 5 }, /`expiredKey`/],
  [{ ...options, listUrl: '/orders' }, /`listUrl`/],
  [{ ...options, timeoutMs: 0 }, /1 to 120000/],
])('refuses %j before anything is sent, and says what to write', async (wrong, message) => {
  const call = conform(wrong as never)
  await expect(call).rejects.toThrow(TypeError)
  await expect(conform(wrong as never)).rejects.toThrow(message)
})
