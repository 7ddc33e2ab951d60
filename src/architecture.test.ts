import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

/** Who may import whom: the drawing of docs/architecture.md as data. A longer entry means that part of the room only. */
const MAY_IMPORT: Record<string, string[]> = {
  lib: [],
  i18n: ['lib'],
  ui: ['lib'],
  // The engine is a library that imports nothing of ours.
  platform: ['lib', 'idempotency/stores'],
  idempotency: [],
  sdk: [],
  ledger: ['lib', 'platform', 'idempotency/stores/sql'],
  access: ['lib', 'platform'],
  payments: ['ledger', 'idempotency', 'lib', 'platform'],
  checkout: ['payments', 'ledger', 'idempotency', 'lib', 'platform'],
  server: ['checkout', 'payments', 'ledger', 'access', 'idempotency', 'i18n', 'lib', 'platform'],
  app: [
    'shop',
    'server/caller',
    'checkout/schema',
    'checkout/catalogue',
    'idempotency/client',
    'idempotency/problems',
    'i18n',
    'ui',
    'lib',
  ],
  shop: [
    'server/caller',
    'checkout/schema',
    'checkout/catalogue',
    'idempotency/client',
    'idempotency/problems',
    'i18n',
    'ui',
    'lib',
  ],
  // The route that mounts the API for `next dev` and serverless hosts.
  'app/api': ['server/api', 'server/deps'],
  // The checkout alone lives in Next's other router: its script may weigh next to nothing.
  pages: ['shop', 'server/caller', 'i18n', 'ui', 'lib'],
  // A key of an earlier start is known by its hash; `verify` asks for the invariants.
  setup: ['platform', 'lib', 'access/token', 'payments/integrity'],
  // Files that lie directly in src.
  '.': ['platform'],
}

/** Rooms whose types another room may name, because its screens show them; types are gone when it runs. */
const MAY_NAME_TYPES: Record<string, string[]> = {
  app: ['server', 'checkout'],
  shop: ['server', 'checkout'],
  pages: ['server'],
}

/** Walls within a room: places of it that do not know each other. REST and tRPC meet in `server/wire` only. */
const WALLS: Record<string, string[]> = {
  'server/rest': ['server/routers', 'server/trpc', 'server/root', 'server/context', 'server/caller'],
  'server/routers': ['server/rest'],
  'server/wire': ['server/rest', 'server/routers', 'server/admission', 'server/trpc'],
}

/** Who may import which packages. */
const PACKAGES: { name: RegExp; only: string[] }[] = [
  { name: /^react(-dom)?($|\/)/, only: ['app', 'pages', 'shop', 'ui', 'idempotency/client/react'] },
  {
    name: /^next($|\/)/,
    only: ['app', 'pages', 'shop', 'server/main', 'i18n/request'],
  },
  {
    name: /^@trpc\//,
    only: ['app', 'pages', 'shop', 'server/trpc', 'server/api', 'idempotency/client'],
  },
  { name: /^(next-intl|use-intl|icu-minify|negotiator)($|\/)/, only: ['app', 'pages', 'shop', 'i18n'] },
]

/** What must never be in a browser: the place where all is built, and the database. */
const SERVER_ONLY = ['server/deps.ts', 'platform/db.ts']

test('each room imports only the rooms below it', () => {
  expect(wrongArrows(readSources())).toEqual([])
})

test('what ships imports nothing beside src but the seed', () => {
  expect(outside(readSources())).toEqual([
    'setup/known-shop.ts → ../prisma/seed',
    'setup/seed.ts → ../prisma/seed',
    'setup/start.ts → ../prisma/seed',
  ])
})

test('only the rooms that need them import React, Next and tRPC', () => {
  expect(wrongPackages(readSources())).toEqual([])
})

test('the worker loads no tRPC', () => {
  const sources = readSources()
  expect(wayTo(sources, ['server/worker.ts'], ['server/trpc.ts'], new Set())).toBe(null)
  expect(wayTo(sources, ['server/api.ts'], ['server/trpc.ts'], new Set())).not.toBe(null)
})

test('no client component reaches the server', () => {
  expect(serverReached(readSources())).toEqual([])
})

test('the rules can be broken', () => {
  const sources = new Map([
    [
      'ledger/post.ts',
      "import { charge } from '@/payments/charge'\nimport { useState } from 'react'\nimport type { Money } from '@/lib/money'",
    ],
    ['payments/charge.ts', "import { post } from '@/ledger/post'\nimport { db } from '@/platform/db'"],
    ['platform/db.ts', ''],
    ['lib/money.ts', ''],
    ['ui/button.tsx', "'use client'\nimport type { Db } from '@/platform/db'\nexport { pay } from './pay'"],
    ['ui/pay.ts', "const charge = await import('../payments/charge')"],
    [
      'server/rest/orders.ts',
      "import { notFound } from '../wire/json'\nimport { list } from '../routers/list'",
    ],
    ['server/routers/list.ts', "import { TRPCError } from '@trpc/server'"],
    ['server/wire/json.ts', "import type { RestContext } from '../rest/orders'"],
  ])
  expect(wrongArrows(sources)).toEqual([
    'ledger/post.ts → payments/charge.ts',
    'ui/button.tsx → platform/db.ts',
    'ui/pay.ts → payments/charge.ts',
    'server/rest/orders.ts → server/routers/list.ts',
    'server/wire/json.ts → server/rest/orders.ts',
  ])
  expect(wrongPackages(sources)).toEqual(['ledger/post.ts → react', 'server/routers/list.ts → @trpc/server'])
  expect(serverReached(sources)).toEqual(['ui/button.tsx → ui/pay.ts → payments/charge.ts → platform/db.ts'])
})

