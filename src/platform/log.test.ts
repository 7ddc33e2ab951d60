import { describe, expect, it } from 'vitest'
import { openLog } from './log'
import { REMOVED } from './redact'

const SECRET = 'canary-7f3a'
const LEASE = '018f3c5e-1234-7234-8567-890123456789'

/** Lines that a log wrote, parsed. */
function logged(write: (log: ReturnType<typeof openLog>) => void): Record<string, unknown>[] {
  const lines: string[] = []
  write(openLog('trace', 'payonce-test', { write: (line: string) => void lines.push(line) }))
  return lines.map((line) => {
    expect(line.endsWith('\n') && !line.slice(0, -1).includes('\n')).toBe(true)
    return JSON.parse(line)
  })
}

describe('the log', () => {
  it('writes time, level, name and message, and the id of the request', () => {
    const [line] = logged((log) => log.child({ requestId: LEASE }).warn({ path: '/api/v1/orders' }, 'slow'))
    expect(line).toMatchObject({
      level: 40,
      name: 'payonce-test',
      requestId: LEASE,
      path: '/api/v1/orders',
      msg: 'slow',
    })
    expect(line?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  it('makes one line of a message that forges another', () => {
    const forged = 'x\n{"level":30,"msg":"FORGED"}\r\n\u001b[2J\u009b2J\u2028\u202e'
    const lines = logged((log) => log.info({ path: forged }, forged))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ path: forged, msg: forged })
  })

  it('shows type, message, stack, code and causes of an error, and nothing that hangs on it', () => {
    const cause = Object.assign(new Error(`Key (merchant_id, key)=(m, ${SECRET}) already exists.`), {
      detail: SECRET,
      parameters: [SECRET],
    })
    const error = Object.assign(new Error('no row was written', { cause }), {
      code: '23505',
      request: { body: SECRET },
    })
    const [line] = logged((log) => log.error({ err: error }, 'a request failed'))
    expect(line).toMatchObject({ err: { type: 'Error', message: 'no row was written', code: '23505' } })
    expect(line?.err).toMatchObject({
      cause: { message: `Key (merchant_id, key)=(${REMOVED})` },
    })
    expect(line?.err).toMatchObject({ stack: expect.stringContaining('log.test.ts') })
    expect(JSON.stringify(line)).not.toContain(SECRET)
  })

  it('removes the token of a lease from an error, but not the id of a record from its field', () => {
    const [line] = logged((log) => log.error({ recordId: LEASE, error: new Error(`lost ${LEASE}`) }, 'alert'))
    expect(line).toMatchObject({ recordId: LEASE, error: { message: `lost ${REMOVED}` } })
  })

  it('describes whatever was thrown', () => {
    const circle: { self?: unknown; password: string } = { password: SECRET }
    circle.self = circle
    const endless = new Error('a')
    endless.cause = endless
    const thrown = [
      circle,
      null,
      undefined,
      'text',
      7,
      endless,
      new AggregateError([new Error('one')], 'many'),
    ]
    const lines = logged((log) => {
      for (const err of thrown) log.error({ err }, 'failed')
    })
    expect(lines).toHaveLength(thrown.length)
    expect(JSON.stringify(lines)).not.toContain(SECRET)
    expect(lines.at(-1)?.err).toMatchObject({ type: 'AggregateError', errors: [{ message: 'one' }] })
  })

  it('takes the message from an error that is logged alone, cleaned like any other', () => {
    const [line] = logged((log) => log.error(new Error(`password=${SECRET}`)))
    expect(line?.msg).toBe(`password=${REMOVED}`)
  })
})
