import { Banner } from '@/ui/banner'

/** Says why there are no buttons. */
export function ReadOnlyNote() {
  return (
    <Banner tone="neutral" className="mb-4" title="You can read webhooks">
      To change them, send a test or send an event again needs the role Admin.
    </Banner>
  )
}
