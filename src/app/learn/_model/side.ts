import { type BankCalls, BankDouble } from './bank-double'
import type { PaymentInput, PaymentReply } from './payment'
import { Steps, settled, type TakenStep } from './steps'

/** A press, as both sides get it. */
export interface Press {
  key: string
  input: PaymentInput
  /** The answer gets lost between server and client. */
  losesAnswer: boolean
}

/** A request as its client sees it. `no-answer`: the client cannot know what happened. */
export interface SentRequest {
  number: number
  key: string
  state: 'waiting' | 'answered' | 'no-answer'
  reply: PaymentReply | null
}

/** What a server is started with. What it keeps in memory dies with it. */
export interface ServerParts {
  steps: Steps
  /** Each call of the bank is a step. */
  bank: BankCalls
}

/** Starts a server. @returns its handler */
export type StartServer = (parts: ServerParts) => (press: Press) => Promise<PaymentReply>

/** A side for people, as it is now. */
export interface SideView {
  alive: boolean
  charges: number
  /** How many requests and different keys have been sent. */
  sent: number
  purchases: number
  /** The last ones. */
  requests: readonly SentRequest[]
  taken: readonly TakenStep[]
  upcoming: string | null
}

/** Requests that are remembered, and that may wait at a time: four presses of *Pay ×5*. */
export const REQUESTS_MAX = 20

/** One side of the lesson: a server that can die between any two of its awaits, its clients, and a bank that counts. */
export class Side {
  private readonly bank = new BankDouble()
  private readonly steps = new Steps()
  private readonly keys = new Set<string>()
  private requests: SentRequest[] = []
  private sent = 0
  private handle: ReturnType<StartServer> | null
  private dieAfterCharge = false

  constructor(private readonly startServer: StartServer) {
    this.handle = this.started()
  }

  /** Sends a request. Its first step waits when this resolves. */
  async send(press: Press): Promise<void> {
    this.sent += 1
    this.keys.add(press.key)
    const number = this.sent
    this.put({ number, key: press.key, state: this.handle ? 'waiting' : 'no-answer', reply: null })
    if (this.handle) void this.answer(number, press, this.handle(press))
    else this.steps.note(`Send #${number}`, 'nobody answers: the server is down')
    await settled()
  }

  /** The server dies right after the bank has charged; if the bank is not asked, when the work is done. */
  armDeath(): void {
    this.dieAfterCharge = this.handle !== null
  }

  async next(): Promise<void> {
    const kind = await this.steps.next()
    if (this.dieAfterCharge && (kind === 'charge' || this.steps.upcoming() === null)) this.kill()
  }

  /** What the server was about to do never happens; its clients get no answer. */
  kill(): void {
    this.dieAfterCharge = false
    if (!this.handle) return
    this.handle = null
    this.steps.drop()
    this.steps.note('The server dies', 'what it had in memory is gone')
    this.requests = this.requests.map((request) =>
      request.state === 'waiting' ? { ...request, state: 'no-answer' } : request,
    )
  }

  async start(): Promise<void> {
    if (this.handle) return
    this.steps.note('The server starts', 'ready')
    this.handle = this.started()
    await settled()
  }

  view(): SideView {
    return {
      alive: this.handle !== null,
      charges: this.bank.charges.length,
      sent: this.sent,
      purchases: this.keys.size,
      requests: this.requests,
      taken: this.steps.taken,
      upcoming: this.steps.upcoming(),
    }
  }

  private started(): ReturnType<StartServer> {
    return this.startServer({ steps: this.steps, bank: steppedBank(this.bank, this.steps) })
  }

  private async answer(number: number, press: Press, work: Promise<PaymentReply>): Promise<void> {
    const reply = await work
    await this.steps.step({
      kind: 'other',
      title: `Answer #${number}`,
      act: async () => {
        const state = press.losesAnswer ? 'no-answer' : 'answered'
        this.put({ number, key: press.key, state, reply: press.losesAnswer ? null : reply })
      },
      result: () => (press.losesAnswer ? 'lost on the way' : `${reply.status} ${reply.outcome}`),
    })
  }

  private put(request: SentRequest): void {
    const others = this.requests.filter(({ number }) => number !== request.number)
    this.requests = [...others, request].sort((a, b) => a.number - b.number).slice(-REQUESTS_MAX)
  }
}

function steppedBank(bank: BankDouble, steps: Steps): BankCalls {
  return {
    charge: (request) =>
      steps.step({
        kind: 'charge',
        title: request.key ? 'Ask the bank to charge under this row’s key' : 'Ask the bank to charge',
        act: () => bank.charge(request),
        result: ({ id }) => `${id} charged`,
      }),
    find: (key) =>
      steps.step({
        kind: 'other',
        title: 'Ask the bank what became of this row’s key',
        act: () => bank.find(key),
        result: (made) => (made ? `${made.id} charged` : 'nothing'),
      }),
  }
}