type Sources = Map<string, string>

function wrongArrows(sources: Sources): string[] {
  return [...sources].flatMap(([file, text]) =>
    importsOf(text).flatMap(({ from, type }) => {
      const target = resolve(sources, file, from)
      return target && !mayImport(file, target, type) ? [`${file} → ${target}`] : []
    }),
  )
}

/** Imports that lead out of src. What nobody can read off the text, as a computed import, counts too. */
function outside(sources: Sources): string[] {
  return [...sources].flatMap(([file, text]) => [
    ...importsOf(text)
      .filter(({ from }) => from.startsWith('.'))
      .map(({ from }) => path.posix.join(path.posix.dirname(file), from))
      .filter((target) => target.startsWith('..'))
      .map((target) => `${file} → ${target}`),
    ...[...text.matchAll(/\bimport\((?!\s*(?:\/\*[^*]*\*\/\s*)*['"])/g)].map(
      () => `${file} → a computed import`,
    ),
  ])
}

function mayImport(file: string, target: string, type: boolean): boolean {
  if (roomOf(file) === roomOf(target)) return !behindWall(file, target)
  const tables = type ? [MAY_IMPORT, MAY_NAME_TYPES] : [MAY_IMPORT]
  const places = tables.flatMap((table) =>
    Object.keys(table).flatMap((place) =>
      lies(file, place) || roomOf(file) === place ? (table[place] ?? []) : [],
    ),
  )
  return places.some((place) => place === '*' || lies(target, place))
}

function behindWall(file: string, target: string): boolean {
  return Object.entries(WALLS).some(
    ([place, others]) => lies(file, place) && others.some((other) => lies(target, other)),
  )
}

function wrongPackages(sources: Sources): string[] {
  return [...sources].flatMap(([file, text]) =>
    importsOf(text).flatMap(({ from }) => {
      const wrong = PACKAGES.some(
        ({ name, only }) => name.test(from) && !only.some((place) => lies(file, place)),
      )
      return wrong ? [`${file} → ${from}`] : []
    }),
  )
}

/** The way from each client component to what must stay on the server, where there is one. */
function serverReached(sources: Sources): string[] {
  const clients = [...sources].filter(([, text]) => /^\s*['"]use client['"]/.test(text)).map(([file]) => file)
  return clients.flatMap((file) => wayTo(sources, [file], SERVER_ONLY, new Set()) ?? [])
}

function wayTo(sources: Sources, way: string[], goals: string[], seen: Set<string>): string | null {
  const file = way.at(-1) ?? ''
  if (goals.includes(file)) return way.join(' → ')
  if (seen.has(file)) return null
  seen.add(file)
  for (const { from, type } of importsOf(sources.get(file) ?? '')) {
    const target = type ? null : resolve(sources, file, from)
    const found = target && wayTo(sources, [...way, target], goals, seen)
    if (found) return found
  }
  return null
}

/** `import type` is erased; `import { type X }` leaves an import behind, so it counts. */
function importsOf(text: string): { from: string; type: boolean }[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  const statements = [
    ...code.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'"`;=()]*?\sfrom\s+)?['"]([^'"]+)['"]/gm),
  ]
  const dynamic = [...code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)]
  return [
    ...statements.map((found) => ({ from: found[2] ?? '', type: found[1] !== undefined })),
    ...dynamic.map((found) => ({ from: found[1] ?? '', type: false })),
  ]
}

/** The file of ours that an import means, or null for a package. */
function resolve(sources: Sources, file: string, from: string): string | null {
  if (!/^(@\/|\.)/.test(from)) return null
  const place = from.startsWith('@/') ? from.slice(2) : path.posix.join(path.posix.dirname(file), from)
  return (
    ['', '.ts', '.tsx', '/index.ts', '/index.tsx']
      .map((end) => place + end)
      .find((candidate) => sources.has(candidate)) ?? null
  )
}

const roomOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] ?? '') : '.')

/** Is the file this place, or in it? `idempotency/client` holds `idempotency/client/link.ts`, `server/caller` is `server/caller.ts`. */
const lies = (file: string, place: string): boolean =>
  file.startsWith(`${place}/`) || file.replace(/\.tsx?$/, '') === place

/** Every file of the house. Tests and what only they use (`testing/`, `*.contract.ts`) may look anywhere. */
function readSources(): Sources {
  const names = fs.readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  const ours = names.filter(
    (name) =>
      /\.tsx?$/.test(name) &&
      !/\.(test|contract)\.tsx?$|(^|\/)testing\//.test(name) &&
      !name.startsWith('platform/generated'),
  )
  return new Map(ours.map((name) => [name, fs.readFileSync(path.join(import.meta.dirname, name), 'utf8')]))
}
