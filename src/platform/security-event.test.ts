import { expect, it } from 'vitest'
import { openLog } from './log'
import { logSecurityEvent } from './security-event'
import { openMetrics } from './telemetry'

function listener() {
  const lines: Record<string, unknown>[] = []
  const log = openLog('info', 'payonce-test', { write: (line: string) => void lines.push(JSON.parse(line)) })
  return { to: { log, metrics: openMetrics() }, lines }
}

it('writes the event by its name, with the facts, at its level', () => {
  const { to, lines } = listener()
  logSecurityEvent(to, 'limit.reached', { path: '/api/v1/payments', address: '203.0.113.9' })
  logSecurityEvent(to, 'sign-in.succeeded', { path: '/api/auth/sign-in/email' })
  expect(lines).toMatchObject([
    { level: 40, event: 'limit.reached', path: '/api/v1/payments', address: '203.0.113.9' },
    { level: 30, event: 'sign-in.succeeded' },
  ])
})

it('counts a flood instead of writing it, each event by itself', async () => {
  const { to, lines } = listener()
  for (let at = 0; at < 500; at += 1) logSecurityEvent(to, 'access.refused', {}, 1_000 + at)
  logSecurityEvent(to, 'key.conflict', {}, 1_500)
  expect(lines).toHaveLength(21)
  logSecurityEvent(to, 'access.refused', {}, 2_000)
  expect(lines.at(-1)).toMatchObject({ event: 'access.refused', leftOut: 480 })
  logSecurityEvent(to, 'access.refused', {}, 3_000)
  expect(lines.at(-1)).not.toHaveProperty('leftOut')
  expect(await to.metrics.registry.metrics()).toContain(
    'payonce_security_events_total{event="access.refused"} 502',
  )
})
