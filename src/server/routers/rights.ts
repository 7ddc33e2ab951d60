import { z } from 'zod'
import { mayActAs, ROLES, type Role } from '@/access/operator'
import { type Policy, router, viewerProcedure } from '../trpc'
import { AREAS, RIGHT_WORDS } from '../wire/right-words'

const rightOut = z.object({
  /** What it lets somebody do. */
  words: z.string(),
  roles: z.array(z.enum(ROLES)),
  /** A confirmation within 5 minutes is asked for. */
  stepUp: z.boolean(),
})
const areaOut = z.object({ area: z.string(), rights: z.array(rightOut) })
type Right = z.infer<typeof rightOut>

/** The router of the rooms, with its procedures by name, as tRPC keeps them. */
type Rooms = { _def: { procedures: object } }

/** What each role may do, read off the policies by which each call is judged: nothing is typed twice, so nothing can differ. */
export const rightsRouter = (rooms: Rooms) =>
  router({
    list: viewerProcedure
      .output(z.object({ areas: z.array(areaOut) }))
      .query(() => ({ areas: areasOf(rooms) })),
  })

function areasOf({ _def: { procedures } }: Rooms): z.infer<typeof areaOut>[] {
  const rights = new Map<string, Map<string, Right>>()
  for (const [name, { _def }] of Object.entries<{ _def: { meta?: Policy } }>(procedures as never)) {
    const { meta } = _def
    const words = RIGHT_WORDS[name]
    if (words === undefined || !meta || meta.policy === 'public') continue
    const area = AREAS[name.split('.')[0] ?? ''] ?? ''
    const known = rights.get(area) ?? new Map<string, Right>()
    rights.set(area, known.set(words, rightOf(words, meta, meta.policy)))
  }
  const order = [...new Set(Object.values(AREAS))]
  return [...rights]
    .map(([area, known]) => ({ area, rights: [...known.values()] }))
    .toSorted((one, other) => order.indexOf(one.area) - order.indexOf(other.area))
}

function rightOf(words: string, { stepUp }: Policy, needed: Role): Right {
  return { words, roles: ROLES.filter((role) => mayActAs(role, needed)), stepUp: stepUp === true }
}
