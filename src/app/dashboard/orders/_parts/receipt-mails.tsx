'use client'
import Link from 'next/link'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { LINK } from '@/ui/nav'
import { api, type ReceiptRule } from '../../_parts/api'
import { useSubmitOnce } from '../../_parts/dialog/use-submit-once'
import { ByRole } from '../../_parts/frame/by-role'

/** Whether shoppers get their receipt by e-mail. */
export function ReceiptMails({ initial }: { initial: ReceiptRule }) {
  const [byMail, setByMail] = useState(initial.byMail)
  const act = useSubmitOnce(
    () => api.receipts.chooseRule.mutate({ byMail: !byMail }),
    (chosen) => setByMail(chosen.byMail),
  )
  return (
    <Card className="mt-6">
      <CardHeader
        title="Receipts by e-mail"
        note={
          byMail
            ? 'On: everybody who pays and has given an e-mail address is sent the receipt once.'
            : 'Off: shoppers see their receipt after paying, and get no mail.'
        }
        actions={
          <ByRole needs="admin" what={byMail ? 'Turn off' : 'Turn on'}>
            <Button size="sm" busy={act.busy} onClick={act.press}>
              {byMail ? 'Turn off' : 'Turn on'}
            </Button>
          </ByRole>
        }
      />
      <p className="max-w-[80ch] px-4 py-3 text-ink-2 text-ui sm:px-5">
        {initial.mailsLeave ? (
          <>
            A change counts for what is paid from then on. Without a mail server a sandbox keeps its mails in
            the{' '}
            <Link href="/dashboard/mailbox" className={LINK}>
              Mailbox
            </Link>
            .
          </>
        ) : (
          'No mail leaves: this installation has no mail server (PAYONCE_SMTP_URL).'
        )}{' '}
        <span role="status" className="text-bad">
          {act.failure}
        </span>
      </p>
    </Card>
  )
}
