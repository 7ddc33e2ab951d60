import { simulate } from '@payonce/idempotency/simulation'
import { type MemoryForm, MemoryStore, type StoreHarness, storeContract } from '@payonce/idempotency/testing'
import { expect, test } from 'vitest'

/** An empty store. `MemoryStore` stands where yours will; a write of it adds one line. */
function open() {
  let now = Date.now()
  const lines: string[] = []
  const add = (line: string, rows: number, touches: number): MemoryForm['write'] => ({
    name: line,
    rows,
    check: () => touches,
    apply: () => {
      lines.push(line)
      return { line }
    },
  })
  const passTime = async (ms: number) => {
    now += ms
  }
  const harness: StoreHarness<MemoryForm> = {
    store: new MemoryStore(() => now, crypto.randomUUID.bind(crypto)),
    record: () => ({
      merchantId: crypto.randomUUID(),
      id: crypto.randomUUID(),
      scope: 'ada',
      operation: 'orders.create',
      key: 'abc123',
      fingerprint: 'f',
      fingerprintVersion: 1,
      fields: '{}',
      subjectId: crypto.randomUUID(),
    }),
    begin: (line, refuse) => () => add(line, 1, refuse ? 0 : 1),
    write: (line, rows = 1) => add(line, rows, 1),
    lines: async () => lines,
    passLeases: () => passTime(3_600_000),
    putClockBack: () => passTime(-2 * 3_600_000),
    passCeiling: () => passTime(300_000),
    passRetention: () => passTime(31 * 24 * 3_600_000),
  }
  return { ...harness, passTime }
}

storeContract('my store', async () => open())

test('my store under random schedules', async () => {
  const { failure } = await simulate({ open, schedules: 100 })
  expect(failure).toBeNull()
}, 60_000)
