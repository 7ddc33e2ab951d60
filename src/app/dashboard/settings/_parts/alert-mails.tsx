'use client'
import Link from 'next/link'
import { useState } from 'react'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Card, CardBody, CardHeader } from '@/ui/card'
import { LINK } from '@/ui/nav'
import { type AlertRules, api } from '../../_parts/api'
import { useSubmitOnce } from '../../_parts/dialog/use-submit-once'

type Kinds = Parameters<typeof api.alerts.chooseMails.mutate>[0]['kinds']

const chosenOf = ({ kinds }: AlertRules) => kinds.filter(({ mailed }) => mailed).map(({ kind }) => kind)

/** Of which alerts the operator gets a mail. */
export function AlertMails({ email, initial }: { email: string; initial: AlertRules }) {
  const [chosen, setChosen] = useState(() => chosenOf(initial))
  const [saved, setSaved] = useState(false)
  const act = useSubmitOnce(
    () => api.alerts.chooseMails.mutate({ kinds: chosen as Kinds }),
    (rules) => {
      setChosen(chosenOf(rules))
      setSaved(true)
    },
  )
  const choose = (kinds: string[]) => {
    setSaved(false)
    setChosen(kinds)
  }
  const money = initial.kinds.filter((kind) => kind.money).map(({ kind }) => kind)
  return (
    <Card>
      <CardHeader
        title="Mails about alerts"
        note={`To ${email}. Each alert is sent once, and at most one mail in a minute.`}
        actions={
          <Button size="sm" onClick={() => choose([...new Set([...chosen, ...money])])}>
            Choose all about money
          </Button>
        }
      />
      <CardBody>
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            act.press()
          }}
        >
          <Where mails={initial.mails} />
          <fieldset className="flex flex-col">
            <legend className="sr-only">Alerts of which you get a mail</legend>
            {initial.kinds.map(({ kind, title, money: isMoney }) => (
              <label key={kind} className="flex items-start gap-2.5 py-1.5 text-sm">
                <input
                  type="checkbox"
                  className="mt-0.5 size-4 shrink-0"
                  checked={chosen.includes(kind)}
                  onChange={({ target }) =>
                    choose(target.checked ? [...chosen, kind] : chosen.filter((one) => one !== kind))
                  }
                />
                <span className="flex min-w-0 flex-wrap items-center gap-x-2">
                  {title}
                  {isMoney && <Badge tone="bad">Money</Badge>}
                </span>
              </label>
            ))}
          </fieldset>
          <div className="mt-3 flex flex-wrap items-center gap-3">
            <Button type="submit" variant="primary" busy={act.busy}>
              Save
            </Button>
            <p role="status" className="text-ink-2 text-ui">
              {saved && (chosen.length > 0 ? 'Saved.' : 'Saved: you get no mail.')}
            </p>
            <p role="alert" className="text-bad text-ui empty:hidden">
              {act.failure}
            </p>
          </div>
        </form>
      </CardBody>
    </Card>
  )
}

/** Where mails go, if not by a mail server. */
function Where({ mails }: { mails: AlertRules['mails'] }) {
  if (mails === 'server') return null
  return (
    <p className="mb-2 text-ink-2 text-ui">
      {mails === 'mailbox' ? (
        <>
          This sandbox has no mail server: its mails are kept in the{' '}
          <Link href="/dashboard/mailbox" className={LINK}>
            Mailbox
          </Link>
          .
        </>
      ) : (
        'No mail leaves: this installation has no mail server (PAYONCE_SMTP_URL). Your choice is kept.'
      )}
    </p>
  )
}
