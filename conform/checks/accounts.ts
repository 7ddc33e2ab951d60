import { effectsOf, show, statusOf, succeeded } from '../answer'
import { type ConformCheck, fail, judged, skip, type Verdict } from '../check'
import type { Trial } from '../trial'

/** One key, two accounts. */

async function twoAccounts(trial: Trial) {
  const { secondHeaders } = trial.given
  if (!secondHeaders) return null
  const intent = trial.target.intend()
  const mine = await trial.insist(intent)
  const theirs = await trial.insist(intent, { headers: secondHeaders })
  // With a key of its own: whether the second account may do this at all.
  const able = await trial.insist(trial.target.intend(), { headers: secondHeaders })
  return { mine, theirs, able, mineAgain: await trial.insist(intent) }
}

async function judgeAccounts(
  trial: Trial,
  judge: (seen: NonNullable<Awaited<ReturnType<typeof twoAccounts>>>) => Verdict,
): Promise<Verdict> {
  const seen = await trial.observe(twoAccounts)
  if (!seen) return skip('give --second-header with the credential of another account')
  if (!succeeded(seen.able))
    return fail(`the second account may not do this at all, so nothing is proved: ${show(seen.able)}`)
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
        if (taken) return fail(`the second account was given ${effectsOf([theirs]).join()} of the first`)
        return judged(kept, `second ${show(theirs)}; the first again ${show(mineAgain)}`)
      }),
  },
  {
    id: 'second-account-blind',
    rule: 'another account does not learn that a key exists: its request is its own',
    money:
      "Whoever tries keys learns which payments others make; two merchants' keys get into each other's way.",
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
