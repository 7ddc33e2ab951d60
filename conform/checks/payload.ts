import { bodyOf, effectOf, effectsOf, show, statusOf, succeeded } from '../answer'
import { type ConformCheck, fail, judged, skip } from '../check'
import { countListed } from '../listed'
import { raised, rewritten, valuesThatDiffer } from '../rewrite'
import type { Trial } from '../trial'
import { firstCall } from './replay'

/** Checks on a used key: with the same payload in other bytes, and with another payload. */

async function sameInOtherBytes(trial: Trial) {
  const { intent } = await trial.observe(firstCall)
  const body = rewritten(intent.body)
  return body === null ? null : trial.insist(intent, { body })
}

/** Pays under a key of its own (so that no other check is spoilt), reuses it for another payload, then repeats the first request. */
export async function reuse(trial: Trial) {
  const intent = trial.target.newIntent()
  const { otherBody } = trial.given
  const other = otherBody === undefined ? raised(intent.body) : trial.target.fill(otherBody, intent.mark)
  if (other === null || other === intent.body) return null
  const first = await trial.insist(intent)
  const reused = await trial.insist(intent, { body: other })
  const listed = await countListed(trial, intent)
  return { first, reused, listed, after: await trial.insist(intent), payloads: [intent.body, other] }
}

const NO_OTHER = 'the body has no number to change: give --other-body'

async function judgeReuse(
  trial: Trial,
  judge: (seen: NonNullable<Awaited<ReturnType<typeof reuse>>>) => ReturnType<typeof judged>,
) {
  const seen = await trial.observe(reuse)
  return seen ? judge(seen) : skip(NO_OTHER)
}

export const payloadChecks = [
  {
    id: 'same-payload',
    rule: 'the same payload with other key order and white space is a replay',
    money:
      'A client that serialises its JSON anew for a retry is refused, and is tempted to pay with a new key.',
    after: ['replay-effect'],
    async judge(trial) {
      const { answer } = await trial.observe(firstCall)
      const again = await trial.observe(sameInOtherBytes)
      if (again === null) return skip('the body cannot be rewritten')
      const same = succeeded(answer) && succeeded(again) && effectOf(answer) === effectOf(again)
      return judged(same, `first ${show(answer)}; rewritten ${show(again)}`)
    },
  },
  {
    id: 'other-payload-effect',
    rule: 'a used key with another payload has no effect',
    money: 'A mistake in how a client makes its keys becomes a second charge.',
    after: ['two-keys'],
    judge: (trial) =>
      judgeReuse(trial, ({ first, reused, listed }) => {
        const effects = effectsOf([first, reused])
        const count = Math.max(effects.length, listed ?? 0)
        return judged(
          count < 2,
          count < 2 ? show(reused) : `${count} effects under one key: ${effects.join(', ')}`,
        )
      }),
  },
  {
    id: 'other-payload-refused',
    rule: 'a used key with another payload is refused',
    money:
      'A client takes the answer to an old payment for the answer to its new one: goods are shipped without a payment.',
    after: ['two-keys'],
    judge: (trial) =>
      judgeReuse(trial, ({ reused }) => {
        const status = statusOf(reused)
        const expected = trial.profile.reused
        return judged(
          status !== null && expected.includes(status),
          `expected ${expected.join(' or ')}: ${show(reused)}`,
        )
      }),
  },
  {
    id: 'other-payload-first-stays',
    rule: 'after that refusal, the first request still gets its first answer',
    money: 'One wrong request hides the answer of a good payment, or lets it be made again.',
    after: ['two-keys', 'replay-effect'],
    judge: (trial) =>
      judgeReuse(trial, ({ first, after }) => {
        const same = succeeded(first) && succeeded(after) && effectOf(first) === effectOf(after)
        return judged(same, `first ${show(first)}; afterwards ${show(after)}`)
      }),
  },
  {
    id: 'other-payload-differs',
    rule: 'the refusal names the members that differ, and no value',
    money: 'Guessing keys reveals what others paid, or a developer cannot find the mistake.',
    after: ['other-payload-refused'],
    judge: (trial) =>
      judgeReuse(trial, ({ reused, payloads }) => {
        const differs = bodyOf(reused)?.differs
        if (!Array.isArray(differs) || differs.length === 0) return fail('the body has no list `differs`')
        const pointers = differs.every((one) => typeof one === 'string' && /^(\/|$)/.test(one))
        const disclosed = valuesThatDiffer(payloads).some(
          (value) => reused.kind === 'answer' && reused.body.includes(value),
        )
        return disclosed
          ? fail('the refusal holds a value of a payload')
          : judged(pointers, `differs: ${JSON.stringify(differs)}`)
      }),
  },
] as const satisfies readonly ConformCheck[]
