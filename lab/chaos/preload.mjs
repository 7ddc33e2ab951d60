/**
 * Loaded before the product (`--import`), and no part of it. Listens to the steps that the product publishes on its diagnostics
 * channel, and kills, stops or cuts at the ordered step of the one request that was named.
 */
import diagnostics from 'node:diagnostics_channel'

/** @type {{ point: string, action: 'kill' | 'stop' | 'cut', mark: string } | null} */
let armed = null

/** Report every step to the lab. */
let watched = false

process.on('message', (message) => {
  if (message?.type === 'watch') watched = true
  if (message?.type !== 'arm') return
  armed = message.order
  process.send?.({ type: 'armed' })
})
// The channel to the lab must not keep a process alive that has finished.
process.channel?.unref()

function report(event) {
  if (watched) process.send?.({ ...event, at: Date.now() })
}

/** Always reported: the lab counts an accident only when its own request was struck. Written before the process dies. */
function strike({ mark }) {
  armed = null
  process.send?.({ type: 'struck', mark, at: Date.now() })
}

function onStep(point, subject) {
  if (armed?.point !== point || !subject.includes(armed.mark)) return
  const { action } = armed
  strike(armed)
  process.kill(process.pid, action === 'stop' ? 'SIGSTOP' : 'SIGKILL')
}

diagnostics.subscribe('payonce:engine', (event) => {
  const { step, recordId = '', attempt } = event
  if (attempt) report({ type: 'attempt', outcome: attempt.outcome, recordId: attempt.recordId })
  else report({ type: 'step', step, recordId })
  onStep(step, recordId)
})

diagnostics.subscribe('http.server.request.start', ({ request, response }) => {
  onStep('request', request.url ?? '')
  if (armed?.point !== 'answer' || !request.url?.includes(armed.mark)) return
  const { action, mark } = armed
  strike(armed)
  if (action === 'cut')
    response.once('close', () => {
      if (!response.writableFinished) process.send?.({ type: 'cut', mark })
    })
  breakHalfway(response, () =>
    action === 'kill' ? process.kill(process.pid, 'SIGKILL') : response.socket?.destroy(),
  )
})

/** Writes half of the body, then calls `then`. */
function breakHalfway(response, then) {
  const write = response.write.bind(response)
  const half = (chunk) => {
    const bytes = Buffer.from(chunk)
    write(bytes.subarray(0, Math.floor(bytes.length / 2)), then)
    return true
  }
  response.write = (chunk) => half(chunk)
  response.end = (chunk) =>
    typeof chunk === 'string' || chunk instanceof Uint8Array ? half(chunk) : response
}
