import type { LabOrder, LabReport, LabRun } from '@/server/lab/run'
import { Lab } from './lab'
import { playSchedules } from './schedules'

/** 3 min without an order: then the lab's processes are stopped. */
const IDLE_MS = 180_000
/** 150 ms between two reports, so that a storm does not send hundreds. */
const REPORT_MS = 150

let waiting: LabRun | null = null
let timer: NodeJS.Timeout | null = null
let idle: NodeJS.Timeout | null = null

/** Sends the last state, at most every 150 ms; the end of a run at once. */
function report(run: LabRun): void {
  waiting = run
  if (run.phase === 'over') flush()
  else timer ??= setTimeout(flush, REPORT_MS)
}

function flush(): void {
  if (timer) clearTimeout(timer)
  timer = null
  if (waiting) send({ type: 'run', run: waiting })
  waiting = null
}

function send(message: LabReport): void {
  if (process.connected) process.send?.(message)
}

const lab = new Lab(report)
let leaving = false

async function leave(): Promise<void> {
  if (leaving) return
  leaving = true
  lab.stop()
  await lab.close().catch(() => undefined)
  // All that the lab has started is in its process group; the databases, which are not, end with their keeper.
  process.kill(-process.pid, 'SIGKILL')
}

function rest(): void {
  idle = setTimeout(() => void leave(), IDLE_MS)
}

async function obey(order: LabOrder): Promise<void> {
  if (order.type === 'stop') {
    lab.stop()
    return
  }
  if (idle) clearTimeout(idle)
  if (order.type === 'run') {
    const { failed } = await lab.run(order.plan)
    // What did not start may be half there: the next order gets a new process.
    if (failed !== null) return leave()
  } else await playSchedules(order.seed, (schedules) => send({ type: 'schedules', schedules }))
  rest()
}

/** The lab's page, as a process: its web process starts it, gives it orders, and ends it by going away. */
process.on('message', (order: LabOrder) => void obey(order))
process.on('disconnect', () => void leave())
rest()
