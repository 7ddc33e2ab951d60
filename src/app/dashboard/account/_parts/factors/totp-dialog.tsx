'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { CardBody } from '@/ui/card'
import { TextField } from '@/ui/field'
import { api } from '../../../_parts/api'
import { Dialog, DialogFoot } from '../../../_parts/dialog/dialog'
import { useSubmitOnce } from '../../../_parts/dialog/use-submit-once'
import { QrCode } from './qr-code'

/** Adds an authenticator app: shows its secret, and asks for the code that proves the app has it. */
export function TotpDialog({
  begun,
  onDone,
  onClose,
}: {
  begun: { secret: string; uri: string }
  onDone(recoveryCodes: string[] | null): void
  onClose(): void
}) {
  const [code, setCode] = useState('')
  const act = useSubmitOnce(
    () => api.factors.confirmTotp.mutate({ code: code.trim() }),
    ({ recoveryCodes }) => onDone(recoveryCodes),
  )
  return (
    <Dialog title="Add an authenticator app" onClose={onClose}>
      {(close) => (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            if (code.trim() === '') return document.getElementById('totp-code')?.focus()
            act.press()
          }}
        >
          <CardBody className="flex flex-col gap-4 text-sm">
            <p className="text-ink-2">Scan this code with your app, then enter the 6 digits that it shows.</p>
            <QrCode text={begun.uri} label="QR code of the secret, which is below as text" />
            <p className="text-ink-2">
              Or enter this secret by hand:{' '}
              <code className="block select-all font-mono text-ink text-xs leading-5 [overflow-wrap:anywhere]">
                {begun.secret.match(/.{1,4}/g)?.join(' ')}
              </code>
            </p>
            <TextField
              id="totp-code"
              size="dense"
              label="Code"
              inputMode="numeric"
              autoComplete="one-time-code"
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
          </CardBody>
          <DialogFoot status={act.failure}>
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" variant="primary" busy={act.busy}>
              Add
            </Button>
          </DialogFoot>
        </form>
      )}
    </Dialog>
  )
}
