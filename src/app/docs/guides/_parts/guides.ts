import fs from 'node:fs'
import path from 'node:path'
import { titleOf } from './parse-guide'

/** The guides of `docs/guides`. The title of each is the first line of its file. */
export const GUIDES = [
  {
    name: 'safe-mutation',
    about: 'One mutation of your own app, on your own PostgreSQL, takes effect once per key.',
  },
  {
    name: 'judge-your-api',
    about: 'A black-box test reports which idempotency rules an API keeps, and what each broken one costs.',
  },
] as const

export type GuideName = (typeof GUIDES)[number]['name']

/** Address of a guide's page. */
export function guidePath(name: GuideName): string {
  return `/docs/guides/${name}`
}

/** A guide's Markdown. */
export function readGuide(name: GuideName): string {
  return fs.readFileSync(path.join(process.cwd(), 'docs/guides', `${name}.md`), 'utf8')
}

export function guideTitle(name: GuideName): string {
  return titleOf(readGuide(name))
}
