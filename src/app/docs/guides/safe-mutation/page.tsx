import type { Metadata } from 'next'
import { GuidePage } from '../_parts/guide-page'

export const metadata: Metadata = { title: 'Make your tRPC mutation safe in ten minutes' }

export default function Page() {
  return <GuidePage name="safe-mutation" />
}
