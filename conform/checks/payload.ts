import { bodyOf, effectOf, effectsOf, show, statusOf, succeeded } from '../answer'
import { type ConformCheck, fail, judged, skip } from '../check'
import { countListed } from '../listed'
import { raised, rewritten, valuesThatDiffer } from '../rewrite'
import type { Trial } from '../trial'
import { firstCall } from './replay'

/** A used key with the same payload in other characters, and with another payload. */

async function sameInOtherWords(trial: Trial) {
  const { intent } = await trial.observe(firstCall)
  const body = rewritten(intent.body)
  return body === null ? null : trial.insist(intent, { body })
}

/** A key of its own, so that what happens to it spoils no other check: paid, reused for another payload, asked once more. */
export async function reuse(trial: Trial) {
  const intent = trial.target.intend()
  const { otherBody } = trial.given
  const other = otherBody === undefined ? raised(intent.body) : trial.target.fill(otherBody, intent.mark)
  if (other === null || other === intent.body) return null
  const first = await trial.insist(intent)
  const reused = await trial.insist(intent, { body: other })
  const listed = await countListed(trial, intent)
  return { first, reused, listed, after: await trial.insist(intent), payloads: [intent.body, other] }
}

const NO_OTHER = 'no other payload: give --other-body'

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
    money: 'A client that writes its JSON anew for a retry is refused, and is tempted to pay with a new key.',
    after: ['replay-effect'],
    async judge(trial) {
      const { answer } = await trial.observe(firstCall)
      const again = await trial.observe(sameInOtherWords)
      if (again === null) return skip('the body cannot be written otherwise')
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
      'A client takes the answer to an old payment for the answer to its new one: goods leave for money that never came.',
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
    rule: 'after that, the first request still gets its first answer',
    money: 'One wrong request makes a good payment unanswerable, or lets it be made again.',
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
    money: 'Somebody who tries keys learns what others paid; somebody who made a mistake cannot find it.',
    after: ['other-payload-refused'],
    judge: (trial) =>
      judgeReuse(trial, ({ reused, payloads }) => {
        const differs = bodyOf(reused)?.differs
        if (!Array.isArray(differs) || differs.length === 0) return fail('the body has no list `differs`')
        const pointers = differs.every((one) => typeof one === 'string' && /^(\/|$)/.test(one))
        const told = valuesThatDiffer(payloads).some(
          (value) => reused.kind === 'answer' && reused.body.includes(value),
        )
        return told
          ? fail('the refusal holds a value of a payload')
          : judged(pointers, `differs: ${JSON.stringify(differs)}`)
      }),
  },
] as const satisfies readonly ConformCheck[]
