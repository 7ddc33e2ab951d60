import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { KINDS } from '@/alerts/kinds'
import { openTestProduct, type TestProduct } from './testing/product'

/** docs/deploy/prometheus-alerts.yml and grafana-dashboard.json ask for what the product sends, and lead to runbooks that are there. */
let product: TestProduct
let metrics: string
const docs = path.resolve(import.meta.dirname, '../../docs')
const rules = fs.readFileSync(path.join(docs, 'deploy/prometheus-alerts.yml'), 'utf8')
const all = (pattern: RegExp) => [...rules.matchAll(pattern)].map(([, found = '']) => found)

beforeAll(async () => {
  product = await openTestProduct()
  const answer = await product.fetch(
    new Request('http://localhost/api/metrics', { headers: { host: 'localhost' } }),
    { incoming: { socket: { remoteAddress: '127.0.0.1' } } },
  )
  metrics = await answer.text()
})
afterAll(() => product.close())

it('each metric of a rule is sent', () => {
  const sent = new Set([...metrics.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name))
  const asked = all(/\b(payonce_\w+)/g)
  expect(asked.length).toBeGreaterThan(10)
  expect(asked.filter((name) => !sent.has(name))).toEqual([])
})

it('each metric of the dashboard is sent, and each panel says what it shows', () => {
  const { panels } = JSON.parse(fs.readFileSync(path.join(docs, 'deploy/grafana-dashboard.json'), 'utf8'))
  const shown = (panels as Panel[]).filter(({ type }) => type !== 'row')
  expect(shown.length).toBeGreaterThan(15)
  for (const { title, description = '', targets = [] } of shown) {
    expect([title, description.length > 20, targets.length > 0]).toEqual([title, true, true])
    for (const { expr } of targets)
      for (const [, name = ''] of expr.matchAll(/\b((?:payonce|nodejs|process)_\w+)/g))
        expect(metrics, `${title}: ${name}`).toMatch(
          new RegExp(`^# TYPE ${name.replace(/_(bucket|sum|count)$/, '')} |^# TYPE ${name} `, 'm'),
        )
  }
})

interface Panel {
  type: string
  title: string
  description?: string
  targets?: { expr: string }[]
}

it('each kind of alert of a rule is one', () => {
  const kinds = all(/kind=~"([^"]+)"/g).flatMap((list) => list.split('|'))
  expect(kinds.length).toBeGreaterThan(3)
  const known: readonly string[] = Object.keys(KINDS)
  expect(kinds.filter((kind) => !known.includes(kind))).toEqual([])
})

it('each rule has a runbook, under a heading that is there', () => {
  const runbooks = all(/runbook: (\S+)/g)
  expect(runbooks).toHaveLength(all(/- alert: (\w+)/g).length)
  const page = fs.readFileSync(path.join(docs, 'operations.md'), 'utf8')
  const anchors = new Set([...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading)))
  expect(runbooks.filter((link) => !anchors.has(link.replace('docs/operations.md#', '')))).toEqual([])
})

/** As GitHub makes it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replaceAll(' ', '-')
