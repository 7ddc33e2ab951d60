import { OFFERED } from '@/server/lab/accidents'
import type { LabEvent, LabLane } from '@/server/lab/run'
import type { JournalLine } from '../bank/journal'
import type { ClientTry, HistoryLine } from '../chaos/history'
import type { ProcessEvent } from '../chaos/product-process'

/** The most events of a story that are shown: a storm of 50 presses has some 150. */
const EVENTS_MAX = 300

/** What the steps of the engine are to a reader. A step that is not here says nothing more. */
const STEPS: Record<string, { to?: LabLane; from?: LabLane; words: string }> = {
  claimed: { to: 'database', words: 'claims the key and reserves the order, in one commit' },
  'taken-over': { to: 'database', words: 'takes over: the lease of the process before is over' },
  asking: { to: 'bank', words: 'asks the bank' },
  asked: { from: 'bank', words: 'has the bank’s answer, or its time was over' },
  committed: { to: 'database', words: 'stores the answer with the posting, in one commit' },
  'lost-lease': { to: 'database', words: 'stores nothing: another process has taken over' },
}
const OUTCOMES: Record<string, string> = {
  replayed: 'answers with the stored result',
  joined: 'has waited for the running request and gives the same answer',
  rejected: 'refuses: the key is in use, or the result is not known yet',
  recovered: 'has finished the payment without the client',
}

/** What happens in one run, in the order of the clocks of its processes. */
export class Story {
  private readonly events: LabEvent[] = []
  private began = Date.now()
  private told = false
  private refusing = false
  private sent = 0
  private readonly counted = new Map<string, number>()

  /**
   * @param plannedId the accident of the run: an ordered one tells by itself when it strikes, sooner than anybody else sees it
   * @param changed called with each event
   */
  constructor(
    private readonly plannedId: string,
    private readonly changed: () => void,
  ) {}

  /** The first press is now. */
  begin(): void {
    this.began = Date.now()
  }

  /** The last events, and how many are left out before them. */
  shown(): { events: LabEvent[]; eventsLeftOut: number } {
    const sorted = this.events.toSorted((a, b) => a.at - b.at)
    return { events: sorted.slice(-EVENTS_MAX), eventsLeftOut: Math.max(0, sorted.length - EVENTS_MAX) }
  }

  get requests(): number {
    return this.sent
  }

  /** Times that a process took on the work: a claim or a take-over, or, where there are none, a question to the bank. */
  get executions(): number {
    const claims = this.steps('claimed') + this.steps('taken-over')
    return claims > 0 ? claims : this.steps('asking')
  }

  client(line: HistoryLine): void {
    const server = laneOf(line.server)
    const at = Date.parse(line.at)
    if ('began' in line) {
      this.sent++
      const words = `Request ${this.sent}, with the key of the purchase`
      this.add({ at, from: 'client', to: server, kind: 'sent', words })
      return
    }
    const refused = line.broke === 'ECONNREFUSED'
    if (refused) this.forget(server)
    if (!(refused && this.refusing)) this.add({ at, from: server, to: 'client', ...endOf(line, server) })
    this.refusing = refused
  }

  /** A try that no server took is no request: what is told is that the client keeps trying. */
  private forget(server: LabLane): void {
    this.sent--
    const sent = this.events.findLastIndex(({ kind, to }) => kind === 'sent' && to === server)
    if (sent >= 0) this.events.splice(sent, 1)
  }

  process(lane: LabLane, name: string, event: ProcessEvent): void {
    if (event.type === 'died') this.add({ from: lane, to: null, kind: 'died', words: `${name} is dead` })
    if (event.type === 'started')
      this.add({ from: lane, to: null, kind: 'step', words: `${name} is up again` })
    if (event.type === 'struck') this.accident(this.plannedId, lane, event.at)
    if (event.type === 'step') this.step(lane, name, event)
    const outcome = event.type === 'attempt' ? OUTCOMES[event.outcome] : null
    if (outcome && event.type === 'attempt') {
      const kind = event.outcome === 'recovered' ? 'recovered' : 'step'
      this.add({ at: event.at, from: lane, to: null, kind, words: `${name} ${outcome}` })
    }
  }

  private step(lane: LabLane, name: string, { step, at }: { step: string; at: number }): void {
    this.counted.set(step, this.steps(step) + 1)
    const known = STEPS[step]
    if (!known) return
    const { from = lane, to = lane, words } = known
    this.add({ at, from, to, kind: 'step', words: `${name} ${words}` })
  }

  /** The accident has struck. Told once: what tells first is the nearest to it. */
  accident(id: string, lane: LabLane = laneOfAccident(id), at = Date.now()): void {
    if (id !== this.plannedId || this.told) return
    this.told = true
    const fault = OFFERED.find((offered) => offered.id === id)?.fault ?? id
    this.add({ at, from: lane, to: null, kind: 'accident', words: fault })
  }

  moved({ kind, amountMinor, at }: JournalLine): void {
    const amount = `€${(Number(amountMinor) / 100).toFixed(2)}`
    const words = kind === 'refund' ? `The bank gives back ${amount}` : `The bank charges ${amount}`
    this.add({ at: Date.parse(at), from: 'bank', to: null, kind: 'charge', words })
  }

  private steps(step: string): number {
    return this.counted.get(step) ?? 0
  }

  private add({ at = Date.now(), ...event }: Omit<LabEvent, 'at'> & { at?: number }): void {
    this.events.push({ at: Math.max(0, Math.round(at - this.began)), ...event })
    this.changed()
  }
}

/** How a try ended, as its client saw it. */
function endOf({ outcome, status, broke }: ClientTry, server: LabLane): Pick<LabEvent, 'kind' | 'words'> {
  if (outcome === 'answer') return { kind: 'answered', words: `Answer ${status}: final` }
  if (outcome === 'later')
    return { kind: 'unanswered', words: `Answer ${status}: not final, to be sent again` }
  if (broke === 'ECONNREFUSED')
    return {
      kind: 'unanswered',
      words: `${nameOf(server)} takes no connection: the client tries until it does`,
    }
  return { kind: 'unanswered', words: `No answer: ${broke ?? 'the connection broke'}` }
}

export const nameOf = (server: LabLane): string => (server === 'server-a' ? 'Server A' : 'Server B')

export const laneOf = (index: number): LabLane => (index === 0 ? 'server-a' : 'server-b')

function laneOfAccident(id: string): LabLane {
  if (id.startsWith('D')) return 'database'
  if (id === 'J4') return 'worker'
  return id.startsWith('G') || id === 'N9' ? 'bank' : 'server-a'
}
