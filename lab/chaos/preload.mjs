/**
 * Loaded before the product (`--import`), and no part of it: it listens to what the product tells of its steps, and lets something
 * happen at the step that was ordered, to the one request that was named.
 */
import diagnostics from 'node:diagnostics_channel'

/** @type {{ point: string, action: 'kill' | 'stop' | 'cut', mark: string } | null} */
let armed = null

process.on('message', (message) => {
  if (message?.type !== 'arm') return
  armed = message.order
  process.send?.({ type: 'armed' })
})
// The line to the laboratory must not keep a process alive that wants to end.
process.channel?.unref()

function happens(point, about) {
  if (armed?.point !== point || !about.includes(armed.mark)) return
  const { action } = armed
  armed = null
  process.kill(process.pid, action === 'stop' ? 'SIGSTOP' : 'SIGKILL')
}

diagnostics.subscribe('payonce:engine', (event) => happens(event.step, event.recordId ?? ''))

diagnostics.subscribe('http.server.request.start', ({ request, response }) => {
  happens('request', request.url ?? '')
  if (armed?.point !== 'answer' || !request.url?.includes(armed.mark)) return
  const { action } = armed
  armed = null
  breakHalfWay(response, () =>
    action === 'kill' ? process.kill(process.pid, 'SIGKILL') : response.socket?.destroy(),
  )
})

/** Writes half of the body, and then something happens. */
function breakHalfWay(response, then) {
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
