import Link from 'next/link'
import { Badge } from '@/ui/badge'
import { LINK } from '@/ui/nav'
import { CodeBlock } from '../../_parts/code-block'
import { type ApiDocument, type ApiOperation, problemsOf, type Schema, successesOf } from './document'
import { curlOf, exampleOf } from './examples'
import { Fields, Parameters, Type } from './fields'
import { Inline, Prose } from './prose'

/** One request of the API: what it does, what it takes, a command that sends it, and each answer. */
export function OperationSection({
  operation,
  document,
}: {
  operation: ApiOperation
  document: ApiDocument
}) {
  const { operationId, method, path, summary, description, security = [], parameters = [] } = operation
  const [{ url }] = document.servers
  const body = operation.requestBody?.content['application/json']
  const examples = Object.entries(body?.examples ?? {})
  const scope = security[0]?.apiKey[0]
  return (
    <section
      id={operationId}
      aria-labelledby={`${operationId}-title`}
      className="scroll-mt-6 border-line border-t pt-8"
    >
      <h3 id={`${operationId}-title`} className="font-semibold text-base">
        <a href={`#${operationId}`} className="text-ink no-underline hover:underline">
          {summary}
        </a>
      </h3>
      <p className="mt-1.5 flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <Badge tone={method === 'post' ? 'info' : 'neutral'}>{method.toUpperCase()}</Badge>
        <code className="min-w-0 font-mono text-ui [overflow-wrap:anywhere]">{path}</code>
      </p>
      {description && <Prose text={description} className="mt-3 max-w-[75ch] text-ink-2 text-ui" />}
      {scope && (
        <p className="mt-2 text-ink-3 text-xs">
          The API key needs <code className="font-mono">{scope}</code>.
        </p>
      )}
      {parameters.length > 0 && (
        <Part title="Parameters">
          <Parameters parameters={parameters} />
        </Part>
      )}
      {body && (
        <Part title="Body">
          <BodyFields schema={body.schema} />
        </Part>
      )}
      <Part title="Send it">
        {examples.length > 0 ? (
          examples.map(([name, example]) => (
            <div key={name} className="mt-3 first:mt-0">
              {examples.length > 1 && <p className="text-ink-2 text-ui">{example.summary}</p>}
              <CodeBlock
                text={curlOf(operation, url, example.value)}
                copy={`the command: ${summary}, ${example.summary}`}
              />
            </div>
          ))
        ) : (
          <CodeBlock
            text={curlOf(operation, url, body && exampleOf(body.schema, document.components.schemas))}
            copy={`the command: ${summary}`}
          />
        )}
      </Part>
      <Part title="Answers">
        <Answers operation={operation} document={document} />
      </Part>
    </section>
  )
}

function BodyFields({ schema }: { schema: Schema }) {
  const some = schema.anyOf ?? schema.oneOf
  if (!some) return schema.properties ? <Fields schema={schema} /> : <Type schema={schema} />
  return some.map((one, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the branches of a schema never move
    <div key={index} className="mt-3 first:mt-0">
      <p className="mb-1 text-ink-3 text-xs">{index === 0 ? 'Either' : 'Or'}</p>
      <Fields schema={one} />
    </div>
  ))
}

function Answers({ operation, document }: { operation: ApiOperation; document: ApiDocument }) {
  return (
    <>
      {successesOf(operation).map(({ status, description, schema }, index) => (
        <div key={status} className="mt-3 first:mt-0">
          <p className="max-w-[75ch] text-ink-2 text-ui">
            <span className="figures font-medium text-ok">{status}</span> <Inline text={description} />{' '}
            {schema?.$ref && <Type schema={schema} />}
          </p>
          {schema && index === 0 && (
            <CodeBlock quiet text={JSON.stringify(exampleOf(schema, document.components.schemas), null, 2)} />
          )}
        </div>
      ))}
      <ul className="mt-4 grid gap-1 text-ui">
        {problemsOf(operation).map(({ status, kinds }) => (
          <li key={status} className="flex gap-3">
            <span className="figures shrink-0 text-bad">{status}</span>
            <span className="flex min-w-0 flex-wrap gap-x-3">
              {kinds.map((kind) => (
                <Link
                  key={kind}
                  prefetch={false}
                  className={`${LINK} inline-block min-h-6 py-0.5`}
                  href={`/problems/${kind}`}
                >
                  {kind}
                </Link>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

export function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className="mt-5">
      <h4 className="mb-2 font-medium text-ink-3 text-xs">{title}</h4>
      {children}
    </div>
  )
}
