import type { z } from 'zod'
import { appRouter } from '../root'

/** A procedure of the router: what it is called, and the schemas that it was made with. */
export interface Procedure {
  name: string
  type: 'query' | 'mutation' | 'subscription'
  inputs: z.ZodType[]
  output: unknown
}

/** All procedures of the router, so that a test cannot forget a new one. */
export function procedures(): Procedure[] {
  const { procedures: all } = (appRouter as unknown as { _def: { procedures: Record<string, Made> } })._def
  return Object.entries(all).map(([name, { _def }]) => ({
    name,
    type: _def.type,
    inputs: _def.inputs,
    output: _def.output,
  }))
}

interface Made {
  _def: { type: Procedure['type']; inputs: z.ZodType[]; output?: unknown }
}
