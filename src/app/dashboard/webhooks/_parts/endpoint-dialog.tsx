'use client'
import { useEffect, useState } from 'react'
import { Button } from '@/ui/button'
import { TextField } from '@/ui/field'
import type { WebhookEndpoint, WebhookTypes } from '../../_parts/api'
import { Dialog, DialogFoot } from '../../_parts/dialog/dialog'
import { type ChosenEvents, EventChoice } from './event-choice'
import { useAct } from './use-act'

const URL_FIELD = 'webhook-url'

interface AskedFields {
  url: string
  description: string
  eventTypes: string[]
}

/**
 * Asks for the fields of an endpoint.
 * @param endpoint that is changed; null: a new one
 * @param loopback endpoints may be on this machine
 */
export function EndpointDialog<Done>({
  title,
  verb,
  endpoint,
  types,
  loopback,
  send,
  onDone,
  onClose,
}: {
  title: string
  verb: string
  endpoint: WebhookEndpoint | null
  types: WebhookTypes
  loopback: boolean
  send(asked: AskedFields & { newId: string }): Promise<Done>
  onDone(done: Done): void
  onClose(): void
}) {
  const [url, setUrl] = useState(endpoint?.url ?? '')
  const [description, setDescription] = useState(endpoint?.description ?? '')
  const [chosen, setChosen] = useState<ChosenEvents>(
    endpoint && endpoint.eventTypes.length > 0 ? endpoint.eventTypes : null,
  )
  const [tried, setTried] = useState(false)
  const wrong = { url: url.trim() === '', events: chosen?.length === 0 }
  const asked = { url: url.trim(), description: description.trim(), eventTypes: [...(chosen ?? [])] }
  const act = useAct(asked, send, onDone)
  const { fields } = act
  useEffect(() => {
    if (fields.url) document.getElementById(URL_FIELD)?.focus()
  }, [fields])
  const submit = () => {
    setTried(true)
    if (wrong.url) return document.getElementById(URL_FIELD)?.focus()
    if (!wrong.events) act.press()
  }
  return (
    <Dialog title={title} onClose={onClose}>
      {(close) => (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            submit()
          }}
        >
          <div className="flex flex-col gap-5 px-4 py-4 sm:px-5">
            <TextField
              id={URL_FIELD}
              size="dense"
              type="url"
              label="URL"
              hint={
                loopback
                  ? 'https, at a host of the public internet; or http on this machine, since this sandbox allows it.'
                  : 'https, on port 443 or 8443, at a host of the public internet.'
              }
              maxLength={2000}
              autoComplete="off"
              spellCheck={false}
              value={url}
              onChange={(event) => setUrl(event.target.value)}
              error={
                tried && wrong.url
                  ? 'Enter the address on your server, like https://shop.example.com/webhooks'
                  : fields.url
              }
            />
            <TextField
              id="webhook-description"
              size="dense"
              label="Description"
              optional
              hint="So that you recognise it later."
              maxLength={200}
              autoComplete="off"
              value={description}
              onChange={(event) => setDescription(event.target.value)}
              error={fields.description}
            />
            <EventChoice
              types={types}
              chosen={chosen}
              onChange={setChosen}
              missing={tried && wrong.events === true}
            />
          </div>
          <DialogFoot status={fields.url || fields.description ? null : act.failure}>
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" variant="primary" busy={act.busy}>
              {verb}
            </Button>
          </DialogFoot>
        </form>
      )}
    </Dialog>
  )
}
