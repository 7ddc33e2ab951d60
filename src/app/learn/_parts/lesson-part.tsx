import type { ReactNode } from 'react'

/** One part of the lesson, with the code that runs in it. */
export function LessonPart({
  id,
  title,
  note,
  code,
  children,
}: {
  id: string
  title: string
  note: string
  code?: ReactNode
  children: ReactNode
}) {
  return (
    <section id={id} className="min-w-0 scroll-mt-6">
      <h2 className="font-semibold text-lg">{title}</h2>
      <p className="mt-1 max-w-[60ch] text-ink-3 text-ui">{note}</p>
      <div className="mt-4">{children}</div>
      {code}
    </section>
  )
}

/** The naive side, and the safe side beside it; below it on a phone. */
export function BothSides({ naive, safe }: { naive: ReactNode; safe: ReactNode }) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <OneSide name="Naive handler">{naive}</OneSide>
      <OneSide name="Safe handler">{safe}</OneSide>
    </div>
  )
}

function OneSide({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0 rounded-lg border border-line bg-surface px-4 py-3 shadow-card">
      <h3 className="font-medium text-ui">{name}</h3>
      {children}
    </div>
  )
}
