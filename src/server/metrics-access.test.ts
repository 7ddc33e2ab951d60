import { describe, expect, it } from 'vitest'
import { type MetricsRequest, metricsAccess } from './metrics-access'

const TOKEN = 'a token for Prometheus alone'
const HERE: MetricsRequest = {
  authorization: undefined,
  host: 'localhost:3000',
  forwarded: false,
  remoteAddress: '127.0.0.1',
}

describe('the metrics', () => {
  it.each([
    ['a program on this machine, in the sandbox', {}, 'allowed'],
    ['the other address of localhost', { remoteAddress: '::1', host: '[::1]:3000' }, 'allowed'],
    ['an IPv4 address as IPv6 writes it', { remoteAddress: '::ffff:127.0.0.1' }, 'allowed'],
    ['a neighbour', { remoteAddress: '192.168.1.7', host: '192.168.1.2:3000' }, 'hidden'],
    ['a neighbour who names localhost', { remoteAddress: '192.168.1.7' }, 'hidden'],
    ['a caller behind a proxy on this machine', { forwarded: true }, 'hidden'],
    ['a page whose host name leads to this machine', { host: 'evil.test:3000' }, 'hidden'],
    ['a request without a socket', { remoteAddress: undefined }, 'hidden'],
    ['a request without a host', { host: undefined }, 'hidden'],
  ])('without a token: %s', (_, changes, expected) => {
    expect(metricsAccess({ ...HERE, ...changes }, { PAYONCE_MODE: 'sandbox' })).toBe(expected)
    expect(metricsAccess({ ...HERE, ...changes }, { PAYONCE_MODE: 'live' })).toBe('hidden')
  })

  it.each([
    [`Bearer ${TOKEN.replaceAll(' ', '-')}`, 'allowed'],
    [`bearer  ${TOKEN.replaceAll(' ', '-')} `, 'allowed'],
    [`Basic ${TOKEN.replaceAll(' ', '-')}`, 'refused'],
    [`Bearer ${TOKEN.replaceAll(' ', '-')}x`, 'refused'],
    ['Bearer', 'refused'],
    ['Bearer x', 'refused'],
    [undefined, 'refused'],
  ])('with a token: %s is %s, from this machine too', (authorization, expected) => {
    for (const PAYONCE_MODE of ['sandbox', 'live'] as const)
      for (const remoteAddress of ['127.0.0.1', '203.0.113.9'])
        expect(
          metricsAccess(
            { ...HERE, authorization, remoteAddress, forwarded: true },
            { PAYONCE_MODE, PAYONCE_METRICS_TOKEN: TOKEN.replaceAll(' ', '-') },
          ),
        ).toBe(expected)
  })
})
