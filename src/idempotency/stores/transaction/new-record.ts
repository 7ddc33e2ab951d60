import { ComparedInput } from '../../core/compared-input'
import { recordId, subjectIdOf } from '../../core/fingerprint'
import { keyProblem } from '../../core/key'
import type { NewRecord } from '../../core/store'
import { ProblemError } from '../../problems'
import type { IdempotentRequest } from './request'
import { checkOperation, scopeOf } from './scope'
import type { TransactionSettings } from './settings'

/**
 * The record of a request and its input to compare with what is stored, after its checks.
 * @throws ProblemError for a key that is none; TypeError for a wrong call
 */
export function recordOf<Input extends object>(
  { operation, key, scope, input, volatile = [] }: IdempotentRequest<Input>,
  { secrets, transformer }: Pick<TransactionSettings, 'secrets' | 'transformer'>,
): { record: NewRecord; compared: ComparedInput } {
  checkOperation(operation)
  const { merchantId, actor } = scopeOf(operation, scope)
  if (typeof input !== 'object' || input === null)
    throw new TypeError(
      `${operation}: \`input\` is the parsed input, an object. Without it another request under the same key could not be told from a retry. Write {} where there is none.`,
    )
  if (!isRecord(input))
    throw new TypeError(
      `${operation}: \`input\` must be a plain object or an array, as a JSON body is. Of a Promise, a Map, a FormData or a Request nothing could be compared: await it, or write its values into an object.`,
    )
  const problem = keyProblem(key)
  if (problem) throw new ProblemError(problem)
  const id = recordId({ merchantId, actor }, operation, key as string)
  const compared = new ComparedInput(input, { volatile, transformer })
  const record = {
    merchantId,
    id,
    scope: actor,
    operation,
    key: key as string,
    ...compared.columns(secrets[0]),
    subjectId: subjectIdOf(id),
  }
  return { record, compared }
}

/** True for what a JSON body can be: its members are all that it is. */
function isRecord(input: object): boolean {
  const prototype = Object.getPrototypeOf(input)
  return prototype === null || prototype === Object.prototype || Array.isArray(input)
}
