import type { Metadata } from 'next'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { SiteBar } from '@/shop/frame/site-bar'
import { LINK } from '@/ui/nav'
import { CodeBlock } from '../_parts/code-block'
import { type ApiDocument, answerHeaders, apiDocument, operationsOf } from './_parts/document'
import { exampleOf } from './_parts/examples'
import { Fields } from './_parts/fields'
import { OperationSection } from './_parts/operation-section'
import { Inline, Prose } from './_parts/prose'
import { ReferenceContents } from './_parts/reference-contents'

export const metadata: Metadata = { title: 'API reference' }

/** Rendered when it is asked for: it prints this installation's own address. */
export const dynamic = 'force-dynamic'

/** The HTTP API, from the OpenAPI document that the routes themselves make. Each operation and each object has an address. */
export default async function ApiReferencePage() {
  const document = await apiDocument()
  return (
    <>
      <SiteBar />
      <main
        id="content"
        className="mx-auto grid max-w-6xl gap-x-12 gap-y-8 px-4 py-12 sm:px-6 lg:grid-cols-[15rem_minmax(0,1fr)]"
      >
        <header className="max-w-3xl lg:col-start-2">
          <h1 tabIndex={-1} className="font-semibold text-3xl tracking-tight">
            API reference
          </h1>
          <Prose text={document.info.description} className="mt-3 text-ink-2 leading-7" />
          <p className="mt-3 text-ink-2 text-ui">
            The{' '}
            <a className={LINK} href="/api/openapi.json">
              OpenAPI document
            </a>{' '}
            has the same for programs. The{' '}
            <Link className={LINK} href="/docs">
              guide
            </Link>{' '}
            begins with a first payment. Commands read your API key from the variable{' '}
            <code>PAYONCE_API_KEY</code>.
          </p>
        </header>
        <div className="lg:col-start-1 lg:row-span-2 lg:row-start-1">
          <ReferenceContents document={document} />
        </div>
        <div className="flex min-w-0 max-w-3xl flex-col gap-14 lg:col-start-2">
          {document.tags.map(({ name, description }) => (
            <Group key={name} id={name.toLowerCase()} title={name} note={description}>
              {operationsOf(document, name).map((operation) => (
                <OperationSection key={operation.operationId} operation={operation} document={document} />
              ))}
            </Group>
          ))}
          <Group
            id="events"
            title="Events"
            note="What we send to the addresses of your webhooks. Any answer from 200 to 299 ends it; all others are tried again."
          >
            <Events document={document} />
          </Group>
          <Group id="objects" title="Objects" note="What the answers consist of.">
            {Object.entries(document.components.schemas).map(([name, schema]) => (
              <section key={name} id={name} className="scroll-mt-6 border-line border-t pt-8">
                <h3 className="mb-3 font-semibold text-base">
                  <a href={`#${name}`} className="text-ink no-underline hover:underline">
                    {name}
                  </a>
                </h3>
                <Fields schema={membersOf(schema, document)} />
              </section>
            ))}
          </Group>
          <Group id="headers" title="Headers of answers" note="Each answer carries those that apply to it.">
            <dl className="divide-y divide-line border-line border-y">
              {answerHeaders(document).map(({ name, description }) => (
                <div key={name} className="py-2.5">
                  <dt className="font-medium font-mono text-ui">{name}</dt>
                  <dd className="mt-0.5 max-w-[75ch] text-ink-2 text-ui">
                    <Inline text={description} />
                  </dd>
                </div>
              ))}
            </dl>
          </Group>
        </div>
      </main>
    </>
  )
}

function Group({
  id,
  title,
  note,
  children,
}: {
  id: string
  title: string
  note: string
  children: ReactNode
}) {
  return (
    <section id={id} className="flex scroll-mt-6 flex-col gap-8">
      <div>
        <h2 className="font-semibold text-xl">{title}</h2>
        <p className="mt-1 max-w-[75ch] text-ink-3 text-ui">{note}</p>
      </div>
      {children}
    </section>
  )
}

function Events({ document }: { document: ApiDocument }) {
  return Object.entries(document.webhooks).map(([type, { post }]) => {
    const schema = post.requestBody?.content['application/json'].schema
    return (
      <section key={type} id={type} className="scroll-mt-6 border-line border-t pt-8">
        <h3 className="font-mono font-semibold text-ui">
          <a href={`#${type}`} className="text-ink no-underline hover:underline">
            {type}
          </a>
        </h3>
        <p className="mt-1 max-w-[75ch] text-ink-2 text-ui">{post.summary}</p>
        {schema && (
          <CodeBlock quiet text={JSON.stringify(exampleOf(schema, document.components.schemas), null, 2)} />
        )}
      </section>
    )
  })
}

/** A schema that adds to another one has the members of both. */
function membersOf(
  schema: ApiDocument['components']['schemas'][string],
  document: ApiDocument,
): ApiDocument['components']['schemas'][string] {
  const parts = (schema.allOf ?? []).map((part) =>
    membersOf(document.components.schemas[part.$ref?.split('/').at(-1) ?? ''] ?? part, document),
  )
  return {
    ...schema,
    properties: Object.assign({}, ...parts.map((part) => part.properties), schema.properties),
    required: [...parts.flatMap((part) => part.required ?? []), ...(schema.required ?? [])],
  }
}
