import { type ApiDocument, operationsOf } from './document'

const ENTRY =
  'block py-1 text-ink-2 text-ui underline decoration-line underline-offset-4 hover:text-ink lg:no-underline'

/** Every place of the reference: folded above the text on a phone, beside it from 1024 px. */
export function ReferenceContents({ document }: { document: ApiDocument }) {
  const groups = [
    ...document.tags.map(({ name }) => ({
      id: name.toLowerCase(),
      title: name,
      entries: operationsOf(document, name).map(({ operationId, summary }) => ({
        id: operationId,
        title: summary,
      })),
    })),
    { id: 'events', title: 'Events', entries: [] },
    { id: 'objects', title: 'Objects', entries: [] },
    { id: 'headers', title: 'Headers of answers', entries: [] },
  ]
  const list = (
    <ul className="space-y-3">
      {groups.map(({ id, title, entries }) => (
        <li key={id}>
          <a href={`#${id}`} className="block py-1 font-medium text-ink text-ui no-underline hover:underline">
            {title}
          </a>
          <ul className="border-line border-s ps-3">
            {entries.map((entry) => (
              <li key={entry.id}>
                <a href={`#${entry.id}`} className={ENTRY}>
                  {entry.title}
                </a>
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  )
  return (
    <>
      <details className="rounded-lg border border-line px-4 py-2.5 lg:hidden">
        <summary className="cursor-pointer font-medium text-ui">On this page</summary>
        <nav aria-label="On this page" className="mt-2">
          {list}
        </nav>
      </details>
      <nav
        aria-label="On this page"
        className="sticky top-8 hidden max-h-[calc(100dvh-4rem)] overflow-y-auto lg:block"
      >
        {list}
      </nav>
    </>
  )
}
