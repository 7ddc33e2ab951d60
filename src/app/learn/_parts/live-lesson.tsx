'use client'
import { keyProblem } from '@payonce/idempotency'
import { type ReactNode, useState } from 'react'
import { KeyPanel } from './key-panel'
import { LessonBench } from './lesson-bench'
import { LessonCommands } from './lesson-commands'
import { LessonPart } from './lesson-part'
import { ResultPanel } from './result-panel'
import { StepsPanel } from './steps-panel'
import { StorePanel } from './store-panel'
import { useLesson } from './use-lesson'

/** The code beside each part of the lesson, rendered on the server: it costs no script. */
export interface LessonCode {
  store: ReactNode
  key: ReactNode
  steps: ReactNode
  result: ReactNode
}

/**
 * The four parts of the subject, live, and the bench with which they are tried.
 * @param url address of this installation, for the commands
 */
export function LiveLesson({ code, url }: { code: LessonCode; url: string }) {
  const [key, setKey] = useState('abc123')
  const problem = keyProblem(key)
  const controls = useLesson()
  const { view } = controls
  return (
    <>
      <div className="lg:col-start-2 lg:row-start-1">
        <LessonBench controls={controls} paymentKey={key} mayPay={problem === null} />
      </div>
      <div className="flex min-w-0 flex-col gap-12 lg:col-start-1 lg:row-start-1">
        <LessonPart
          id="store"
          title="1. Store what was processed"
          note="One record for each key. The naive handler keeps none."
          code={code.store}
        >
          <StorePanel records={view.records} />
        </LessonPart>
        <LessonPart
          id="key"
          title="2. The current key"
          note="The client makes it once for a purchase, and sends it with each try. The naive handler does not read it."
          code={code.key}
        >
          <KeyPanel value={key} onChange={setKey} problem={problem} />
        </LessonPart>
        <LessonPart
          id="steps"
          title="3. Seen before? The stored result. Else process and store"
          note="Each line is one await of the server: between any two of them it can die."
          code={code.steps}
        >
          <StepsPanel view={view} />
        </LessonPart>
        <LessonPart
          id="result"
          title="4. The result, the same each time"
          note="What the clients got under the current key, word for word."
          code={code.result}
        >
          <ResultPanel view={view} paymentKey={key} />
        </LessonPart>
        <LessonPart
          id="curl"
          title="The same with curl"
          note="At this installation’s own API and database, under the current key. Send the payment twice: the second answer is the first one."
        >
          <LessonCommands url={url} paymentKey={problem ? null : key} />
        </LessonPart>
      </div>
    </>
  )
}
