import { describe, expect, test } from 'vitest'
import { refuseLoopback } from '@/server/one-mode'
import { returnLink, returnUrl, whyNotReturnUrl } from './return-url'

describe('an address to which shoppers return', () => {
  test.each([
    'https://shop.example',
    'https://shop.example/thanks?order={ORDER_ID}&a=1#top',
    'https://متجر.example/شكرا',
    'HTTPS://shop.example:8443/a',
    'http://localhost:3000/thanks',
    'http://127.0.0.1/',
    'http://[::1]:5173/',
  ])('%j is taken', (text) => expect(whyNotReturnUrl(text)).toBeNull())

  test.each([
    ['javascript:alert(1)', 'absolute'],
    ['data:text/html,x', 'absolute'],
    ['//evil.example', 'absolute'],
    ['/thanks', 'absolute'],
    ['thanks', 'absolute'],
    ['', 'absolute'],
    ['https:shop.example', 'absolute'],
    ['https://', 'absolute'],
    ['http://shop.example', 'https address'],
    ['http://localhost.evil.example', 'https address'],
    ['http://127.0.0.1.evil.example', 'https address'],
    ['https://user:pass@shop.example', 'no user name'],
    ['https://shop.example@evil.example', 'no user name'],
    ['https://{ORDER_ID}.example/', 'path and the query'],
    ['https:\\\\evil.example', 'no space'],
    ['https://shop.example/\tx', 'no space'],
    ['https://shop.example/\r\nSet-Cookie: a=b', 'no space'],
    [' https://shop.example', 'no space'],
  ])('%j is refused: %s', (text, why) => {
    expect(whyNotReturnUrl(text)).toContain(why)
    expect(returnUrl.safeParse(text).success).toBe(false)
    expect(returnLink(text, 'ord_1')).toBeNull()
  })

  test('is at most 2,000 characters long', () => {
    const long = `https://shop.example/${'x'.repeat(1_979)}`
    expect(returnUrl.safeParse(long).success).toBe(true)
    expect(returnUrl.safeParse(`${long}x`).success).toBe(false)
  })

  test('gets the order’s id where it has a place for it', () => {
    expect(returnLink('https://shop.example/{ORDER_ID}?o={ORDER_ID}', 'ord_1')).toBe(
      'https://shop.example/ord_1?o=ord_1',
    )
    expect(returnLink(null, 'ord_1')).toBeNull()
  })

  test('of this machine is for the sandbox alone', () => {
    const order = { successUrl: 'https://shop.example', cancelUrl: 'http://localhost/' }
    expect(() => refuseLoopback(order, 'test')).not.toThrow()
    expect(() => refuseLoopback(order, 'live')).toThrow('/cancelUrl')
    expect(() => refuseLoopback({ successUrl: order.successUrl }, 'live')).not.toThrow()
  })
})
