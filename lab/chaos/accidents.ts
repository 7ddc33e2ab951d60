import { setTimeout as pause } from 'node:timers/promises'
import { until } from '@/setup/process/console'
import type { Installation } from './installation'
import { type Played, TRACES, type Traces } from './played'
import type { ProductProcess } from './product-process'

/** The request that an accident is aimed at. */
export interface Victim {
  server: ProductProcess
  recordId: string
  mark: string
  /** Of its order, in minor units; no other order has it. */
  amount: bigint
  played: Played
  /** The key under which the bank is asked; null: whatever the bank is asked next. */
  bankKey: string | null
}

/**
 * One accident. Its id (docs/failure-modes.md) tells where it strikes: S at a step of the server, N on the network, D at the database,
 * J at a worker, G at the bank. `arm` prepares it before the request is sent, and `Installation.happened` counts it when it strikes; `over` ends one
 * that lasts, while the clients go on.
 */
export interface Accident {
  id: string
  description: string
  /** It kills the process that answers the request. */
  kills?: boolean
  /** Its payment ends up parked for a person, so a client that insists would wait in vain. */
  parks?: boolean
  /** The card without which it cannot happen. */
  card?: string
  /** It happens between us and the bank: `ask` to any question, `charge` to a charge only. */
  atBank?: 'ask' | 'charge'
  /** The bank's own fault, ordered for the victim's request. */
  fault?: string
  arm(installation: Installation, victim: Victim): Promise<void>
  over?(installation: Installation, victim: Victim): Promise<void>
}

/** The reason why it cannot happen to this operation; null: it can. */
export function whyNever({ atBank }: Accident, played: Played): string | null {
  const { request, verb } = TRACES[played]
  if (atBank !== undefined && request === null) return 'this operation asks the bank nothing'
  if (atBank === 'charge' && verb !== 'charge') return 'it can happen to a charge only'
  return null
}

type Point = 'request' | 'claimed' | 'asking' | 'asked' | 'committed' | 'answer'

/** A kill at a step that the product publishes on its diagnostics channel. */
const atStep = (id: string, point: Point, when: string): Accident => ({
  id,
  description: `killed ${when}`,
  kills: true,
  arm: (installation, victim) =>
    installation.armStep(id, victim, {
      point,
      action: 'kill',
      mark: ['request', 'answer'].includes(point) ? victim.mark : victim.recordId,
    }),
})

const tracesOf = ({ played }: Victim): Traces => TRACES[played]

/** Texts that only the statement which stores the answer holds: it names the record. */
const settlingStatement = (victim: Victim) => [victim.recordId, tracesOf(victim).settlement]

/** Texts that only the statement of the claim holds: it names the record, too. */
const claimingStatement = (victim: Victim) => [victim.recordId, tracesOf(victim).claim]

const atWire = (
  id: string,
  description: string,
  cut: (victim: Victim) => { at: string[]; when: 'before' | 'later' },
  kills = false,
): Accident => ({
  id,
  description,
  kills,
  arm: async (installation, victim) =>
    installation.armWire(id, victim, victim.server.database, cut(victim), kills),
})

const ofBank = (id: string, fault: string, ms = 0, atBank: Accident['atBank'] = 'ask'): Accident => ({
  id,
  description: `the bank: ${fault}`,
  atBank,
  fault,
  arm: ({ simulator }, victim) =>
    simulator.order({
      fault,
      on: tracesOf(victim).verb,
      key: victim.bankKey,
      ms,
    }),
})

