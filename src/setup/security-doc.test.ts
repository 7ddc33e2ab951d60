import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './process/project-root'

/** docs/security.md says what is there: its walls are files of ours, and its tests exist under the titles that it gives. */

const page = fs.readFileSync(path.join(root, 'docs/security.md'), 'utf8')
const rowsOf = (heading: string) => {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? ''
  return [...section.matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(([, number, rest = '']) => ({
    number: Number(number),
    cells: rest.split(' | '),
  }))
}
const checks = rowsOf('The 64 checks')
const attacks = rowsOf('Attacks')

describe('the 64 checks', () => {
  it('are all there, in order', () => {
    const numbers = checks.map(({ number }) => number)
    expect([...new Set(numbers)]).toEqual(Array.from({ length: 64 }, (_, at) => at + 1))
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other))
    expect(checks.filter(({ cells }) => cells.length !== 4)).toEqual([])
  })

  it('have a state, with a reason unless it is met', () => {
    const wrong = checks.filter(
      ({ cells: [, state = ''] }) => !/^(met\b|(partly|not met|n\/a)\b.{10,})/.test(state),
    )
    expect(wrong).toEqual([])
  })

  it('have a wall and a test wherever they are met or partly met', () => {
    const bare = checks.filter(
      ({ cells: [, state = '', wall = '', test = ''] }) =>
        /^(met|partly)/.test(state) &&
        !(filesIn(wall).length > 0 && claimsIn(test).some(({ title }) => title)),
    )
    expect(bare).toEqual([])
  })
})

it('each attack has a test', () => {
  expect(attacks.map(({ number }) => number)).toEqual(Array.from({ length: 15 }, (_, at) => at + 1))
  expect(attacks.filter(({ cells }) => claimsIn(cells[2] ?? '').length === 0)).toEqual([])
})

it('each wall is a file', () => {
  const walls = checks.flatMap(({ number, cells }) =>
    filesIn(cells[2] ?? '').map((file) => ({ number, file })),
  )
  expect(walls.length).toBeGreaterThan(64)
  expect(walls.filter(({ file }) => !fs.existsSync(path.join(root, file)))).toEqual([])
})

describe('the tests', () => {
  const claims = [...checks.map(({ cells }) => cells[3]), ...attacks.map(({ cells }) => cells[2])].flatMap(
    (cell = '') => claimsIn(cell),
  )

  it('are in their files', () => {
    expect(claims.length).toBeGreaterThan(120)
    const missing = claims.filter(({ file, title }) => !titlesOf(file).some((one) => one.includes(title)))
    expect(missing).toEqual([])
  })

  it('are named by more than a placeholder', () => {
    expect(claims.filter(({ title }) => title.replace(/%\w/g, '').trim().length < 6)).toEqual([])
  })
})

it('a title that is nowhere is noticed', () => {
  expect(claimsIn('`a.test.ts`: *one*; *two*. `b.spec.ts`: *three*')).toEqual([
    { file: 'a.test.ts', title: 'one' },
    { file: 'a.test.ts', title: 'two' },
    { file: 'b.spec.ts', title: 'three' },
  ])
  const titles = titlesOf('src/setup/security-doc.test.ts')
  expect(titles).toContain('each wall is a file')
  expect(titles).toContain('are all there, in order')
  // The word stands in this file, but is the title of no test.
  expect(titles.some((title) => title.includes('b.spec.ts'))).toBe(false)
})

/** Paths in backticks: with a folder, or one of the files at the root. */
function filesIn(cell: string): string[] {
  return [
    ...cell.matchAll(
      /`((?:src|prisma|docs|e2e|\.github)\/[^`]+|package(?:-lock)?\.json|next\.config\.js|\.npmrc|\.ci\/run)`/g,
    ),
  ].map(([, file = '']) => file)
}

/** Each title of a cell with the file that stands before it. */
function claimsIn(cell: string): { file: string; title: string }[] {
  return cell.split(/(?=`[^`]+\.(?:test|spec)\.ts`: )/).flatMap((part) => {
    const [, file, titles = ''] = /^`([^`]+)`: (.*)/.exec(part) ?? []
    if (!file) return []
    return [...titles.matchAll(/\*((?:[^*])+)\*/g)].map(([, title = '']) => ({ file, title }))
  })
}

/** Titles of tests (a string that a function or options follow), and of the cases that one runs through. */
function titlesOf(file: string): string[] {
  const place = path.join(root, file)
  if (!fs.existsSync(place)) return []
  const text = fs.readFileSync(place, 'utf8')
  const titles = text.matchAll(/\(\s*(['"`])((?:\\.|(?!\1)[^\\\n])+)\1,\s*(?:async\b|\(|\{|\w+ =>)/g)
  const cases = text.matchAll(/^ +\[\s*(['"`])((?:\\.|(?!\1)[^\\\n])+)\1,/gm)
  return [...titles, ...cases].map(([, , title = '']) => title.replace(/\\(.)/g, '$1'))
}
