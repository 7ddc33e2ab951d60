import type { StoreForm } from './operation'
import type { EngineOptions } from './options'

/**
 * Refuses an option that does not exist: a misspelt one would be left out in silence.
 * @throws TypeError that names the options there are
 */
export function checkNames(caller: string, options: object, known: readonly string[]): void {
  const strange = Object.keys(options).find((name) => !known.includes(name))
  if (strange !== undefined)
    throw new TypeError(
      `${caller} has no option \`${strange}\`. Its options are ${known.map((name) => `\`${name}\``).join(', ')}.`,
    )
}

/** The verbs that the engine calls: for a request, and for what is in doubt. */
const REQUEST = ['read', 'claim', 'takeOver', 'renew', 'commit', 'release'] as const
const DOUBTS = ['takeOverdue', 'takeInDoubt'] as const
/** The verbs that operators and scheduled jobs call themselves. */
const UPKEEP = ['unpark', 'markOverdue', 'endFarLeases', 'reap', 'expireAnswers'] as const

/**
 * Refuses a store that cannot give what the engine needs, when it is built and not when the first customer pays.
 * @param caller name of the function, for the message
 * @throws TypeError naming all that is missing
 */
export function checkStore(caller: string, store: unknown, withUpkeep = true): void {
  if (typeof store !== 'object' || store === null)
    throw new TypeError(
      `${caller}: \`store\` is missing. Write \`store: new PrismaStore(…)\`, or a store of your own that passes storeContract of @payonce/idempotency/testing.`,
    )
  const verbs: readonly string[] = [...REQUEST, ...DOUBTS, ...(withUpkeep ? UPKEEP : [])]
  const lacking = verbs.filter((verb) => typeof (store as Record<string, unknown>)[verb] !== 'function')
  if (lacking.length > 0)
    throw new TypeError(
      `${caller}: \`store\` has no ${lacking.join(', ')}. The interface Store says what each does; storeContract of @payonce/idempotency/testing tests it.`,
    )
  const { leaseMs } = store as { leaseMs?: unknown }
  if (typeof leaseMs !== 'number' || !(leaseMs > 0))
    throw new TypeError(
      `${caller}: \`store.leaseMs\` says how long a claim lasts, in milliseconds: a number above 0, such as 30000.`,
    )
}

const OPTIONS = ['store', 'observe', 'clock', 'newId', 'fieldSecrets', 'notNow']

/** @throws TypeError for options that an engine cannot work with, with what to write instead */
export function checkEngine<Form extends StoreForm>(options: EngineOptions<Form>): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(
      'Engine takes one object: new Engine({ store, observe, clock, newId, fieldSecrets }).',
    )
  checkNames('Engine', options, OPTIONS)
  checkStore('Engine', options.store, false)
  const need = (fits: boolean, what: string) => {
    if (!fits) throw new TypeError(`Engine: ${what}`)
  }
  const { observe, clock, newId, fieldSecrets, notNow } = options
  need(typeof observe === 'function', '`observe` is missing. Write `observe: () => {}` to hear nothing.')
  need(
    typeof clock?.now === 'function' && typeof clock.after === 'function',
    '`clock` is missing. Write `clock: systemClock`.',
  )
  need(typeof newId === 'function', '`newId` is missing. Write `newId: () => crypto.randomUUID()`.')
  need(
    Array.isArray(fieldSecrets) &&
      fieldSecrets.length > 0 &&
      fieldSecrets.every((one) => typeof one === 'string' && one !== ''),
    '`fieldSecrets` is a list of secrets of the server, the newest first. Make one with `openssl rand -base64 32`.',
  )
  need(
    notNow === undefined || typeof notNow === 'function',
    '`notNow` is a function that returns a problem or null, or left out.',
  )
}
