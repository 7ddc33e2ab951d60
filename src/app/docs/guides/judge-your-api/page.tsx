import type { Metadata } from 'next'
import { GuidePage } from '../_parts/guide-page'

export const metadata: Metadata = { title: 'Judge your own API' }

export default function Page() {
  return <GuidePage name="judge-your-api" />
}
