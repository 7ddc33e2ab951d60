import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { Lesson, type LessonView } from '../_model/lesson'
import { progressSentence } from './sentences'

/** Time between two steps that run by themselves: long enough to read one. */
const STEP_MS = 700

/** The lesson of this page, and how its steps are taken. */
export function useLesson() {
  const [lesson, setLesson] = useState(() => new Lesson())
  const [playing, setPlaying] = useState(true)
  const view = useSyncExternalStore(lesson.subscribe, lesson.view, lesson.view)
  useSteps(lesson, view, playing)
  return {
    lesson,
    view,
    playing,
    /** For screen readers: each step while somebody takes them one by one, else the end alone. */
    message: useProgress(view, playing),
    setPlaying,
    startAgain: () => setLesson(new Lesson()),
  }
}

export type LessonControls = ReturnType<typeof useLesson>

/** Takes the steps by themselves while `playing`; where nothing may move, all at once. */
function useSteps(lesson: Lesson, view: LessonView, playing: boolean): void {
  useEffect(() => {
    if (!playing || !view.waiting) return
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    const timer = setTimeout(() => void (still ? lesson.finish() : lesson.next()), still ? 0 : STEP_MS)
    return () => clearTimeout(timer)
  }, [lesson, view, playing])
}

function useProgress(view: LessonView, playing: boolean): string {
  const [message, setMessage] = useState('')
  const before = useRef(view)
  useEffect(() => {
    const changed = view !== before.current
    before.current = view
    if (changed && (!view.waiting || !playing)) setMessage(progressSentence(view))
  }, [view, playing])
  return message
}
