'use client'
import { browserChoice } from '../browser-choice'

/** Whether single keys act (WCAG 2.1.4: they can be switched off). On unless this browser was told otherwise. */
export const singleKeys = browserChoice('payonce.single-keys', (stored) => stored !== false)
