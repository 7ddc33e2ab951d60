import fs from 'node:fs'
import vm from 'node:vm'
import { transformSync } from 'esbuild'
import { expect, test } from 'vitest'
import { mintKey } from './key'

const sources = fs
  .readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.ts') && !/(\.test|^testing)\.ts$/.test(name))
  .map((name) => ({ name, text: fs.readFileSync(`${import.meta.dirname}/${name}`, 'utf8') }))

test('the library imports nothing but its own files', () => {
  const imported = sources.flatMap(({ text }) =>
    [...text.matchAll(/^(?:import|export)\s+(?:[^'"`;=()]*?\sfrom\s+)?['"]([^'"]+)['"]/gm)].map(
      ([, from]) => from ?? '',
    ),
  )
  expect(sources.filter(({ text }) => /\bimport\s*\(/.test(text))).toEqual([])
  expect(sources.length).toBeGreaterThan(5)
  expect(imported.length).toBeGreaterThan(5)
  for (const from of imported) expect(sources.map(({ name }) => `./${name}`)).toContain(`${from}.ts`)
})

test('it uses nothing of Node', () => {
  for (const { name, text } of sources)
    expect(
      `${name}: ${text.match(/node:|\bprocess\b|\bBuffer\b|\brequire\b|__dirname|\bglobal\b/)?.[0]}`,
    ).toBe(`${name}: undefined`)
})

test('it runs with web standards alone, and sends one payment', async () => {
  const requests: [string, RequestInit][] = []
  const fetch = async (url: string, init: RequestInit) => {
    requests.push([url, init])
    return new Response('{"id":"pay_1"}', { status: 201 })
  }
  const web = {
    AbortController,
    AbortSignal,
    URL,
    URLSearchParams,
    Headers,
    Response,
    crypto,
    TextEncoder,
    btoa,
    setTimeout,
    clearTimeout,
    fetch,
  }
  const payment = (await vm.runInNewContext(asOneScript(), { ...web })) as {
    id: string
    idempotency: { key: string }
  }
  expect(payment.id).toBe('pay_1')
  expect(requests).toMatchObject([
    ['https://pay.example/api/v1/payments', { method: 'POST', redirect: 'manual' }],
  ])
})

/** Every file in the order of its imports, in one scope, as an edge runtime would get it from a bundler. */
function asOneScript(): string {
  const order = ['resources', 'errors', 'key', 'derive', 'pause', 'settings', 'send', 'call', 'payonce']
  expect(order.toSorted()).toEqual(sources.map(({ name }) => name.replace('.ts', '')).toSorted())
  const files = order.map((name) => `const ${name} = (() => { ${moduleOf(name)} })()`)
  const pay = `new payonce.Payonce({ apiKey: 'sk_test_x', baseUrl: 'https://pay.example' }).payments.create({ orderId: 'ord_1', paymentMethod: 'pm' })`
  return `${files.join('\n')}\n${pay}`
}

function moduleOf(name: string): string {
  const { code } = transformSync(sources.find((source) => source.name === `${name}.ts`)?.text ?? '', {
    loader: 'ts',
    format: 'cjs',
  })
  const body = code.replaceAll(/require\("\.\/(\w+)"\)/g, '$1')
  return `const module = { exports: {} }; ${body}; return module.exports`
}

test('a key is a version 4 UUID, also where randomUUID is missing (plain http)', () => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  expect(mintKey()).toMatch(uuid)
  expect(mintKey({ getRandomValues: crypto.getRandomValues.bind(crypto) })).toMatch(uuid)
  expect(new Set(Array.from({ length: 1_000 }, () => mintKey())).size).toBe(1_000)
})
