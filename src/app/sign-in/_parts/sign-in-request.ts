/** How a step of the sign-in ended. */
export type SignInStep =
  | { kind: 'signed-in' }
  /** The password was right; a code or a passkey is still to come. */
  | { kind: 'second-factor' }
  /** `over`: begin again with the password. */
  | { kind: 'refused'; problem: string; over: boolean }

const NO_ANSWER = 'The server is not responding. Try again in a moment.'
const PROBLEMS: Record<number, string> = {
  400: 'Enter your email address and password.',
  401: 'The email address or the password is wrong.',
}

/** Sends the password. */
export function sendPassword(email: string, password: string): Promise<SignInStep> {
  return send('/api/auth/sign-in/email', { email, password }, (status) => PROBLEMS[status] ?? null)
}

/** Sends the code of an authenticator app, or a recovery code. */
export function sendCode(code: string): Promise<SignInStep> {
  return send('/api/auth/sign-in/code', { code }, () => null)
}

/**
 * Signs in by a passkey, without a password.
 * @throws PasskeyProblem
 */
export async function sendPasskey(ask: (options: object) => Promise<object>): Promise<SignInStep> {
  const answer = await post('/api/auth/passkey-options', {})
  if (answer?.status !== 200) return stepOf(answer, () => null)
  return send('/api/auth/sign-in/passkey', { passkey: await ask(await answer.json()) }, () => null)
}

async function send(
  path: string,
  body: object,
  problemOf: (status: number) => string | null,
): Promise<SignInStep> {
  return stepOf(await post(path, body), problemOf)
}

async function stepOf(
  answer: Response | null,
  problemOf: (status: number) => string | null,
): Promise<SignInStep> {
  if (!answer) return { kind: 'refused', problem: NO_ANSWER, over: false }
  const body = await readJson(answer)
  if (answer.ok) return { kind: body.secondFactor === true ? 'second-factor' : 'signed-in' }
  const wait = answer.status === 429 ? waitOf(answer.headers.get('retry-after')) : null
  const own = answer.status < 500 && typeof body.message === 'string' ? body.message : NO_ANSWER
  return {
    kind: 'refused',
    problem: wait ?? problemOf(answer.status) ?? own,
    over: body.code === 'SIGN_IN_OVER',
  }
}

/** The sentence of a 429, with the time of its Retry-After. */
export function waitOf(retryAfter: string | null): string {
  const seconds = Number(retryAfter)
  if (retryAfter === null || !Number.isInteger(seconds) || seconds < 1)
    return 'Too many attempts. Wait a while, then try again.'
  // A minute and a half is 2 minutes: rounded up, so that nobody comes too early.
  const minutes = Math.ceil(seconds / 60)
  const time = seconds <= 90 ? count(seconds, 'second') : count(minutes, 'minute')
  return `Too many attempts. Wait ${time}, then try again.`
}

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? '' : 's'}`
}

/** Null: no answer came. */
function post(path: string, body: object): Promise<Response | null> {
  const headers = { 'content-type': 'application/json' }
  return fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }).catch(() => null)
}

async function readJson(answer: Response): Promise<{ [name: string]: unknown }> {
  return (
    (await answer
      .clone()
      .json()
      .catch(() => null)) ?? {}
  )
}
