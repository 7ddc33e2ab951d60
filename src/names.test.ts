import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

/**
 * Words of a former dialect: each stood for several things. docs/glossary.md has the trade's word for each.
 */
const BANNED =
  /^(tell|tells|told|say|says|said|held|look|looks|looked|looking|seat|air|voice|door|news|plain|shared)$/i

/** `held` is the word for presses that the page held back, and for nothing else. */
const HELD_PRESSES = [
  'idempotency/stores/attempt-log.ts: AttemptLog.addHeldPresses',
  'app/dashboard/_parts/payment-sentences.ts: OutcomeCounts.held',
  'idempotency/client/attempt-state.ts: Sent.held',
  'idempotency/client/attempt-state.ts: StoredAttempt.held',
  'payments/overview.ts: Bucket.held',
]

/** Files and folders named with such a word for a while, each with its reason. */
const PATHS_ALLOWED: Record<string, string> = {}

/** Types declared twice on purpose, each with its reason. */
const TYPES_ALLOWED: Record<string, string> = {}

/**
 * The client library is copied into other programs: it imports nothing of ours, so its types have names of
 * their own world.
 */
const LIBRARY = 'sdk/'

test('no exported name, member or file uses a word of the dialect', () => {
  const wrong = declarations(readSources()).flatMap(({ file, name, members }) => [
    ...(hasBannedWord(name) ? [`${file}: ${name}`] : []),
    ...members.filter(hasBannedWord).map((member) => `${file}: ${name}.${member}`),
  ])
  expect(wrong.filter((name) => !HELD_PRESSES.includes(name))).toEqual([])
  const paths = [...readSources().keys()].filter((file) => file.split(/[/.]/).some(hasBannedWord))
  expect(paths.filter((file) => !(file in PATHS_ALLOWED))).toEqual([])
})

test('no exported type name is declared twice', () => {
  const allowed = Object.keys(TYPES_ALLOWED)
  expect(
    doubles(readSources()).filter((double) => !allowed.some((name) => double.startsWith(`${name}:`))),
  ).toEqual([])
})

test('the lists of exceptions name only what is there', () => {
  const known = declarations(readSources()).flatMap(({ file, name, members }) =>
    members.map((member) => `${file}: ${name}.${member}`),
  )
  expect(HELD_PRESSES.filter((name) => !known.includes(name))).toEqual([])
})

test('the rules can be broken', () => {
  const sources = new Map([
    ['ledger/post.ts', 'export interface Line {\n  heldBack: boolean\n  amount: bigint\n}\nconst told = 1'],
    ['payments/charge.ts', 'export async function tellBank() {}\nexport type Line = { said: string }'],
    [
      'payments/bank.ts',
      'export abstract class Bank {\n  private said = 1\n  lookUp(): void {\n    this.say()\n  }\n}',
    ],
    ['sdk/line.ts', 'export interface Line {}'],
    ['lib/line.test.ts', 'export interface Line {}'],
  ])
  expect(declarations(sources)).toEqual([
    { file: 'ledger/post.ts', kind: 'interface', name: 'Line', members: ['heldBack', 'amount'] },
    { file: 'payments/charge.ts', kind: 'function', name: 'tellBank', members: [] },
    { file: 'payments/charge.ts', kind: 'type', name: 'Line', members: [] },
    { file: 'payments/bank.ts', kind: 'class', name: 'Bank', members: ['lookUp'] },
    { file: 'sdk/line.ts', kind: 'interface', name: 'Line', members: [] },
  ])
  expect(['heldBack', 'tellBank', 'lookUp', 'look-again', 'TOLD_HEADERS'].every(hasBannedWord)).toBe(true)
  expect(['household', 'fair', 'explain', 'unexplained-charge', 'outlook'].some(hasBannedWord)).toBe(false)
  expect(doubles(sources)).toEqual(['Line: ledger/post.ts, payments/charge.ts'])
})

type Sources = Map<string, string>

interface Declaration {
  file: string
  kind: string
  name: string
  /** Public members of an interface or a class. */
  members: string[]
}

/**
 * Read by text: Biome formats every file the same way, so a declaration begins a line and its members are
 * indented by two.
 */
function declarations(sources: Sources): Declaration[] {
  return [...sources]
    .filter(([file]) => !isTest(file))
    .flatMap(([file, text]) =>
      [...text.matchAll(DECLARATION)].map((found) => {
        const [, kind = '', name = ''] = found
        return {
          file,
          kind,
          name,
          members: kind.match(/interface|class/) ? membersAfter(text, found.index) : [],
        }
      }),
    )
}

const DECLARATION =
  /^export (?:default )?(?:declare )?(?:async )?(?:abstract )?(function|const|let|class|interface|type|enum)\*? (\w+)/gm

function membersAfter(text: string, start: number): string[] {
  const body = text.slice(start, Math.max(start, text.indexOf('\n}', start)))
  return [
    ...body.matchAll(
      /^ {2}(?!private|protected|#|constructor)(?:(?:readonly|static|async|override|get|set) )*(\w+)[?!]?(?=[(:<=]| =)/gm,
    ),
  ].map(([, member = '']) => member)
}

function hasBannedWord(name: string): boolean {
  return name.split(/(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])|[_-]/).some((word) => BANNED.test(word))
}

function doubles(sources: Sources): string[] {
  const files = new Map<string, string[]>()
  for (const { file, kind, name } of declarations(sources))
    if (/interface|type|class/.test(kind) && !file.startsWith(LIBRARY))
      files.set(name, [...(files.get(name) ?? []), file])
  return [...files]
    .filter(([, where]) => where.length > 1)
    .map(([name, where]) => `${name}: ${where.join(', ')}`)
}

function isTest(file: string): boolean {
  return /\.test\.tsx?$/.test(file)
}

/** Every source file but generated code, by its path in src. */
function readSources(): Sources {
  const root = path.resolve('src')
  const files = fs
    .readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.tsx?$/.test(file) && !/(^|\/)generated\//.test(file))
    .sort()
  return new Map(files.map((file) => [file, fs.readFileSync(path.join(root, file), 'utf8')]))
}
