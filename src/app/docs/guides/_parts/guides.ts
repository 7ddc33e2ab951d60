/** The guides of `docs/guides`: a file, an address and a title each. */
export const GUIDES = [
  {
    name: 'safe-mutation',
    title: 'Make your tRPC mutation safe in ten minutes',
    about: 'One mutation of your own app, on your own PostgreSQL, takes effect once per key.',
  },
  {
    name: 'judge-your-api',
    title: 'Judge your own API',
    about: 'A black-box test reports which idempotency rules an API keeps, and what each broken one costs.',
  },
] as const

export type GuideName = (typeof GUIDES)[number]['name']

/** Address of a guide's page. */
export function guidePath(name: GuideName): string {
  return `/docs/guides/${name}`
}
