import type { Metadata } from 'next'
import { GuidePage } from '../_parts/guide-page'
import { guideTitle } from '../_parts/guides'

export const metadata: Metadata = { title: guideTitle('safe-mutation') }

export default function Page() {
  return <GuidePage name="safe-mutation" />
}
