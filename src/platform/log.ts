import { type Logger, pino } from 'pino'

export type Log = Logger

/** Structured logs, UTC. Fields that could hold a card, a session or a secret are removed before they are written. */
export function openLog(level: string, name: string): Log {
  return pino({
    level,
    name,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [
        '*.authorization',
        '*.cookie',
        '*.password',
        '*.apiKey',
        '*.token',
        '*.cardNumber',
        '*.key',
        'authorization',
        'cookie',
        'password',
      ],
      censor: '[removed]',
    },
  })
}
