'use client'
import { useState } from 'react'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { Card, CardBody, CardHeader } from '@/ui/card'
import { TextField } from '@/ui/field'
import { api } from '../../_parts/api'
import { useSubmitOnce } from '../../_parts/dialog/use-submit-once'

/** Changes the password. The hidden e-mail field tells a password manager which account it is. */
export function PasswordForm({ email, onChanged }: { email: string; onChanged(): void }) {
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [changed, setChanged] = useState(false)
  const act = useSubmitOnce(
    () => api.account.changePassword.mutate({ current, next }),
    () => {
      setCurrent('')
      setNext('')
      setChanged(true)
      onChanged()
    },
  )
  return (
    <Card>
      <CardHeader title="Password" note="A new password ends all your other sessions." />
      <CardBody>
        <form
          noValidate
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            setChanged(false)
            if (current === '') return document.getElementById('current-password')?.focus()
            if (next === '') return document.getElementById('next-password')?.focus()
            act.press()
          }}
        >
          <div role="status" className="empty:hidden">
            {changed && (
              <Banner tone="ok" title="Your password is changed">
                Your other sessions have ended.
              </Banner>
            )}
          </div>
          <div role="alert" className="empty:hidden">
            {act.failure && (
              <Banner tone="bad" title="Your password is not changed">
                {act.failure}
              </Banner>
            )}
          </div>
          <input type="text" autoComplete="username" value={email} readOnly hidden />
          <TextField
            id="current-password"
            size="dense"
            type="password"
            label="Present password"
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
          />
          <TextField
            id="next-password"
            size="dense"
            type="password"
            label="New password"
            hint="At least 12 characters. Several words that do not belong together are good."
            autoComplete="new-password"
            value={next}
            onChange={(event) => setNext(event.target.value)}
          />
          <div>
            <Button type="submit" variant="primary" busy={act.busy}>
              Change password
            </Button>
          </div>
        </form>
      </CardBody>
    </Card>
  )
}
