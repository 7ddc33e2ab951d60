import { notFound } from 'next/navigation'
import { caller } from '@/app/_trpc/caller'
import { MailboxPage } from './_parts/mailbox-page'

export const metadata = { title: 'Mailbox' }

/** The mails of a sandbox. A live installation has no such page: its mails are their recipients’. */
export default async function Page() {
  const api = await caller()
  const { sandbox } = await api.operator.current()
  if (!sandbox) notFound()
  return <MailboxPage initial={await api.alerts.mailbox()} />
}
