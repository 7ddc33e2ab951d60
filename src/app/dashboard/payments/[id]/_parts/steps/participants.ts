import type { Participant, StepFacts } from './payment-step'

/** Processes with a lane of their own. 4: a fifth would leave no room for the text between lanes. */
const PROCESSES_MAX = 4

/** The order from left to right. */
const ORDER: readonly Participant['kind'][] = [
  'caller',
  'operator',
  'server',
  'worker',
  'payonce',
  'ledger',
  'bank',
  'endpoints',
]

const FIXED: Record<'ledger' | 'bank' | 'payonce' | 'operator' | 'endpoints', Participant> = {
  ledger: { id: 'ledger', kind: 'ledger', label: 'Ledger', detail: '' },
  bank: { id: 'bank', kind: 'bank', label: 'Bank', detail: '' },
  payonce: { id: 'payonce', kind: 'payonce', label: 'Payonce', detail: 'process not noted' },
  operator: { id: 'operator', kind: 'operator', label: 'Operator', detail: '' },
  endpoints: { id: 'endpoints', kind: 'endpoints', label: 'Your servers', detail: 'webhooks' },
}

/** Names those who take part as they are met: `Server A` is the first web process, `Worker` the process that finishes what others left. */
export class Participants {
  private readonly met = new Map<string, Participant>()
  private readonly processes = { server: 0, worker: 0 }

  constructor(private readonly facts: StepFacts) {}

  caller(): string {
    const { record, by } = this.facts
    const labels = { browser: 'Shopper', program: 'Program', operator: 'Operator', worker: 'Worker' }
    return this.meet({
      id: 'caller',
      kind: 'caller',
      label: record?.sentBy ? labels[record.sentBy] : 'Client',
      detail: by?.kind === 'key' || by?.kind === 'operator' ? (by.name ?? '') : '',
    })
  }

  fixed(id: keyof typeof FIXED): string {
    return this.meet(FIXED[id])
  }

  /** @param name of the process, `web@host:1234`; null: no row names it */
  process(name: string | null): string {
    if (name === null) return this.fixed('payonce')
    if (this.met.has(name)) return name
    if (this.processes.server + this.processes.worker >= PROCESSES_MAX)
      return this.meet({ id: 'others', kind: 'server', label: 'Other servers', detail: 'of Payonce' })
    const kind = name.startsWith('worker') ? 'worker' : 'server'
    const number = this.processes[kind]++
    const letter = String.fromCharCode(65 + number)
    const label = kind === 'server' ? `Server ${letter}` : number === 0 ? 'Worker' : `Worker ${letter}`
    return this.meet({ id: name, kind, label, detail: shortProcess(name) })
  }

  list(): Participant[] {
    return [...this.met.values()].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
  }

  private meet(participant: Participant): string {
    if (!this.met.has(participant.id)) this.met.set(participant.id, participant)
    return participant.id
  }
}

/** `web@host:1234` → `web:1234` */
function shortProcess(name: string): string {
  return name.replace(/@.*:/, ':')
}
