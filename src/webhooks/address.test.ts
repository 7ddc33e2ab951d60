import { describe, expect, it, test } from 'vitest'
import { AddressRefused, addressesFor, isPublic, problemOfUrl } from './address'

const live = { loopback: false, ownHost: 'pay.example.org' }
const local = { ...live, loopback: true }

describe('the URL of an endpoint', () => {
  it.each([
    'https://shop.example.org/hooks',
    'https://shop.example.org:443/hooks?x=1',
    'https://shop.example.org:8443',
    'https://93.184.215.14/hooks',
    'https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/',
    'https://bücher.example.org/',
  ])('may be %s', (url) => {
    expect(problemOfUrl(url, live)).toBe(null)
  })

  it.each<[string, RegExp]>([
    ['shop.example.org', /not a URL/],
    ['http://shop.example.org/', /https/],
    ['ftp://shop.example.org/', /https/],
    ['file:///etc/passwd', /https/],
    ['javascript:alert(1)', /https/],
    ['https://user@shop.example.org/', /user name/],
    ['https://:secret@shop.example.org/', /password/],
    ['https://shop.example.org/#part', /fragment/],
    ['https://shop.example.org:22/', /ports/],
    ['https://shop.example.org:5432/', /ports/],
    ['https://pay.example.org/api', /Payonce itself/],
    ['https://pay.example.org./api', /Payonce itself/],
    ['https://PAY.example.org/api', /Payonce itself/],
    ['https://pay.example.org../api', /public internet/],
    ['https://localhost../', /public internet/],
    [`https://shop.example.org/${'x'.repeat(2_000)}`, /2000/],
    ...[
      'localhost',
      'localhost.',
      'a.localhost',
      'intranet',
      'db.internal',
      'metadata.google.internal',
      'printer.local',
      'router.lan',
      'host.docker.internal',
      '127.0.0.1',
      '127.1',
      '0x7f000001',
      '2130706433',
      '0177.0.0.1',
      '①②⑦.0.0.1',
      '0.0.0.0',
      '10.1.2.3',
      '100.64.0.1',
      '169.254.169.254',
      '172.16.0.1',
      '172.31.255.255',
      '192.0.0.192',
      '192.168.1.1',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '[::]',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:10.0.0.1]',
      '[::ffff:93.184.215.14]',
      '[::127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '[64:ff9b:1::a00:1]',
      '[2002:7f00:1::]',
      '[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
      '[2001:db8::1]',
      '[fc00::1]',
      '[fd00:ec2::254]',
      '[fe80::1]',
      '[fec0::1]',
      '[ff02::1]',
    ].map((host): [string, RegExp] => [`https://${host}/`, /public internet/]),
  ])('may not be %s', (url, sentence) => {
    expect(problemOfUrl(url, live)).toMatch(sentence)
  })

  it('may be of this machine, over http and on any port, only where that is allowed', () => {
    for (const url of [
      'http://127.0.0.1:4000/',
      'http://localhost:3001/x',
      'http://[::1]:9/',
      'https://127.0.0.2/',
    ]) {
      expect(problemOfUrl(url, local)).toBe(null)
      expect(problemOfUrl(url, live)).not.toBe(null)
    }
    for (const url of [
      'http://10.0.0.1:4000/',
      'https://10.0.0.1/',
      'http://shop.example.org/',
      'ftp://127.0.0.1/',
    ])
      expect(problemOfUrl(url, local)).not.toBe(null)
  })
})

describe('the addresses of a name', () => {
  const url = new URL('https://shop.example.org/hooks')
  const of = (...found: string[]) => addressesFor(url, live, async () => found)

  it('are all public, or none is used', async () => {
    expect(await of('93.184.215.14', '2606:2800::1')).toEqual(['93.184.215.14', '2606:2800::1'])
    for (const inner of [
      '127.0.0.1',
      '169.254.169.254',
      '::1',
      '::ffff:10.0.0.1',
      'fd00::1',
      '64:ff9b::a00:1',
      'x',
    ])
      await expect(of('93.184.215.14', inner)).rejects.toThrow(AddressRefused)
  })

  it('that has none is refused, in words that name no address', async () => {
    await expect(of()).rejects.toThrow('The host has no address.')
    await expect(of('10.0.0.1')).rejects.toThrow(/^The host is not one of the public internet\.$/)
  })

  it('of this machine stay refused where loopback is allowed: a name may lead anywhere', async () => {
    await expect(addressesFor(url, local, async () => ['127.0.0.1'])).rejects.toThrow(AddressRefused)
    const localhost = new URL('http://localhost:4000/')
    expect(await addressesFor(localhost, local, async () => ['10.0.0.1'])).toEqual(['127.0.0.1'])
  })

  it('are checked again where the URL was saved under other rules', async () => {
    await expect(addressesFor(new URL('http://127.0.0.1:4000/'), live, async () => [])).rejects.toThrow(
      AddressRefused,
    )
  })
})

test('what is no address is not public', () => {
  for (const text of ['', 'x', '1.2.3', '1.2.3.4.5', 'fe80::1%eth0', '::ffff:1.2.3.4'])
    expect(isPublic(text)).toBe(false)
})
