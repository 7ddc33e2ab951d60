import Link from 'next/link'
import { caller } from '@/app/_trpc/caller'
import { LINK } from '@/ui/nav'
import { PageHeader } from '@/ui/page-header'
import { SettingsTabs } from '../../_parts/frame/settings-tabs'
import { AlertMails } from '../_parts/alert-mails'

export const metadata = { title: 'Notifications' }

export default async function Page() {
  const { account, alerts } = await caller()
  const [{ email }, rules] = await Promise.all([account.get(), alerts.mailRules()])
  return (
    <>
      <SettingsTabs />
      <PageHeader
        title="Notifications"
        note={
          <>
            Everybody chooses their own mails. Your servers get alerts by{' '}
            <Link href="/dashboard/webhooks" className={LINK}>
              webhooks
            </Link>
            .
          </>
        }
      />
      <div className="max-w-2xl">
        <AlertMails email={email} initial={rules} />
      </div>
    </>
  )
}
