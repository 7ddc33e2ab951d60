import type { Metadata } from 'next'
import { GuidePage } from '../_parts/guide-page'
import { guideTitle } from '../_parts/guides'

export const metadata: Metadata = { title: guideTitle('judge-your-api') }

export default function Page() {
  return <GuidePage name="judge-your-api" />
}
