import path from 'node:path'
import Link from 'next/link'
import { SiteBar } from '@/shop/frame/site-bar'
import { Contents } from '@/ui/contents'
import { LINK } from '@/ui/nav'
import { CodeBlock } from '../../_parts/code-block'
import { ownAddress } from '../../_parts/own-address'
import { GUIDES, type GuideName, guidePath, readGuide } from './guides'
import { type GuideBlock, type GuideInline, parseGuide } from './parse-guide'

/** A guide of `docs/guides`, as a page with this installation's own address. */
export async function GuidePage({ name }: { name: GuideName }) {
  const here = await ownAddress()
  const { title, blocks } = parseGuide(here(readGuide(name)))
  const headings = blocks.filter((block) => block.kind === 'heading')
  return (
    <>
      <SiteBar />
      <main
        id="content"
        className="mx-auto grid max-w-5xl gap-x-12 gap-y-10 px-4 py-12 sm:px-6 lg:grid-cols-[minmax(0,1fr)_13rem] lg:grid-rows-[auto_1fr]"
      >
        <header className="max-w-2xl">
          <p className="text-ink-3 text-ui">
            <Link className={LINK} href="/docs">
              Docs
            </Link>
          </p>
          <h1 tabIndex={-1} className="mt-2 font-semibold text-3xl tracking-tight">
            {title}
          </h1>
        </header>
        <div className="lg:col-start-2 lg:row-span-2 lg:row-start-1">
          <Contents places={headings.map(({ id, text }) => ({ id, title: text }))} />
        </div>
        <article className="flex min-w-0 max-w-2xl flex-col gap-3 text-ink-2 text-ui leading-6">
          {blocks.map((block, index) => (
            <Block
              // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of a file never move
              key={index}
              block={block}
              copy={copyLabel(blocks, index)}
            />
          ))}
        </article>
      </main>
    </>
  )
}

/** Name of a block of code for its button: the file that it is, else the sentence before it. */
function copyLabel(blocks: readonly GuideBlock[], at: number): string {
  const block = blocks[at]
  if (block?.kind === 'code' && block.name) return block.name
  const before = blocks[at - 1]
  if (before?.kind !== 'paragraph') return 'this code'
  return `the command: ${before.inlines.map(({ text }) => text).join('')}`
}

function Block({ block, copy }: { block: GuideBlock; copy: string }) {
  switch (block.kind) {
    case 'heading':
      return (
        <h2 id={block.id} className="mt-6 scroll-mt-6 font-semibold text-ink text-lg">
          {block.text}
        </h2>
      )
    case 'paragraph':
      return (
        <p>
          <Inlines of={block.inlines} />
        </p>
      )
    case 'list': {
      const List = block.ordered ? 'ol' : 'ul'
      return (
        <List
          className={`space-y-1.5 ps-5 marker:text-ink-3 ${block.ordered ? 'list-decimal' : 'list-disc'}`}
        >
          {block.items.map((item) => (
            <li key={item.map(({ text }) => text).join('')}>
              <Inlines of={item} />
            </li>
          ))}
        </List>
      )
    }
    case 'code':
      return block.language === 'text' ? (
        <CodeBlock text={block.text} quiet />
      ) : (
        <div>
          {block.name && <p className="font-mono text-ink-3 text-xs">{block.name}</p>}
          <CodeBlock text={block.text} copy={copy} />
        </div>
      )
  }
}

function Inlines({ of }: { of: readonly GuideInline[] }) {
  return of.map((inline, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never move
    <InlineText key={index} inline={inline} />
  ))
}

function InlineText({ inline }: { inline: GuideInline }) {
  switch (inline.kind) {
    case 'text':
      return inline.text
    case 'strong':
      return <strong className="font-semibold text-ink">{inline.text}</strong>
    case 'code':
      return <code className="font-mono text-[0.92em] text-ink [overflow-wrap:anywhere]">{inline.text}</code>
    case 'link':
      return <GuideLink text={inline.text} href={inline.href} />
  }
}

/** A link to a page of ours or to another site. What has no page is named by its file. */
function GuideLink({ text, href }: { text: string; href: string }) {
  const guide = GUIDES.find(({ name }) => href === `${name}.md`)
  if (guide || /^https?:/.test(href))
    return (
      <a className={LINK} href={guide ? guidePath(guide.name) : href}>
        {text}
      </a>
    )
  const file = path.posix.join('docs/guides', href)
  return (
    <>
      {text} (<code className="font-mono text-[0.92em] text-ink [overflow-wrap:anywhere]">{file}</code>)
    </>
  )
}
