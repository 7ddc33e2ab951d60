export { PrismaStore } from '../stores/prisma'
export {
  type ClaimRows,
  claimedPart,
  claimedSql,
  type SqlBegin,
  type SqlForm,
  type SqlWrite,
} from '../stores/sql'
export { assertSchema, checkSchema, type Missing, SchemaIncomplete } from '../stores/transaction/check-schema'
export { createIdempotent, type Idempotent } from '../stores/transaction/idempotent'
export { WorkTooLong } from '../stores/transaction/keyed-commit'
export { openEngine, type PrismaEngine, type PrismaEngineOptions } from '../stores/transaction/prisma-engine'
export type { IdempotentRequest, IdempotentResult, WorkArguments } from '../stores/transaction/request'
export type { UserScope } from '../stores/transaction/scope'
export type {
  IdempotentOptions,
  IsolationLevel,
  TransactionOf,
  UserClient,
} from '../stores/transaction/settings'
export {
  RefusalValue,
  RequestRefused,
  type Stored,
  type StoredRefusal,
} from '../stores/transaction/stored-result'
