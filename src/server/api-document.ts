import { type Deps, getDeps } from './deps'
import { createRest } from './rest/app'

const documents = new WeakMap<Deps, Promise<unknown>>()

/** The OpenAPI document of this installation, as `GET /api/openapi.json` sends it, for the page that shows it. Built once in a process. */
export function ownApiDocument(): Promise<unknown> {
  const deps = getDeps()
  const known = documents.get(deps)
  if (known) return known
  const made = Promise.resolve(createRest(deps).request('/api/openapi.json')).then((answer) => answer.json())
  documents.set(deps, made)
  return made
}
