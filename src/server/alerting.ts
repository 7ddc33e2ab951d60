import { merchantsOf } from '@/access/merchant'
import { notifyOperators } from '@/alerts/notify'
import { type Expected, raiseAlerts } from '@/alerts/raise'
import { uuidv7 } from '@/lib/id'
import { sendMails } from '@/mail/queue'
import { openSmtp } from '@/mail/smtp'
import { type Env, modeServed } from '@/platform/env'
import { mailOf } from '@/platform/mail-checks'
import type { Core } from './core'
import { silentForMs } from './jobs/health'

type Parts = Pick<Core, 'db' | 'env' | 'log' | 'metrics'>

/** 2 minutes without the end of any turn: no worker runs. As in `alert_facts`. */
export const WORKER_DEAD_MS = 120_000
/** 30 s between two looks of the web process at the worker. */
const WATCH_MS = 30_000

/** Whether mails can be written: live mode has no page that could show them instead. */
export function mailsLeave(env: Env): boolean {
  return env.PAYONCE_MODE === 'sandbox' || mailOf(env) !== null
}

/**
 * One look at the facts: alerts are opened and ended, and operators who chose it get a mail.
 * @param jobs those that a worker of this version runs
 * @returns the alerts and mails
 */
export async function refreshAlerts(parts: Parts, jobs: readonly Expected[]): Promise<number> {
  const { opened, ended } = await raiseAlerts(parts.db, watched(parts, jobs))
  report(parts, opened)
  return opened + ended + (await writeMails(parts))
}

function watched({ env }: Parts, jobs: readonly Expected[]) {
  const served = modeServed(env)
  return { served, ours: merchantsOf(served), jobs }
}

function report({ log, metrics }: Parts, opened: number): void {
  if (opened === 0) return
  metrics.alerts.inc({ operation: 'alerts' }, opened)
  log.error({ opened }, 'alerts were opened; the dashboard has them')
}

async function writeMails({ db, env }: Parts): Promise<number> {
  if (!mailsLeave(env)) return 0
  return notifyOperators(db, { ours: merchantsOf(modeServed(env)), baseUrl: env.baseUrl, newId: uuidv7 })
}

/** Sends the mails that are due. @returns the mails that it dealt with */
export function sendDueMails({ db, env, log }: Parts, stopping: AbortSignal): Promise<number> {
  const settings = mailOf(env)
  const ours = merchantsOf(modeServed(env))
  return sendMails({ db, ours, transport: settings && openSmtp(settings), log }, stopping)
}

/** Whether no turn of any job has ended for 2 minutes. A new installation is given ten by `alert_facts`. */
async function workerIsSilent({ db }: Parts): Promise<boolean> {
  const silentMs = await silentForMs(db)
  return silentMs === null || silentMs > WORKER_DEAD_MS
}

/** What a dead worker cannot say itself: the web process opens the alert, and sends the mails about it. */
export async function raiseDeadWorker(parts: Parts, stopping: AbortSignal): Promise<void> {
  const { opened } = await raiseAlerts(parts.db, watched(parts, []), { open: ['worker-dead'], end: [] })
  report(parts, opened)
  await writeMails(parts)
  await sendDueMails(parts, stopping)
}

/**
 * Watches the worker until the process ends. It must be silent at two looks: a machine that wakes from sleep finds a silence that is over in a
 * moment. An error is the database's, which others report too.
 */
export function keepWatch(parts: Parts): void {
  let [running, wasSilent] = [false, false]
  const look = async () => {
    const silent = await workerIsSilent(parts)
    if (silent && wasSilent) await raiseDeadWorker(parts, AbortSignal.timeout(WATCH_MS))
    wasSilent = silent
  }
  setInterval(() => {
    if (running) return
    running = true
    void look()
      .catch((error: unknown) => parts.log.warn({ err: error }, 'the worker was not looked for'))
      .finally(() => {
        running = false
      })
  }, WATCH_MS).unref()
}
