'use client'
import {
  type FocusEvent,
  type FormEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from 'react'
import {
  type CardErrors,
  type CardField,
  type CardValues,
  checkCard,
  checkField,
  FIELDS,
  showExpiry,
} from './card-rules'
import { takeEarlyPresses } from './early-presses'
import { type FormMemory, TEST_EXPIRY } from './form-memory'
import { fillIn, readValues } from './form-values'
import type { TestCard } from './test-cards'

interface CardFormOptions {
  /** A payment is running: nothing is validated, and presses are counted. */
  busy: boolean
  /** The last attempt was refused: the security code must be entered again. */
  refused: boolean
  memory: FormMemory
  /** Called with valid values. */
  onPay: (values: CardValues) => void
}

/** The card form's behaviour: fields are validated on blur and on submit, never while typing; an error disappears as soon as it is corrected. */
export function useCardForm({ busy, refused, memory, onPay }: CardFormOptions) {
  const form = useRef<HTMLFormElement>(null)
  const [errors, setErrors] = useState<CardErrors>({})
  const [failures, setFailures] = useState(0)
  const pressing = useRef(false)
  useRestoredValues(form, memory)
  useClearedCode(form, refused)

  const judge = (field: CardField, values: CardValues) =>
    setErrors(withError(errors, field, checkField(field, values, new Date())))

  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (!form.current) return
    const values = readValues(form.current)
    const wrong = busy ? {} : checkCard(values, new Date())
    setErrors(wrong)
    if (Object.keys(wrong).length > 0) setFailures(failures + 1)
    else onPay(values)
  }

  const onPointerDown = (event: PointerEvent) => {
    pressing.current = (event.target as Element).closest('button[type=submit]') !== null
  }

  const onBlur = (event: FocusEvent<HTMLFormElement>) => {
    const field = fieldOf(event.target)
    if (!field || !form.current || busy) return
    // An error appearing now would move the button from under the finger and lose the press. Submitting validates anyway.
    if (pressing.current) return
    if (field === 'expiry') event.target.value = showExpiry(event.target.value)
    // An empty field that the shopper only tabs through is no error yet.
    if (event.target.value !== '' || errors[field]) judge(field, readValues(form.current))
  }

  const onInput = (event: FormEvent<HTMLFormElement>) => {
    const field = fieldOf(event.target)
    if (!field || !form.current) return
    const values = readValues(form.current)
    memory.keep(values)
    if (errors[field] && checkField(field, values, new Date()) === null) judge(field, values)
  }

  const fill = (card: TestCard) => {
    if (!form.current || busy) return
    const { name } = readValues(form.current)
    fillIn(form.current, {
      number: card.number,
      expiry: TEST_EXPIRY,
      csc: '123',
      name: name || 'Test Shopper',
    })
    setErrors({})
  }

  return { errors, failures, fill, handlers: { ref: form, onSubmit, onPointerDown, onBlur, onInput } }
}

function fieldOf(target: EventTarget): CardField | undefined {
  return FIELDS.find((each) => each === (target as Element).id)
}

function withError(errors: CardErrors, field: CardField, error: CardErrors[CardField] | null): CardErrors {
  const { [field]: _, ...rest } = errors
  return error ? { ...rest, [field]: error } : rest
}

/**
 * Restores typed values after the form was unmounted or the page reloaded. Values typed and presses made before the
 * page's script had loaded count too.
 */
function useRestoredValues(form: RefObject<HTMLFormElement | null>, memory: FormMemory) {
  useEffect(() => {
    if (!form.current) return
    fillIn(form.current, { ...memory.recall(), ...filled(readValues(form.current)) })
    for (let presses = takeEarlyPresses(); presses > 0; presses--) form.current.requestSubmit()
  }, [form, memory])
}

function filled(values: CardValues): Partial<CardValues> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''))
}

function useClearedCode(form: RefObject<HTMLFormElement | null>, refused: boolean) {
  useEffect(() => {
    if (refused && form.current) fillIn(form.current, { csc: '' })
  }, [form, refused])
}
