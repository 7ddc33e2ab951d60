import type { LessonView } from '../_model/lesson'
import type { SideView } from '../_model/side'
import { BothSides } from './lesson-part'
import { stepSentence } from './sentences'

/** Steps on the page: those of one press ×5. */
const SHOWN = 14

/** What each server has done, await by await, and what is next. */
export function StepsPanel({ view }: { view: LessonView }) {
  return <BothSides naive={<StepList side={view.naive} />} safe={<StepList side={view.safe} />} />
}

function StepList({ side: { taken, upcoming } }: { side: SideView }) {
  if (taken.length === 0 && !upcoming)
    return <p className="mt-2 text-ink-3 text-ui">No step yet. Press Pay.</p>
  return (
    <ol className="mt-2 space-y-1.5 text-ui">
      {taken.slice(-SHOWN).map((step) => (
        <li key={step.number} className="[overflow-wrap:anywhere]">
          <span className="figures text-ink-3">{step.number}.</span> {stepSentence(step)}
        </li>
      ))}
      {upcoming && (
        <li aria-current="step" className="rounded-md bg-accent-soft px-2 py-1 [overflow-wrap:anywhere]">
          Next: {upcoming}
        </li>
      )}
    </ol>
  )
}
