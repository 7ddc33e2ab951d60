import { expect, test, vi } from 'vitest'
import { coalesce } from './coalesce'

/** A check that ends when `end` is called. */
function slowCheck() {
  const ends: ((outcome: Promise<string>) => void)[] = []
  const ask = vi.fn(() => new Promise<string>((resolve) => ends.push(resolve)))
  return { ask, end: (index: number, outcome: Promise<string>) => ends[index]?.(outcome) }
}

test('who asks while a check is under way gets that one, however long it takes', async () => {
  const { ask, end } = slowCheck()
  const recent = coalesce<string>()
  const answers = [recent('a', ask, () => 0), recent('a', ask, () => 60_000)]
  end(0, Promise.resolve('first'))
  expect(await Promise.all(answers)).toEqual(['first', 'first'])
  expect(ask).toHaveBeenCalledTimes(1)
})

test('an answer is fresh for 2 s from its beginning, then it is asked anew', async () => {
  const { ask, end } = slowCheck()
  const recent = coalesce<string>()
  const first = recent('a', ask, () => 0)
  end(0, Promise.resolve('first'))
  await first
  expect(await recent('a', ask, () => 1_999)).toBe('first')
  const second = recent('a', ask, () => 2_000)
  end(1, Promise.resolve('second'))
  expect(await second).toBe('second')
})

test('a check that failed is not shared on', async () => {
  const { ask, end } = slowCheck()
  const recent = coalesce<string>()
  const first = recent('a', ask, () => 0)
  end(0, Promise.reject(new Error('the database is away')))
  await expect(first).rejects.toThrow('away')
  const second = recent('a', ask, () => 1)
  end(1, Promise.resolve('back'))
  expect(await second).toBe('back')
})

test('each merchant has its own', async () => {
  const recent = coalesce<string>()
  expect(await Promise.all(['a', 'b'].map((merchant) => recent(merchant, async () => merchant)))).toEqual([
    'a',
    'b',
  ])
})

test('so many merchants are remembered and no more: the one that asked longest ago is asked anew', async () => {
  const recent = coalesce<string>(2)
  const ask = vi.fn(async () => 'checked')
  const asks = async (merchant: string) => {
    const before = ask.mock.calls.length
    await recent(merchant, ask, () => 0)
    return ask.mock.calls.length - before
  }
  expect([await asks('a'), await asks('b'), await asks('c')]).toEqual([1, 1, 1])
  expect([await asks('b'), await asks('c'), await asks('a')]).toEqual([0, 0, 1])
})

test('a check that failed after it was forgotten leaves the newer one alone', async () => {
  const { ask, end } = slowCheck()
  const recent = coalesce<string>(1)
  const first = recent('a', ask, () => 0)
  const other = recent(
    'b',
    async () => 'b',
    () => 0,
  )
  const second = recent('a', ask, () => 0)
  end(0, Promise.reject(new Error('the database is away')))
  await expect(first).rejects.toThrow('away')
  expect(recent('a', ask, () => 0)).toBe(second)
  end(1, Promise.resolve('second'))
  expect([await other, await second, ask.mock.calls.length]).toEqual(['b', 'second', 2])
})