export const ACCIDENTS: readonly Accident[] = [
  atStep('S0', 'request', 'before the claim'),
  atStep('S1', 'claimed', 'when the claim is committed'),
  atStep('S2', 'asking', 'before the bank is asked'),
  {
    id: 'S3',
    description: 'killed when the request to the bank is on its way',
    kills: true,
    atBank: 'ask',
    arm: async (installation, victim) => {
      const at = [tracesOf(victim).request ?? '', victim.bankKey ?? '']
      await installation.armWire('S3', victim, victim.server.bank, { at, when: 'later' }, true)
    },
  },
  atStep('S4', 'asked', 'after the bank has answered'),
  atWire(
    'S5',
    'killed while the answer is being stored',
    (victim) => ({ at: settlingStatement(victim), when: 'before' }),
    true,
  ),
  atWire(
    'S6',
    'killed when the answer was sent to be stored',
    (victim) => ({ at: settlingStatement(victim), when: 'later' }),
    true,
  ),
  atStep('S7', 'committed', 'when the answer is stored'),
  atStep('S8', 'answer', 'when half of the answer is written'),

  {
    ...atStep('N2', 'answer', ''),
    id: 'N2',
    description: 'the answer to the client is lost',
    kills: false,
    arm: (installation, victim) =>
      installation.armStep('N2', victim, { point: 'answer', action: 'cut', mark: victim.mark }),
  },
  atWire('N7a', 'the connection is cut after the claim was sent', (victim) => ({
    at: claimingStatement(victim),
    when: 'later',
  })),
  atWire('N7a2', 'the connection is cut after the answer was sent to be stored', (victim) => ({
    at: settlingStatement(victim),
    when: 'later',
  })),
  atWire('N7b', 'the connection is cut before the claim is sent', (victim) => ({
    at: claimingStatement(victim),
    when: 'before',
  })),
  atWire('N7b2', 'the connection is cut before the answer is stored', (victim) => ({
    at: settlingStatement(victim),
    when: 'before',
  })),
  {
    id: 'N5',
    description: 'the connection to the database is dead for 2 s',
    arm: async (installation, { server, mark }) => {
      server.database.stall(2_000)
      installation.happened('N5', mark)
    },
  },
  ...(['claimed', 'asked'] as const).map(
    (point, index): Accident => ({
      id: `N10${'ab'[index]}`,
      description: `stopped when ${point}, for longer than its lease, then continued`,
      arm: (installation, victim) =>
        installation.armStep(`N10${'ab'[index]}`, victim, { point, action: 'stop', mark: victim.recordId }),
      over: async (installation, { server }) => {
        // On a busy machine the request may come late; one that does not come at all stops nobody later.
        if (!(await until(() => server.isStopped(), 8_000))) server.disarm()
        await pause(installation.leaseMs * 2.5)
        server.signal('SIGCONT')
      },
    }),
  ),
  {
    id: 'D1',
    description: 'the database is restarted (fast)',
    arm: (installation, { mark }) => installation.restartDatabase('D1', 'SIGINT', mark),
  },
  {
    id: 'D2',
    description: 'the database is restarted (immediate)',
    arm: (installation, { mark }) => installation.restartDatabase('D2', 'SIGQUIT', mark),
  },
  {
    id: 'D3',
    description: 'backends are terminated',
    arm: (installation, { mark }) => installation.terminateBackends('D3', mark),
  },
  {
    id: 'J4',
    description: 'a worker is killed',
    arm: async (installation, { mark }) => installation.killWorker('J4', mark),
  },
  {
    id: 'G12',
    description: 'the bank is killed',
    atBank: 'ask',
    arm: async (installation, { mark }) => {
      await installation.simulator.kill()
      installation.happened('G12', mark)
    },
  },

  ofBank('G1', 'silence-before'),
  ofBank('G2', 'silence-after'),
  ofBank('G3', 'error-after'),
  ofBank('G3b', 'error-before'),
  ofBank('G4', 'twice', 0, 'charge'),
  ofBank('G6', '429'),
  ofBank('G7', 'slow', 700),
  { ...ofBank('G8', 'wrong-amount', 0, 'charge'), parks: true },
  ofBank('G9', 'decline', 0, 'charge'),
  ofBank('G10', 'truncated'),
  ofBank('N9', 'refuse'),
]
