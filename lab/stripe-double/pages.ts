import { mapOf, type Params, textOf } from './params'
import { notFound } from './problem'

/** A page of a list as Stripe gives it: newest first, at most 100, from either side of an object. @param all oldest first */
export function listed<T extends { id: string; created: number }>(all: readonly T[], params: Params) {
  const limit = Math.min(100, Math.max(1, Number(textOf(params, 'limit') ?? 10)))
  const created = mapOf(params, 'created')
  const inTime = all.toReversed().filter((one) => isWithin(one.created, created))
  const [after, before] = [textOf(params, 'starting_after'), textOf(params, 'ending_before')]
  const { data, more } =
    before === undefined ? below(inTime, after, limit) : above(all.toReversed(), before, limit, created)
  return { object: 'list', data, has_more: more, url: '/v1/list' }
}

function below<T extends { id: string }>(newestFirst: T[], after: string | undefined, limit: number) {
  const from = after === undefined ? 0 : placeOf(newestFirst, after) + 1
  return { data: newestFirst.slice(from, from + limit), more: newestFirst.length > from + limit }
}

/** The objects just newer than one, which may itself lie outside the time that was asked for. */
function above<T extends { id: string; created: number }>(
  newestFirst: T[],
  before: string,
  limit: number,
  created: Record<string, string>,
) {
  const newer = newestFirst
    .slice(0, placeOf(newestFirst, before))
    .filter((one) => isWithin(one.created, created))
  return { data: newer.slice(-limit), more: newer.length > limit }
}

function placeOf<T extends { id: string }>(list: T[], id: string): number {
  const place = list.findIndex((one) => one.id === id)
  if (place < 0) throw notFound('object', id, 'starting_after')
  return place
}

function isWithin(at: number, { gt, gte, lt, lte }: Record<string, string>): boolean {
  return (
    (gt === undefined || at > Number(gt)) &&
    (gte === undefined || at >= Number(gte)) &&
    (lt === undefined || at < Number(lt)) &&
    (lte === undefined || at <= Number(lte))
  )
}
