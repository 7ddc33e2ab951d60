'use client'
import type { ReactNode } from 'react'
import { Dialog } from '../dialog/dialog'
import { placesFor } from '../frame/navigation'
import type { Viewer } from '../frame/viewer'
import { GO } from './keys'
import { SingleKeysChoice } from './single-keys-choice'

/** Every shortcut, and the switch for those of a single key. */
export function ShortcutsDialog({ viewer, onClose }: { viewer: Viewer; onClose(): void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      {() => (
        <div className="space-y-5 px-4 py-4 sm:px-5">
          <ShortcutList viewer={viewer} />
          <SingleKeysChoice />
        </div>
      )}
    </Dialog>
  )
}

function ShortcutList({ viewer }: { viewer: Viewer }) {
  return (
    <>
      <Keys title="Everywhere">
        <Row word="Find anything">
          <Key>/</Key> <Then>or</Then> <Key>Ctrl K</Key> <Then>or</Then> <Key>⌘ K</Key>
        </Row>
        <Row word="Show these shortcuts">
          <Key>?</Key>
        </Row>
        <Row word="Close a dialog">
          <Key>Esc</Key>
        </Row>
      </Keys>
      <Keys title="Go to">
        {placesFor(viewer)
          .filter(({ href }) => GO[href])
          .map(({ href, word }) => (
            <Row key={href} word={word}>
              <Key>g</Key> <Then>then</Then> <Key>{GO[href]}</Key>
            </Row>
          ))}
      </Keys>
    </>
  )
}

function Keys({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1.5 font-medium text-ink-3 text-xs">{title}</h3>
      <dl className="grid gap-x-8 sm:grid-cols-2">{children}</dl>
    </section>
  )
}

function Row({ word, children }: { word: string; children: ReactNode }) {
  return (
    <div className="flex min-h-8 items-center justify-between gap-3 border-line border-b text-ui">
      <dt className="min-w-0">{word}</dt>
      <dd className="shrink-0 whitespace-nowrap">{children}</dd>
    </div>
  )
}

function Key({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-flex min-w-6 justify-center rounded-sm border border-line bg-muted px-1.5 py-0.5 font-mono text-2xs text-ink">
      {children}
    </kbd>
  )
}

function Then({ children }: { children: ReactNode }) {
  return <span className="text-ink-3 text-xs">{children}</span>
}
