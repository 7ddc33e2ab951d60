'use client'
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'

/**
 * A modal, as the browser's own `<dialog>`: focus goes in, stays in, leaves by Escape and returns to the button that opened it.
 * @param onClose called however it is closed
 */
export function Dialog({
  title,
  onClose,
  children,
}: {
  title: string
  onClose(): void
  children: (close: () => void) => ReactNode
}) {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  // A layout effect: focus can only return while the dialog is still in the page.
  useLayoutEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  const close = () => ref.current?.close()
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      onClose={() => !ref.current?.open && onClose()}
      className="m-auto max-h-[calc(100dvh-2rem)] w-[min(34rem,calc(100vw-2rem))] overflow-y-auto rounded-lg border border-line bg-surface text-ink shadow-card backdrop:bg-[oklch(0_0_0/0.45)]"
    >
      <div className="flex items-center justify-between gap-4 border-line border-b px-4 py-3 sm:px-5">
        <h2 id={id} className="font-semibold text-sm">
          {title}
        </h2>
        <Button variant="ghost" size="sm" onClick={close}>
          <span className="sr-only">Close</span>
          <Icon name="close" />
        </Button>
      </div>
      {children(close)}
    </dialog>
  )
}

/**
 * The buttons of a dialog, the one that leads back first, for the keyboard.
 * @param status read out when it changes
 */
export function DialogFoot({ status, children }: { status: ReactNode; children: ReactNode }) {
  return (
    <div className="sticky bottom-0 flex flex-wrap items-center justify-end gap-x-3 gap-y-2 border-line border-t bg-surface px-4 py-3 sm:px-5">
      <p role="status" className="min-w-0 flex-1 basis-40 text-ink-2 text-ui empty:sr-only">
        {status}
      </p>
      {children}
    </div>
  )
}
