import { effectsOf, show, statusOf, succeeded } from '../answer'
import { type ConformCheck, fail, judged, skip, type Verdict } from '../check'
import type { Trial } from '../trial'

/** Checks on one key that two accounts use. */

async function twoAccounts(trial: Trial) {
  const { secondHeaders } = trial.given
  if (!secondHeaders) return null
  const intent = trial.target.newIntent()
  const mine = await trial.insist(intent)
  const theirs = await trial.insist(intent, { headers: secondHeaders })
  // With a fresh key: whether the second account may do this at all.
  const able = await trial.insist(trial.target.newIntent(), { headers: secondHeaders })
  return { mine, theirs, able, mineAgain: await trial.insist(intent) }
}

async function judgeAccounts(
  trial: Trial,
  judge: (seen: NonNullable<Awaited<ReturnType<typeof twoAccounts>>>) => Verdict,
): Promise<Verdict> {
  const seen = await trial.observe(twoAccounts)
  if (!seen) return skip('give --second-header with the credential of another account')
  if (!succeeded(seen.able))
    return fail(`the second account may not do this at all, which proves nothing: ${show(seen.able)}`)
  return judge(seen)
}

export const accountChecks = [
  {
    id: 'second-account',
    rule: "another account's request with the same key never gets the first one's answer, nor takes its place",
    money: 'One merchant is shown the payment of another, and its own is never made.',
    after: ['two-keys'],
    judge: (trial) =>
      judgeAccounts(trial, ({ mine, theirs, mineAgain }) => {
        const taken = succeeded(theirs) && effectsOf([mine, theirs]).length === 1
        const kept = succeeded(mineAgain) && effectsOf([mine, mineAgain]).length === 1
        if (taken) return fail(`the second account got ${effectsOf([theirs]).join()} of the first`)
        return judged(kept, `second ${show(theirs)}; the first again ${show(mineAgain)}`)
      }),
  },
  {
    id: 'second-account-blind',
    rule: 'another account does not learn that a key is in use: its request is executed as its own',
    money: "Guessing keys reveals the payments of others, and two merchants' equal keys block each other.",
    after: ['second-account'],
    judge: (trial) =>
      judgeAccounts(trial, ({ theirs, able }) =>
        judged(
          statusOf(theirs) === statusOf(able),
          `with the used key ${show(theirs)}; with one of its own ${show(able)}`,
        ),
      ),
  },
] as const satisfies readonly ConformCheck[]
