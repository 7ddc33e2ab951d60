'use client'
import { useState } from 'react'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { PageHeader } from '@/ui/page-header'
import { FactorsCard } from '../../account/_parts/factors/factors-card'
import type { FactorsData } from '../api'

/** What an admin of a live installation sees, in place of every page, until they have a second factor. */
export function FactorNeeded({ initial }: { initial: FactorsData }) {
  const [added, setAdded] = useState(false)
  return (
    <>
      <PageHeader title="Add a second factor" note="Then the dashboard opens." />
      <div className="mb-4">
        {added ? (
          <Banner
            tone="ok"
            title="Your second factor is on"
            actions={
              <Button variant="primary" onClick={() => window.location.reload()}>
                Open the dashboard
              </Button>
            }
          >
            Keep your recovery codes first: they are shown only once.
          </Banner>
        ) : (
          <Banner tone="warn" title="This is a live installation">
            An admin can move money and make keys, so the password alone is not enough. Add an authenticator
            app or a passkey: until then you can do nothing else here.
          </Banner>
        )}
      </div>
      <FactorsCard initial={initial} onChanged={() => setAdded(true)} />
    </>
  )
}
