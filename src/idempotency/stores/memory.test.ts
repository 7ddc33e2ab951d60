import { storeContract } from '../testing/store.contract'
import { type MemoryForm, MemoryStore, type MemoryWrite } from './memory'

let next = 0
const uuid = () => `00000000-0000-7000-8000-${String(++next).padStart(12, '0')}`

storeContract<MemoryForm>('memory', async () => {
  let now = 1_700_000_000_000
  const lines: string[] = []
  const add = (line: string, rows: number, touches: number): MemoryWrite => ({
    name: line,
    rows,
    check: () => touches,
    apply: () => {
      lines.push(line)
      return { line }
    },
  })
  return {
    store: new MemoryStore(() => now, uuid),
    record: () => ({
      merchantId: uuid(),
      id: uuid(),
      scope: 's',
      operation: 'test.write',
      key: 'k',
      fingerprint: 'f',
      fingerprintVersion: 1,
      fields: '{}',
      subjectId: uuid(),
    }),
    begin:
      (line, refuse = false) =>
      () =>
        add(line, 1, refuse ? 0 : 1),
    write: (line, rows = 1) => add(line, rows, 1),
    lines: async () => lines,
    passLeases: async () => {
      now += 3_600_000
    },
    passCeiling: async () => {
      now += 300_000
    },
    passRetention: async () => {
      now += 31 * 24 * 3_600_000
    },
  }
})
