import { describe, expect, it } from 'vitest'
import type { Claim } from '../core/record'
import { type MemoryForm, MemoryStore, type MemoryWrite } from '../stores/memory'
import { forgetfulGateway, type SimulatedGateway } from './gateway'
import { type SimulatedHost, type SimulationOptions, simulate } from './simulate'
import type { SimulatedStore } from './world'

/** A store of somebody else: the memory store, with what a test changes in it. */
const opened =
  (change: (store: MemoryStore, host: SimulatedHost, now: () => number) => void = () => {}) =>
  (host: SimulatedHost): SimulatedStore<MemoryForm> => {
    let now = 1_700_000_000_000
    let tokens = 0
    const lines: string[] = []
    const add = (line: string, touches: number): MemoryWrite => ({
      name: line,
      rows: 1,
      check: () => touches,
      apply: () => {
        lines.push(line)
        return { line }
      },
    })
    const store = new MemoryStore(
      () => now,
      () => `token-${++tokens}`,
    )
    change(store, host, () => now)
    return {
      store,
      begin: (line, refuse) => () => add(line, refuse ? 0 : 1),
      write: (line) => add(line, 1),
      lines: async () => lines,
      passTime: (ms) => {
        now += ms
      },
    }
  }

const failureOf = async (options: SimulationOptions<MemoryForm>) =>
  (await simulate({ schedules: 200, seed: 7, ...options })).failure

describe('a store under random schedules', () => {
  it('holds every law, and everything that should happen does', async () => {
    const result = await simulate({ open: opened(), schedules: 300, seed: 1 })
    expect(result).toMatchObject({ failure: null, schedules: 300, missed: [] })
    expect(result.charges).toBeGreaterThan(300)
  })

  it('holds them too when each of its calls takes real time', async () => {
    const slow = opened((store) => {
      const claim = store.claim.bind(store)
      store.claim = async (...args) => {
        await new Promise(setImmediate)
        return claim(...args)
      }
    })
    expect(await failureOf({ open: slow, schedules: 20 })).toBeNull()
  })

  it.each<[string, RegExp, (store: MemoryStore, host: SimulatedHost, now: () => number) => void]>([
    [
      'looks first and claims afterwards',
      /two callers got the claim/,
      (store, { step }) => {
        const claim = store.claim.bind(store)
        store.claim = async (record, begin) => {
          if (await store.read(record.merchantId, record.id)) return null
          await step()
          store.restore(store.all().filter(({ id }) => id !== record.id))
          return claim(record, begin)
        }
      },
    ],
    [
      'lets an old claim commit',
      /superseded fence|second line|refused a commit|twice/,
      (store) => {
        const commit = store.commit.bind(store)
        store.commit = async (claim, next) => commit(current(store, claim), next)
      },
    ],
    [
      'gives a record in doubt to anyone, under the same fence',
      /after the fence|superseded|twice|refused a commit/,
      (store) => {
        store.takeOverdue = async (operation, limit) =>
          store
            .all()
            .filter((row) => row.operation === operation && ['sending', 'unknown'].includes(row.state))
            .slice(0, limit)
            .map(({ merchantId, id, token, fence, subjectId, tries, failures }) => ({
              claim: { merchantId, id, token, fence },
              subjectId,
              tries,
              failures,
            }))
      },
    ],
    [
      'takes over what may have been sent',
      /both began|charged twice|twice/,
      (store, _, now) => {
        const read = store.read.bind(store)
        const asClaimed = () => {
          const rows = store.all()
          store.restore(
            rows.map((row) =>
              row.state === 'sending' && row.leaseUntil < now() ? { ...row, state: 'claimed' } : row,
            ),
          )
        }
        store.read = async (...args) => {
          asClaimed()
          return read(...args)
        }
      },
    ],
    [
      'loses the answer of a commit now and then',
      /went back|two answers|completed twice|stuck|an answer/,
      (store) => {
        let commits = 0
        const commit = store.commit.bind(store)
        store.commit = async (claim, next) => {
          const done = await commit(claim, next)
          if (done && next.to === 'completed' && ++commits % 3 === 0)
            store.restore(
              store
                .all()
                .map((row) => (row.id === claim.id ? { ...row, answer: '{"outcome":"lost"}' } : row)),
            )
          return done
        }
      },
    ],
  ])('finds the one that %s', async (_, law, change) => {
    expect(await failureOf({ open: opened(change) })).toMatch(law)
  })

  it('finds the gateway that charges after it has said that it did not', async () => {
    const late = (): SimulatedGateway => ({
      ...forgetfulGateway(),
      ...(() => {
        const charged: string[] = []
        return {
          ask: async (key: string) => {
            charged.push(key)
            return 'done' as const
          },
          find: async (key: string) => (charged.includes(key) ? ('done' as const) : ('refused' as const)),
          charges: async () => charged,
        }
      })(),
    })
    expect(await failureOf({ open: opened(), gateway: late })).toMatch(
      /stored as refused|not true|charged twice/,
    )
  })

  it('plays the schedule of a failure again', async () => {
    const open = opened((store) => {
      store.commit = async () => true
    })
    const { failure } = await simulate({ open, seed: 3 })
    expect(failure).toMatch(/^LawBroken: .* Play it again/)
    const [, seed, path] = /seed: (\d+), path: '([\d:]+)'/.exec(failure ?? '') ?? []
    const again = await simulate({ open, seed: Number(seed), path: path ?? '' })
    expect(again.failure?.split(' Play')[0]).toBe(failure?.split(' Play')[0])
  })
})

/** The claim that the record has now. */
function current(store: MemoryStore, claim: Claim): Claim {
  const row = store.all().find(({ id }) => id === claim.id)
  return row ? { ...claim, token: row.token, fence: row.fence } : claim
}

describe('options of simulate', () => {
  it.each([
    [undefined, /`open` is missing/],
    [{ open: opened(), runs: 5 }, /no option `runs`.*schedules/],
    [{ open: opened(), schedules: 0 }, /from 1 to 1000000/],
    [{ open: opened(), seed: 1.5 }, /whole number/],
    [{ open: opened(), gateway: {} }, /\{ ask, find, charges \}/],
    [{ open: opened(), path: 5 }, /12:3:1/],
    [{ open: () => ({ ...opened()({ step: async () => {} }), lines: 5 }) }, /no `lines`/],
    [{ open: () => ({ ...opened()({ step: async () => {} }), store: { read() {} } }) }, /no claim, takeOver/],
  ])('refuses %j, and says what to write', async (options, message) => {
    const call = simulate(options as SimulationOptions<MemoryForm>)
    await expect(call).rejects.toThrow(TypeError)
    await expect(simulate(options as SimulationOptions<MemoryForm>)).rejects.toThrow(message)
  })
})
