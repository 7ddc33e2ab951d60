import type { Problem } from '../problems'
import { checkNames } from './check-options'
import type { Finish, Ids, Operation, Refusal, StoreForm } from './operation'
import { numberWithin, RETENTION_DAYS, WAIT_MS } from './policy'
import { checkTransformer, type Transformer } from './transformer'

/** The outcome of the outside is not known. */
export interface InDoubt {
  doubt: string
}

/** What an operation says of itself; everything else has a default. */
export interface OperationDefinition<
  Input extends object,
  Begun,
  Effect extends object,
  Form extends StoreForm,
> {
  /** A name that never changes, such as `orders.pay`: it is part of each record. */
  name: string
  /** The one write of the claim's commit. It returns the row that `ask` gets, and touches none when the domain refuses. */
  begin(input: Input, ids: Ids, claim: Form['claim']): Form['begin']
  /** Asks the outside, under the key of the row. When it throws, or returns `{ doubt }`, the outcome is in doubt. */
  ask(begun: Begun): Promise<Effect | InDoubt>
  /** Learns what became of `ask`, without a second effect. `{ doubt }`, or an error: not known yet. */
  find(begun: Begun): Promise<Effect | InDoubt>
  /** Turns a known effect into the stored answer and the writes of its commit. */
  finish(begun: Begun, effect: Effect): Finish<Form>
  /** Reads again the row that `begin` wrote; null: there is none. */
  recall(merchantId: string, subjectId: string): Promise<Begun | null>
  /** Reason why `begin` touched no row. Without it the request is refused as *not-found*, and its key stays free. */
  whyRefused?(input: Input): Promise<Refusal>
  /** Top-level members of the input that may differ between retries. */
  volatile?: readonly (keyof Input & string)[]
  /**
   * Compares inputs of every type that it knows, such as `superjson`. The answer is your own text: make it in `finish` with
   * `storedText(value, superjson)`, and read it with `storedValue`, or `typedResultOf` in a tRPC procedure.
   */
  transformer?: Transformer
  /** The writes of the commit that begins to doubt: the row's own state, for a page. */
  whileInDoubt?(begun: Begun): Form['write'][]
  /** The writes of the commit that gives a record to a person, after hours of doubt. */
  parkWrites?: Operation<Input, Begun, Effect, Form>['parkWrites']
  /** Time until a record in doubt is asked about, in milliseconds, 100 to 3,600,000; 5,000 by default. */
  retryInMs?: number
  /** How long an answer is replayed, in days, 1 to 3,650; 30 by default. A key keeps the retention of its first claim. */
  retentionDays?: number
  /** How long a request waits for another one with its key, in milliseconds, 0 to 60,000, unless the request says; 5,000 by default. */
  waitMs?: number
}

const NOT_BEGUN: Problem = {
  kind: 'not-found',
  detail: 'What this request is about is not there. Nothing was begun.',
}
const REQUIRED = ['begin', 'ask', 'find', 'finish', 'recall'] as const
const OPTIONAL = ['whyRefused', 'whileInDoubt', 'parkWrites'] as const
const KNOWN = [
  'name',
  ...REQUIRED,
  ...OPTIONAL,
  'volatile',
  'transformer',
  'retryInMs',
  'retentionDays',
  'waitMs',
]
const WHY = {
  begin: 'the SQL that makes your row under the claim',
  ask: 'the request to the outside',
  find: 'the question what became of it. Without it a lost answer could never be settled',
  finish: 'the answer that is stored for an effect',
  recall: 'a read of the row that `begin` made, for the resolver',
} as const

/**
 * Defines an operation that asks someone outside: two commits with one question between them.
 * @throws TypeError for a definition that lacks something, with what to write
 */
export function defineOperation<Input extends object, Begun, Effect extends object, Form extends StoreForm>(
  definition: OperationDefinition<Input, Begun, Effect, Form>,
): Operation<Input, Begun, Effect | InDoubt, Form> {
  if (typeof definition !== 'object' || definition === null)
    throw new TypeError('defineOperation takes one object: { name, begin, ask, find, finish, recall }.')
  checkNames('defineOperation', definition, KNOWN)
  checkDefinition(definition as unknown as Record<string, unknown>)
  const {
    name,
    volatile = [],
    transformer,
    retryInMs = 5_000,
    whileInDoubt,
    whyRefused,
    parkWrites,
    retentionDays,
    waitMs,
  } = definition
  return {
    name,
    volatile,
    transformer,
    retentionDays,
    waitMs,
    begin: (input, ids, claim) => definition.begin(input, ids, claim),
    whyRefused: (input) =>
      whyRefused ? whyRefused(input) : Promise.resolve({ kind: 'problem', problem: NOT_BEGUN }),
    ask: async (begun) => definition.ask(begun),
    find: async (begun) => definition.find(begun),
    doubt: (doubt) => ({ doubt }),
    finish: (begun, effect) =>
      isDoubt(effect)
        ? { to: 'unknown', answer: null, writes: whileInDoubt?.(begun) ?? [], retryInMs }
        : definition.finish(begun, effect),
    recall: (merchantId, subjectId) => definition.recall(merchantId, subjectId),
    resourceFacts: (subjectId) => ({ id: subjectId }),
    parkWrites: (ids, reason) => parkWrites?.(ids, reason) ?? [],
  }
}

function isDoubt(effect: object): effect is InDoubt {
  return 'doubt' in effect
}

function checkDefinition(definition: Record<string, unknown>): void {
  const { name, retryInMs = 5_000 } = definition
  if (typeof name !== 'string' || !/^[\w.:-]{1,100}$/.test(name))
    throw new TypeError(
      "defineOperation: `name` is 1 to 100 letters, digits and . _ : -, such as 'orders.pay'.",
    )
  const lacking = REQUIRED.find((member) => typeof definition[member] !== 'function')
  if (lacking) throw new TypeError(`defineOperation: ${name} has no \`${lacking}\`. Write ${WHY[lacking]}.`)
  const notFunction = OPTIONAL.find(
    (member) => !['function', 'undefined'].includes(typeof definition[member]),
  )
  if (notFunction)
    throw new TypeError(`defineOperation: \`${notFunction}\` of ${name} is a function, or left out.`)
  if (!isListOfNames(definition.volatile))
    throw new TypeError(
      `defineOperation: \`volatile\` of ${name} is a list of members of the input, such as ['sentAt'].`,
    )
  checkTransformer(`defineOperation: ${name}`, definition.transformer)
  numberWithin(`defineOperation: ${name}`, 'retentionDays', RETENTION_DAYS, definition.retentionDays)
  numberWithin(`defineOperation: ${name}`, 'waitMs', WAIT_MS, definition.waitMs)
  if (!Number.isInteger(retryInMs) || (retryInMs as number) < 100 || (retryInMs as number) > 3_600_000)
    throw new TypeError(`defineOperation: \`retryInMs\` of ${name} is from 100 to 3600000 milliseconds.`)
}

function isListOfNames(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every((name) => typeof name === 'string'))
}
