import type { Sql } from '@prisma/client/runtime/client'
import type { Store } from '../core/store'
import { type CapturedQuery, captureUpsert, type OpenClient, setUpsert } from './captured-upsert'
import { GroupCommitStore, type OnBatch } from './group-commit'
import { PgBatches, type SendStatement } from './pg-batches'
import { type PrismaLike, PrismaStore } from './prisma'
import type { SqlForm } from './sql'

/** Dependencies of the store in PostgreSQL. */
export interface StoreParts {
  client: PrismaLike
  /** Connections of their own, opened with `BATCH_SETTINGS`: a batch never waits for another request's connection. */
  send: SendStatement
  /** Opens a client like `client`, to learn how it makes a claim. */
  openClient: OpenClient
  /** Name of this process, stored with each claim. */
  worker: string
  /** Makes a UUID for each claim. */
  newToken: () => string
  /** How long a claim lasts without being renewed, in milliseconds. */
  leaseMs?: number | undefined
  /** As for `PrismaStore`. */
  ours?: Sql | undefined
  onBatch?: OnBatch | undefined
  /** Prisma's statement is not one that this program can put into set form: claims are made one by one. */
  onUnknownUpsert?: (error: unknown) => void
}

/** Wait for a lock in a batch. 50 ms: longer than any commit of ours. A row that is locked longer leaves the batch, and waits by itself. */
const BATCH_LOCK_MS = 50

/**
 * Settings of the sessions that send batches. Generic plans: the arrays of a batch differ in length each time, and a plan made for each costs
 * more than it saves.
 */
export const BATCH_SETTINGS = `-c plan_cache_mode=force_generic_plan -c lock_timeout=${BATCH_LOCK_MS}ms`

/**
 * The store in PostgreSQL, with group commit.
 * @returns `ready` resolves when claims share commits, too; until then Prisma makes them one by one. Never rejects
 */
export function openStore(parts: StoreParts): { store: Store<SqlForm>; ready: Promise<void> } {
  const single = new PrismaStore(parts.client, parts.worker, parts.newToken, parts.leaseMs, parts.ours)
  const batches = new PgBatches(parts.send, parts.worker, single.leaseMs)
  const ready = captured(parts.openClient)
    .then((query) => batches.claimBy(setUpsert(query)))
    .catch((error: unknown) => parts.onUnknownUpsert?.(error))
  return { store: new GroupCommitStore(single, batches, parts.newToken, { onBatch: parts.onBatch }), ready }
}

const known = new WeakMap<OpenClient, Promise<CapturedQuery>>()

/** Compiled once in a process: it is the same for all stores of one schema. */
function captured(open: OpenClient): Promise<CapturedQuery> {
  const query = known.get(open) ?? captureUpsert(open)
  known.set(open, query)
  return query
}
