import { bodyOf, effectOf, effectsOf, show, statusOf, succeeded } from '../answer'
import { countListed } from '../listed'
import { raised, rewritten, valuesThatDiffer } from '../rewrite'
import { type Check, fail, judged, skip } from '../verdict'
import type { World } from '../world'
import { firstCall } from './replay'

/** A used key with the same payload in other characters, and with another payload. */

async function sameInOtherWords(world: World) {
  const { intent } = await world.see(firstCall)
  const body = rewritten(intent.body)
  return body === null ? null : world.insist(intent, { body })
}

/** A key of its own, so that what happens to it spoils no other check: paid, reused for another payload, asked once more. */
export async function reuse(world: World) {
  const intent = world.target.intend()
  const { otherBody } = world.given
  const other = otherBody === undefined ? raised(intent.body) : world.target.fill(otherBody, intent.mark)
  if (other === null || other === intent.body) return null
  const first = await world.insist(intent)
  const reused = await world.insist(intent, { body: other })
  const listed = await countListed(world, intent)
  return { first, reused, listed, after: await world.insist(intent), payloads: [intent.body, other] }
}

const NO_OTHER = 'no other payload: give --other-body'

async function judgeReuse(
  world: World,
  judge: (seen: NonNullable<Awaited<ReturnType<typeof reuse>>>) => ReturnType<typeof judged>,
) {
  const seen = await world.see(reuse)
  return seen ? judge(seen) : skip(NO_OTHER)
}

export const payloadChecks = [
  {
    id: 'same-payload',
    says: 'the same payload with other key order and white space is a replay',
    money: 'A client that writes its JSON anew for a retry is refused, and is tempted to pay with a new key.',
    after: ['replay-effect'],
    async judge(world) {
      const { answer } = await world.see(firstCall)
      const again = await world.see(sameInOtherWords)
      if (again === null) return skip('the body cannot be written otherwise')
      const same = succeeded(answer) && succeeded(again) && effectOf(answer) === effectOf(again)
      return judged(same, `first ${show(answer)}; rewritten ${show(again)}`)
    },
  },
  {
    id: 'other-payload-effect',
    says: 'a used key with another payload has no effect',
    money: 'A mistake in how a client makes its keys becomes a second charge.',
    after: ['two-keys'],
    judge: (world) =>
      judgeReuse(world, ({ first, reused, listed }) => {
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
    says: 'a used key with another payload is refused',
    money:
      'A client takes the answer to an old payment for the answer to its new one: goods leave for money that never came.',
    after: ['two-keys'],
    judge: (world) =>
      judgeReuse(world, ({ reused }) => {
        const status = statusOf(reused)
        const expected = world.profile.reused
        return judged(
          status !== null && expected.includes(status),
          `expected ${expected.join(' or ')}: ${show(reused)}`,
        )
      }),
  },
  {
    id: 'other-payload-first-stays',
    says: 'after that, the first request still gets its first answer',
    money: 'One wrong request makes a good payment unanswerable, or lets it be made again.',
    after: ['two-keys', 'replay-effect'],
    judge: (world) =>
      judgeReuse(world, ({ first, after }) => {
        const same = succeeded(first) && succeeded(after) && effectOf(first) === effectOf(after)
        return judged(same, `first ${show(first)}; afterwards ${show(after)}`)
      }),
  },
  {
    id: 'other-payload-differs',
    says: 'the refusal names the members that differ, and no value',
    money: 'Somebody who tries keys learns what others paid; somebody who made a mistake cannot find it.',
    after: ['other-payload-refused'],
    judge: (world) =>
      judgeReuse(world, ({ reused, payloads }) => {
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
] as const satisfies readonly Check[]
