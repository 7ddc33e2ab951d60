import { describe, expect, test } from 'vitest'
import { noScriptOutcomeOf } from './no-script-outcome'

const status =
  (state: 'none' | 'declined' | 'not_charged' | 'working', declineCode: string | null = null) =>
  async () => ({
    state,
    declineCode,
    receiptUrl: null,
    actionUrl: null,
  })
const unknown = async () => {
  throw new Error('400')
}

describe('the outcome of an attempt that the form posted without scripts', () => {
  test('a decline comes from the server, with its reason', async () => {
    const ended = await noScriptOutcomeOf(
      { attempt: 'k1', problem: 'payment-declined' },
      status('declined', 'expired_card'),
    )
    expect(ended).toMatchObject({
      key: 'k1',
      because: { kind: 'payment-declined', declineCode: 'expired_card' },
    })
    expect(await noScriptOutcomeOf({ attempt: 'k1' }, status('not_charged'))).toMatchObject({
      because: { kind: 'not-charged' },
    })
  })

  test('a refusal before the attempt began comes from the address', async () => {
    expect(
      await noScriptOutcomeOf({ attempt: 'k1', problem: 'order-changed' }, status('none')),
    ).toMatchObject({
      because: { kind: 'order-changed' },
    })
    expect(await noScriptOutcomeOf({ problem: 'no-card' }, status('none'))).toMatchObject({
      key: '',
      because: { kind: 'no-card' },
    })
    expect(await noScriptOutcomeOf({ attempt: '\u0000', problem: 'key-invalid' }, unknown)).toMatchObject({
      because: { kind: 'key-invalid' },
    })
  })

  test('a running, unknown or invented attempt has no outcome', async () => {
    expect(await noScriptOutcomeOf({ attempt: 'k1' }, status('working'))).toBeNull()
    expect(await noScriptOutcomeOf({ attempt: 'k1' }, unknown)).toBeNull()
    expect(
      await noScriptOutcomeOf({ attempt: ['k1', 'k2'], problem: ['a', 'b'] }, status('declined')),
    ).toBeNull()
    for (const problem of ['<script>', 'constructor', '__proto__', ''])
      expect(await noScriptOutcomeOf({ problem }, status('none'))).toBeNull()
    expect(await noScriptOutcomeOf({}, status('declined'))).toBeNull()
  })
})
