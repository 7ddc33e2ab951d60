import type { Store } from '../core/store'
import { type StoreHarness, storeContract } from '../testing/store.contract'
import { type AnswerCipher, EncryptedStore } from './encrypted-store'
import { GroupCommitStore } from './group-commit'
import { type MemoryForm, MemoryStore, type MemoryWrite } from './memory'

let next = 0
const uuid = () => `00000000-0000-7000-8000-${String(++next).padStart(12, '0')}`

const STORES: Record<string, (memory: MemoryStore) => Store<MemoryForm>> = {
  memory: (memory) => memory,
  'memory with group commit': (memory) => new GroupCommitStore(memory, memory, uuid),
  'memory with encrypted answers': (memory) => new EncryptedStore(memory, BACKWARDS),
}

/** Turns answers around. */
const BACKWARDS: AnswerCipher = {
  ready: async () => undefined,
  encrypt: async (_, body) => `<${[...body].reverse().join('')}`,
  decrypt: async (_, text) => [...text.slice(1)].reverse().join(''),
}

const harness = async (
  open: (memory: MemoryStore) => Store<MemoryForm>,
): Promise<StoreHarness<MemoryForm>> => {
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
    store: open(new MemoryStore(() => now, uuid)),
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
    putClockBack: async () => {
      now -= 2 * 3_600_000
    },
    passCeiling: async () => {
      now += 300_000
    },
    passRetention: async () => {
      now += 31 * 24 * 3_600_000
    },
  }
}

for (const [name, open] of Object.entries(STORES)) storeContract(name, () => harness(open))
