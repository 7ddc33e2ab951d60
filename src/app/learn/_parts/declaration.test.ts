import { expect, test } from 'vitest'
import { declarationIn } from './declaration'

const SOURCE = `import { a } from './a'

/** Adds. */
export function add(
  one: number,
  other: number,
): number {
  return one + other
}

class Sum {
  private total = 0

  /**
   * Takes one more.
   */
  async take(one: number): Promise<void> {
    this.total += one
    if (one) {
      this.take(0)
    }
  }
}
`

test('a function comes with its comment and to its end', () => {
  expect(declarationIn(SOURCE, 'add')).toBe(
    '/** Adds. */\nexport function add(\n  one: number,\n  other: number,\n): number {\n  return one + other\n}',
  )
})

test('a method comes without the indentation of its class', () => {
  expect(declarationIn(SOURCE, 'take').split('\n')).toEqual([
    '/**',
    ' * Takes one more.',
    ' */',
    'async take(one: number): Promise<void> {',
    '  this.total += one',
    '  if (one) {',
    '    this.take(0)',
    '  }',
    '}',
  ])
})

test('a name that is not declared is an error', () => {
  expect(() => declarationIn(SOURCE, 'total')).toThrow('There is no total to show.')
})
