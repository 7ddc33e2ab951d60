import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { SiteBar } from '@/shop/frame/site-bar'
import { Contents } from '@/ui/contents'
import { LINK } from '@/ui/nav'
import { PageHeader } from '@/ui/page-header'
import { caller } from '../_trpc/caller'
import { Buttons } from './_parts/buttons'
import { Feedback } from './_parts/feedback'
import { Fields } from './_parts/fields'
import { Figures } from './_parts/figures'
import { Icons } from './_parts/icons'
import { Navigation } from './_parts/navigation'
import { PaletteTable } from './_parts/palette-table'
import { GALLERY_SECTIONS } from './_parts/sections'
import { Status } from './_parts/status'
import { Surfaces } from './_parts/surfaces'
import { Tables } from './_parts/tables'
import { TypeScale } from './_parts/type-scale'

export const metadata: Metadata = { title: 'Gallery', robots: { index: false } }

/** Every component of `src/ui` in every state. Check here before you draw a new one. For those who build: live mode has none. */
export default async function GalleryPage() {
  if (!(await (await caller()).installation.current()).sandbox) notFound()
  return (
    <>
      <SiteBar />
      <main id="content" className="mx-auto max-w-5xl px-4 py-12 sm:px-6">
        <PageHeader
          back={
            <Link href="/docs" className={LINK}>
              Docs
            </Link>
          }
          title="Gallery"
          note="Every piece that the screens are made of, in every state it has. What you need is probably here; what is not here does not exist yet."
        />
        <div className="grid gap-x-10 gap-y-10 lg:grid-cols-[9.5rem_minmax(0,1fr)]">
          <div>
            <Contents places={GALLERY_SECTIONS} />
          </div>
          <div className="flex min-w-0 flex-col gap-14">
            <PaletteTable />
            <TypeScale />
            <Icons />
            <Buttons />
            <Fields />
            <Status />
            <Feedback />
            <Figures />
            <Tables />
            <Surfaces />
            <Navigation />
          </div>
        </div>
      </main>
    </>
  )
}
