'use client'
import { type ReactNode, useState } from 'react'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { Timestamp } from '@/ui/timestamp'
import { api, type FactorsData } from '../../../_parts/api'
import { useSubmitOnce } from '../../../_parts/dialog/use-submit-once'
import { useLive } from '../../../_parts/live/live-query'
import { StaleDataBanner } from '../../../_parts/live/stale-data'
import { PasskeyDialog } from './passkey-dialog'
import { RecoveryCodes } from './recovery-codes'
import { TotpDialog } from './totp-dialog'

type OpenDialog = { what: 'totp'; begun: { secret: string; uri: string } } | { what: 'passkey' } | null

/** The operator's second factors: an authenticator app, passkeys, and the recovery codes that stand in for them. */
export function FactorsCard({ initial, onChanged }: { initial: FactorsData; onChanged?(): void }) {
  const live = useLive(['factors'], () => api.factors.list.query(), initial, { on: ['acts'] })
  const { totpSince, passkeys, recoveryCodesLeft, passkeysPossible } = live.data ?? initial
  const [open, setOpen] = useState<OpenDialog>(null)
  const [codes, setCodes] = useState<string[] | null>(null)
  const changed = () => {
    void live.refetch()
    onChanged?.()
  }
  const added = (recoveryCodes: string[] | null) => {
    setOpen(null)
    if (recoveryCodes) setCodes(recoveryCodes)
    changed()
  }
  const begin = useSubmitOnce(
    () => api.factors.beginTotp.mutate(),
    (begun) => setOpen({ what: 'totp', begun }),
  )
  const renew = useSubmitOnce(
    () => api.factors.newRecoveryCodes.mutate(),
    ({ recoveryCodes }) => added(recoveryCodes),
  )
  const any = totpSince !== null || passkeys.length > 0
  return (
    <div>
      {codes && <RecoveryCodes codes={codes} onGone={() => setCodes(null)} />}
      <StaleDataBanner query={live} />
      <Card>
        <CardHeader
          title="Second factor"
          note="With one, your password alone opens nothing, and you confirm with it what needs a confirmation."
        />
        <ul className="divide-y divide-line">
          <Item
            title={
              <>
                Authenticator app{' '}
                <Badge tone={totpSince ? 'ok' : 'neutral'}>{totpSince ? 'On' : 'Off'}</Badge>
              </>
            }
            note={
              totpSince ? <Since at={totpSince} /> : 'An app on your phone shows a new code every 30 seconds.'
            }
            failure={begin.failure}
          >
            {totpSince ? (
              <Remove what="authenticator app" act={() => api.factors.removeTotp.mutate()} onDone={changed} />
            ) : (
              <Button size="sm" busy={begin.busy} onClick={begin.press}>
                Add<span className="sr-only"> an authenticator app</span>
              </Button>
            )}
          </Item>
          <Item
            title="Passkeys"
            note={
              passkeysPossible
                ? 'Kept by a device or a security key. One signs you in without your password.'
                : 'Browsers allow none on this address: it needs a name and https.'
            }
          >
            {passkeysPossible && (
              <Button size="sm" onClick={() => setOpen({ what: 'passkey' })}>
                Add<span className="sr-only"> a passkey</span>
              </Button>
            )}
          </Item>
          {passkeys.map((row) => (
            <Item
              key={row.id}
              title={
                <>
                  <span className="break-words">{row.name}</span>{' '}
                  {row.synced && <Badge>On your other devices too</Badge>}
                </>
              }
              note={
                <>
                  <Since at={row.createdAt} />
                  {row.lastUsedAt && (
                    <>
                      {' · last used '}
                      <Timestamp at={row.lastUsedAt} seconds={false} />
                    </>
                  )}
                </>
              }
            >
              <Remove
                what={`passkey ${row.name}`}
                act={() => api.factors.removePasskey.mutate({ id: row.id })}
                onDone={changed}
              />
            </Item>
          ))}
          {any && (
            <Item
              title="Recovery codes"
              note={`${recoveryCodesLeft} left. Each signs you in once, when your second factor is lost.`}
              failure={renew.failure}
            >
              <Button size="sm" busy={renew.busy} onClick={renew.press}>
                Make new ones
              </Button>
            </Item>
          )}
        </ul>
      </Card>
      {open?.what === 'totp' && (
        <TotpDialog begun={open.begun} onDone={added} onClose={() => setOpen(null)} />
      )}
      {open?.what === 'passkey' && <PasskeyDialog onDone={added} onClose={() => setOpen(null)} />}
    </div>
  )
}

function Since({ at }: { at: string }) {
  return (
    <>
      since <Timestamp at={at} seconds={false} />
    </>
  )
}

function Item({
  title,
  note,
  failure = null,
  children,
}: {
  title: ReactNode
  note: ReactNode
  failure?: string | null
  children: ReactNode
}) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1 px-4 py-2.5 text-ui sm:px-5">
      <span className="min-w-0 flex-1 basis-44">
        <span className="flex flex-wrap items-center gap-x-2 font-medium">{title}</span>
        <span className="block text-ink-3 text-xs">{note}</span>
        <span role="alert" className="block text-bad text-xs empty:hidden">
          {failure}
        </span>
      </span>
      {children}
    </li>
  )
}

/** Asks once more: without its last factor the account is guarded by the password alone. */
function Remove({ what, act, onDone }: { what: string; act(): Promise<unknown>; onDone(): void }) {
  const [asked, setAsked] = useState(false)
  const remove = useSubmitOnce(act, onDone)
  if (!asked)
    return (
      <Button size="sm" onClick={() => setAsked(true)}>
        Remove<span className="sr-only"> the {what}</span>
      </Button>
    )
  return (
    <span className="flex flex-wrap items-center gap-2">
      <span role="alert" className="text-bad text-xs empty:hidden">
        {remove.failure}
      </span>
      <Button size="sm" onClick={() => setAsked(false)}>
        Keep<span className="sr-only"> the {what}</span>
      </Button>
      <Button size="sm" variant="danger" busy={remove.busy} onClick={remove.press}>
        Remove now<span className="sr-only">: the {what}</span>
      </Button>
    </span>
  )
}
