import { PROBLEMS } from '@payonce/idempotency/problems'
import { type ApiDocument, apiDocument, operationsOf } from '../docs/api/_parts/document'
import { GUIDES, guidePath, guideTitle } from '../docs/guides/_parts/guides'

/** Made when it is asked for: it names this installation's own address. */
export const dynamic = 'force-dynamic'

/** What a program that reads the docs should know, and where the rest is (llmstxt.org). */
export async function GET(): Promise<Response> {
  return new Response(overviewOf(await apiDocument()), {
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-cache' },
  })
}

function overviewOf(document: ApiDocument): string {
  const [{ url }] = document.servers
  const link = (text: string, path: string, about: string) => `- [${text}](${url}${path}): ${about}`
  const operations = document.tags.flatMap(({ name }) => operationsOf(document, name))
  return `# Payonce

> A checkout and a double-entry ledger that charge exactly once, however often Pay is pressed, the network fails or the server dies.

Base URL of the HTTP API: ${url}/api/v1. Every request needs \`Authorization: Bearer <API key>\`, and every POST an \`Idempotency-Key\` header.

- Make one key for one intended effect, and store it before you send the request.
- No answer, or a time-out: send exactly the same request again, with the same key. It takes effect once.
- After a problem, do what its member \`retry\` says: \`same-key\` (wait, then send the same again), \`poll\` (ask for the state of the key), \`after-fixing\` or \`no\`.
- A new key is safe only where the problem has \`safeNewKey: true\`. After a lost answer it may charge a second time.
- Amounts are integers in minor units: 2400 in EUR is €24.00. The API takes tokens such as \`pm_card_visa\`, never a card number.

## Docs

${[
  link('Guide', '/docs', 'first payment with curl, rules of the Idempotency-Key, test cards, outcomes'),
  link('API reference', '/docs/api', 'every operation, object, event and header'),
  link('OpenAPI document', '/api/openapi.json', 'the same for programs, OpenAPI 3.1'),
  ...GUIDES.map(({ name, about }) => link(guideTitle(name), guidePath(name), about)),
].join('\n')}

## Operations

${operations.map(({ method, path, operationId, summary }) => link(`${method.toUpperCase()} ${path}`, `/docs/api#${operationId}`, summary)).join('\n')}

## Problems

${Object.entries(PROBLEMS)
  .map(([kind, { status, title, safeNewKey }]) =>
    link(kind, `/problems/${kind}`, `${status}, ${title}; a new key is ${safeNewKey ? '' : 'not '}safe`),
  )
  .join('\n')}

## Optional

${[
  link('Check of a receipt', '/verify', 'anybody who holds a receipt can check its code'),
  link('Health', '/api/health', 'whether the process is alive'),
  link('Readiness', '/api/ready', 'whether the database is reachable and migrated'),
].join('\n')}
`
}
