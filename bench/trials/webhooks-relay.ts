import { fork } from 'node:child_process'
import { once } from 'node:events'
import { uuidv7 } from '@/lib/id'
import { sql } from '@/platform/db'
import { openLog } from '@/platform/log'
import { typescriptArgs } from '@/setup/process/fork-typescript'
import { createEndpoint } from '@/webhooks/endpoint'
import { Relay } from '@/webhooks/relay'
import { type Outgoing, WebhookSender } from '@/webhooks/send'
import { type Cost, costOf } from '../measure'
import { makeMerchant } from '../orders'
import { median } from '../rounds'
import { openStage, type Stage } from '../stage'

/**
 * What the relay of webhooks costs for each delivery, from the outbox to its settled row, to receivers in another process of this machine:
 *
 *     node --import tsx bench/trials/webhooks-relay.ts
 */
const DELIVERIES = 4_000
const ROUNDS = 3
const KEYS = ['a key of the bench that encrypts secrets'] as const
const BY = { name: 'bench', address: null, requestId: null }

/** Receivers that answer at once, and such as a server that works for 30 ms. */
const SHAPES = [
  { name: '1 endpoint', endpoints: 1, delayMs: 0 },
  { name: '1 endpoint, 30 ms', endpoints: 1, delayMs: 30 },
  { name: '20 endpoints, 30 ms', endpoints: 20, delayMs: 30 },
]

async function main(): Promise<void> {
  const stage = await openStage({ durable: true })
  try {
    for (const shape of SHAPES) {
      const rounds: Cost[] = []
      await relayOnce(stage, shape)
      for (let round = 0; round < ROUNDS; round++) rounds.push(await relayOnce(stage, shape))
      const of = (part: keyof Cost) => median(rounds.map((round) => round[part] ?? 0))
      console.log(
        `${shape.name}: ${of('perSecond').toFixed(0)} deliveries/s, ${of('nodeCpuUs').toFixed(0)} µs Node and ${of('postgresCpuUs').toFixed(0)} µs PostgreSQL a delivery, ${of('roundTrips').toFixed(3)} statements, ${of('commits').toFixed(3)} commits, ${of('walBytes').toFixed(0)} bytes of WAL`,
      )
    }
  } finally {
    await stage.close()
  }
}

async function relayOnce(stage: Stage, shape: (typeof SHAPES)[number]): Promise<Cost> {
  const { db, owner } = stage
  const sink = fork(new URL('./webhook-sink.ts', import.meta.url), [String(shape.delayMs)], {
    execArgv: typescriptArgs,
  })
  const [{ port }] = (await once(sink, 'message')) as [{ port: number }]
  const merchantId = await makeMerchant(owner)
  for (let count = 0; count < shape.endpoints; count++) {
    const id = uuidv7()
    const fields = { url: `http://127.0.0.1:${port}/${count}`, description: '', eventTypes: [] }
    await createEndpoint(db, { merchantId, endpointId: id, by: BY, actId: id }, fields, KEYS)
  }
  await owner.query(
    `INSERT INTO outbox_event (merchant_id, id, type, subject_id, payload)
     SELECT $1, id, 'payment.succeeded', gen_random_uuid(), $2 FROM unnest($3::uuid[]) AS id`,
    [merchantId, PAYLOAD, Array.from({ length: DELIVERIES / shape.endpoints }, () => uuidv7())],
  )
  await owner.query('CHECKPOINT')
  try {
    const cost = await costOf(DELIVERIES, () => relayAll(stage, merchantId), stage.here)
    const { rows } = await owner.query(
      `SELECT count(*)::int AS arrived FROM webhook_delivery WHERE merchant_id = $1 AND state = 'delivered' AND attempts = 1`,
      [merchantId],
    )
    if (rows[0].arrived !== DELIVERIES) throw new Error(`only ${rows[0].arrived} have arrived`)
    return cost
  } finally {
    await owner.query(`UPDATE webhook_endpoint SET state = 'paused' WHERE merchant_id = $1`, [merchantId])
    sink.disconnect()
  }
}

const PAYLOAD = JSON.stringify({
  payment: `pay_${'0'.repeat(32)}`,
  amount: 2400,
  currency: 'EUR',
  status: 'succeeded',
  declineCode: null,
})

/** Runs a relay until all have been answered and settled. */
async function relayAll({ db }: Stage, merchantId: string): Promise<void> {
  const sender = new WebhookSender({ loopback: true, ownHost: 'pay.example.com', resolve: async () => [] })
  const stopping = new AbortController()
  let left = DELIVERIES
  const send = async (outgoing: Outgoing) => {
    const answer = await sender.send(outgoing)
    if (answer.status === 200) left -= 1
    if (left === 0) stopping.abort()
    return answer
  }
  const relay = new Relay({
    db,
    ours: sql`merchant_id = ${merchantId}::uuid`,
    keys: KEYS,
    sender: { send },
    log: openLog('warn', 'bench'),
    onDisabled: () => undefined,
  })
  await relay.run(stopping.signal)
  sender.close()
}

await main()
